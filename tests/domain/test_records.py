"""Records: none can be changed, and the id that one has is of its kind and its own."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from gql_tickets import domain
from gql_tickets.domain.directory import (
    LABEL_COLOR_DEFAULT,
    ApiKey,
    Label,
    Organization,
    Repository,
    User,
    UserRef,
)
from gql_tickets.domain.history import Comment, TicketEvent, read_event_id
from gql_tickets.domain.ids import INT32_MAX, Kind, local_id, read_node_id
from gql_tickets.domain.tickets import ChangeKind, Ticket
from tests.domain.records import NOON, TICKET

Record = Organization | User | Repository | Label | ApiKey | Ticket | TicketEvent | Comment


def event(ticket_id: int, version: int) -> TicketEvent:
    """A write to a ticket of organization 5."""
    return TicketEvent(5, ticket_id, version, ChangeKind.UPDATED, "ci", None, NOON, ())


def structs() -> list[type[Struct]]:
    """Every record of the domain."""
    names = [each.name for each in pkgutil.iter_modules(domain.__path__, "gql_tickets.domain.")]
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    kinds = [each for each in values if isinstance(each, type) and issubclass(each, Struct)]
    return [each for each in dict.fromkeys(kinds) if each.__module__ in names]


@pytest.mark.parametrize("struct", structs())
def test_no_record_can_be_changed(struct: type[Struct]) -> None:
    assert struct.__struct_config__.frozen


@pytest.mark.parametrize(
    ("record", "kind", "local"),
    [
        (Organization(5, "acme", "Acme", "AM", NOON), Kind.ORGANIZATION, "5"),
        (User(5, 456, "ada", "Ada", None), Kind.USER, "456"),
        (Repository(5, 8, "core", None), Kind.REPOSITORY, "8"),
        (Label(5, "b7c", "ui", LABEL_COLOR_DEFAULT, None), Kind.LABEL, "b7c"),
        (ApiKey(5, "k1", "ci", "amk_1", (), None, NOON, None, None, None), Kind.API_KEY, "k1"),
        (TICKET, Kind.TICKET, "42"),
        (event(42, 3), Kind.TICKET_EVENT, "42v3"),
        (
            Comment(5, 9, 42, None, None, None, "Hm.", None, 1, NOON, NOON),
            Kind.COMMENT,
            "9",
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Kind) else "",
)
def test_a_record_has_the_id_of_its_kind_and_organization(
    record: Record, kind: Kind, local: str
) -> None:
    assert read_node_id(record.node_id) == (kind, 5, local)


@given(st.integers(1, INT32_MAX), st.integers(1, INT32_MAX))
@settings(max_examples=60)
def test_an_event_is_found_by_ticket_and_version(ticket_id: int, version: int) -> None:
    local = local_id(event(ticket_id, version).node_id, Kind.TICKET_EVENT, 5)
    assert local is not None
    assert read_event_id(local) == (ticket_id, version)


@pytest.mark.parametrize(
    ("local", "key"),
    [
        ("42v3", (42, 3)),
        ("2147483647v2147483647", (INT32_MAX, INT32_MAX)),
        ("", None),
        ("v", None),
        ("42", None),
        ("42v", None),
        ("v3", None),
        ("42v3v1", None),
        ("42V3", None),
        ("0v1", None),
        ("1v0", None),
        ("042v3", None),
        ("42v03", None),
        ("2147483648v1", None),
        ("1v2147483648", None),
        ("-1v1", None),
        ("42 v3", None),
        ("42x3", None),
        ("\u0661v1", None),
    ],
)
def test_what_is_no_event_is_refused(local: str, key: tuple[int, int] | None) -> None:
    assert read_event_id(local) == key


def test_a_reference_to_nobody_in_particular_is_not_the_caller() -> None:
    assert UserRef().me is False
    assert UserRef() != UserRef(me=True)
    assert UserRef(id=1) != UserRef(username="1")
