"""Filters: every field of the schema's is one of the domain's, and no filter is too deep."""

from __future__ import annotations

from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain import filters
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.filters import LabelsMatch, OneOf, Reference, Span
from gql_tickets.domain.ids import Kind, node_id
from gql_tickets.domain.tickets import TicketPriority, TicketRef, TicketStatus, TicketType
from gql_tickets.errors import Problem, ValidationFailed
from gql_tickets.inputs import TicketFilter, read_filter
from gql_tickets.service import filters as service
from tests.inputs.reading import read

ORG = 5
ACTOR = Actor(ORG, "acme", frozenset())
TOO_MUCH = "A filter has at most 50 leaves and 5 levels."


def domain_of(value: dict[str, Any]) -> filters.TicketFilter:
    """What a caller's filter is to the domain."""
    return read_filter(read(TicketFilter, value), ORG)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"ids": []}, {"ids": ()}),
        ({"ids": [node_id(Kind.TICKET, ORG, 42)]}, {"ids": (42,)}),
        ({"ids": [node_id(Kind.TICKET, 6, 42), "x", node_id(Kind.TICKET, ORG, 1)]}, {"ids": (0, 0, 1)}),
        ({"slugs": ["am-1", "nonsense"]}, {"slugs": ("am-1", "nonsense")}),
        ({"status": {"in": ["DONE"]}}, {"status": OneOf((TicketStatus.DONE,))}),
        ({"type": {"notIn": ["BUG"]}}, {"type": OneOf(None, (TicketType.BUG,))}),
        ({"priority": {"gte": "HIGH"}}, {"priority": OneOf((TicketPriority.HIGH, TicketPriority.URGENT))}),
        ({"assignee": {"in": [{"me": True}]}}, {"assignee": Reference((UserRef(me=True),))}),
        ({"creator": {"isNull": True}}, {"creator": Reference(is_null=True)}),
        ({"repository": {"in": [{"databaseId": 8}]}}, {"repository": Reference((RepositoryRef(8),))}),
        ({"labels": {"noneOf": ["ui"]}}, {"labels": LabelsMatch(none_of=("ui",))}),
        ({"parent": {"isNull": True}}, {"parent": Reference(is_null=True)}),
        (
            {"parent": {"descendantOf": {"slug": "AM-1"}}},
            {"parent": Reference(), "descendant_of": TicketRef(slug="AM-1")},
        ),
        ({"hasChildren": False}, {"has_children": False}),
        ({"text": ""}, {"text": ""}),
        ({"createdAt": {"isNull": False}}, {"created_at": Span(is_null=False)}),
        ({"updatedAt": {}}, {"updated_at": Span()}),
        ({"completedAt": {"isNull": True}}, {"completed_at": Span(is_null=True)}),
    ],
)  # fmt: skip
def test_each_field_is_the_domains(value: dict[str, Any], expected: dict[str, Any]) -> None:
    assert domain_of(value) == filters.TicketFilter(**expected)


FIELDS = (
    "and or not ids slugs status type priority assignee creator repository labels parent "
    "hasChildren text createdAt updatedAt completedAt"
)


@pytest.mark.parametrize("name", FIELDS.split())
def test_null_is_as_if_it_were_not_there(name: str) -> None:
    assert domain_of({name: None}) == filters.TicketFilter()


def test_no_filter_restricts_nothing() -> None:
    assert read_filter(None, ORG) == filters.TicketFilter()
    assert domain_of({}) == filters.TicketFilter()


def test_filters_within_keep_their_order() -> None:
    one, two, three = (filters.TicketFilter(text=text) for text in "123")
    value = {"and": [{"text": "1"}, {"text": "2"}], "or": [], "not": {"or": [{"text": "3"}]}}
    assert domain_of(value) == filters.TicketFilter(
        and_=(one, two), or_=(), not_=filters.TicketFilter(or_=(three,))
    )


def nested(levels: int, by: str) -> dict[str, Any]:
    """A filter in a filter, so many levels deep."""
    value: dict[str, Any] = {"text": "x"}
    for _ in range(levels - 1):
        value = {by: value if by == "not" else [value]}
    return value


@pytest.mark.parametrize("by", ["not", "and", "or"])
def test_five_levels_are_not_too_deep(by: str) -> None:
    assert filters.size(domain_of(nested(5, by)))[0] == 5


@pytest.mark.parametrize("levels", [6, 7, 50])
@pytest.mark.parametrize(
    ("by", "step"), [("not", ("not",)), ("and", ("and", "0")), ("or", ("or", "0"))]
)
def test_the_sixth_level_is_refused_at_its_place(
    levels: int, by: str, step: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        domain_of(nested(levels, by))
    assert caught.value.problems == (Problem(("filter", *step * 5), TOO_MUCH),)


@pytest.mark.parametrize(
    "value",
    [
        {"or": [{"text": "x"}] * 50},
        {"text": "x", "or": [{"text": "x"}] * 49},
        {"or": [{}] * 50},
        {"and": [{"text": "x", "slugs": []}] * 25},
        {"or": [{"ids": [str(n) for n in range(500)]}]},
    ],
)
def test_fifty_leaves_are_not_too_many(value: dict[str, Any]) -> None:
    service.read(ACTOR, domain_of(value))


@pytest.mark.parametrize(
    "value",
    [
        {"or": [{"text": "x"}] * 51},
        {"text": "x", "or": [{"text": "x"}] * 50},
        {"or": [{}] * 51},
        {"and": [{"text": "x", "slugs": []}] * 26},
        {"and": [{"or": [{"text": "x"}] * 25}] * 2, "not": {"text": "x"}},
    ],
)
def test_the_fifty_first_leaf_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed) as caught:
        service.read(ACTOR, domain_of(value))
    assert caught.value.problems == (Problem(("filter",), TOO_MUCH),)
