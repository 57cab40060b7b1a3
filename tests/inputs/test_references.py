"""References: exactly one way to name a thing, and what is another tenant's names nothing."""

from __future__ import annotations

from typing import Any

import pytest

from gql_tickets.domain import directory, tickets
from gql_tickets.domain.ids import INT32_MAX, Kind, node_id
from gql_tickets.inputs import (
    BoardPlace,
    BulkTargets,
    LabelsPatch,
    ParentFilter,
    RepositoryFilter,
    RepositoryRef,
    TicketRef,
    UserFilter,
    UserRef,
)
from tests.inputs.reading import read

ORG = 5
NOTHING = 0
"""The id that references have which name nothing."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"id": node_id(Kind.TICKET, ORG, 42)}, tickets.TicketRef(id=42)),
        ({"id": node_id(Kind.TICKET, ORG, INT32_MAX)}, tickets.TicketRef(id=INT32_MAX)),
        ({"id": node_id(Kind.TICKET, ORG + 1, 42)}, tickets.TicketRef(id=NOTHING)),
        ({"id": node_id(Kind.USER, ORG, 42)}, tickets.TicketRef(id=NOTHING)),
        ({"id": "42"}, tickets.TicketRef(id=NOTHING)),
        ({"id": 42}, tickets.TicketRef(id=NOTHING)),
        ({"id": "AM-42"}, tickets.TicketRef(id=NOTHING)),
        ({"id": ""}, tickets.TicketRef(id=NOTHING)),
        ({"slug": "am-42"}, tickets.TicketRef(slug="am-42")),
        ({"slug": ""}, tickets.TicketRef(slug="")),
    ],
)
def test_a_ticket_is_named_by_node_id_or_slug(
    value: dict[str, Any], expected: tickets.TicketRef
) -> None:
    assert read(TicketRef, value).to_domain(ORG) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"id": node_id(Kind.USER, ORG, 456)}, directory.UserRef(id=456)),
        ({"id": node_id(Kind.USER, ORG + 1, 456)}, directory.UserRef(id=NOTHING)),
        ({"id": node_id(Kind.TICKET, ORG, 456)}, directory.UserRef(id=NOTHING)),
        ({"id": "ada"}, directory.UserRef(id=NOTHING)),
        ({"databaseId": 456}, directory.UserRef(id=456)),
        ({"databaseId": 0}, directory.UserRef(id=0)),
        ({"databaseId": -1}, directory.UserRef(id=-1)),
        ({"username": "ada"}, directory.UserRef(username="ada")),
        ({"username": ""}, directory.UserRef(username="")),
        ({"me": True}, directory.UserRef(me=True)),
        ({"me": False}, directory.UserRef(me=False)),
    ],
)
def test_a_user_is_named_by_node_id_number_or_username_or_is_the_caller(
    value: dict[str, Any], expected: directory.UserRef
) -> None:
    assert read(UserRef, value).to_domain(ORG) == expected


@pytest.mark.parametrize(
    ("value", "id"),
    [
        ({"id": node_id(Kind.REPOSITORY, ORG, 8)}, 8),
        ({"id": node_id(Kind.REPOSITORY, ORG + 1, 8)}, NOTHING),
        ({"id": node_id(Kind.LABEL, ORG, "8")}, NOTHING),
        ({"id": "core"}, NOTHING),
        ({"databaseId": 8}, 8),
        ({"databaseId": 0}, NOTHING),
    ],
)
def test_a_repository_is_named_by_node_id_or_number(value: dict[str, Any], id: int) -> None:
    assert read(RepositoryRef, value).to_domain(ORG) == directory.RepositoryRef(id)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TicketRef, {"id": "x", "slug": "AM-1"}),
        (TicketRef, {"id": "x", "slug": None}),
        (UserRef, {"me": True, "username": "ada"}),
        (UserRef, {"id": "x", "databaseId": 1, "username": "ada", "me": True}),
        (RepositoryRef, {"id": "x", "databaseId": 1}),
        (UserFilter, {"in": [{"me": True}], "isNull": False}),
        (RepositoryFilter, {"in": [], "notIn": []}),
        (ParentFilter, {"isNull": True, "descendantOf": {"slug": "AM-1"}}),
        (LabelsPatch, {"set": [], "edit": {"add": ["ui"]}}),
        (BoardPlace, {"first": True, "last": True}),
        (BulkTargets, {"tickets": [], "matching": {"filter": {}, "atMost": 1}}),
    ],
)
def test_of_several_ways_exactly_one_is_taken(kind: type[Any], value: dict[str, Any]) -> None:
    message = f"^OneOf Input Object '{kind.__name__}' must specify exactly one key.$"
    with pytest.raises(ValueError, match=message):
        read(kind, value)
    with pytest.raises(ValueError, match=message):
        read(kind, {})


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (TicketRef, "slug"),
        (UserRef, "me"),
        (RepositoryRef, "databaseId"),
        (LabelsPatch, "set"),
        (BoardPlace, "before"),
        (BulkTargets, "matching"),
    ],
)
def test_null_is_none_of_the_ways(kind: type[Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^Value for member field '{name}' must be non-null$"):
        read(kind, {name: None})
