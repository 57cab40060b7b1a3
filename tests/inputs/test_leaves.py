"""Leaves of filters: each as a caller writes it, and what it says in the domain's words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from gql_tickets.domain import directory, tickets
from gql_tickets.domain.filters import LabelsMatch, OneOf, Reference, Span
from gql_tickets.domain.ids import Kind, node_id
from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.inputs import (
    DateTimeFilter,
    LabelFilter,
    ParentFilter,
    RepositoryFilter,
    TicketPriorityFilter,
    TicketStatusFilter,
    TicketTypeFilter,
    UserFilter,
)
from tests.inputs.reading import read

NONE, LOW, MEDIUM, HIGH, URGENT = TicketPriority
NOON = dt.datetime(2025, 1, 2, 12, tzinfo=dt.UTC)
AM_1 = tickets.TicketRef(slug="AM-1")
ADA = directory.UserRef(username="ada")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (TicketStatusFilter, {}, OneOf()),
        (TicketStatusFilter, {"in": None, "notIn": None}, OneOf()),
        (TicketStatusFilter, {"in": []}, OneOf(())),
        (TicketStatusFilter, {"in": ["IN_REVIEW", "DONE"]}, OneOf((TicketStatus.IN_REVIEW, TicketStatus.DONE))),
        (TicketStatusFilter, {"notIn": ["TODO"]}, OneOf(None, (TicketStatus.TODO,))),
        (TicketStatusFilter, {"in": ["TODO"], "notIn": ["TODO"]}, OneOf((TicketStatus.TODO,), (TicketStatus.TODO,))),
        (TicketStatusFilter, {"in": "TODO"}, OneOf((TicketStatus.TODO,))),
        (TicketTypeFilter, {"in": ["BUG"], "notIn": []}, OneOf((TicketType.BUG,), ())),
        (UserFilter, {"in": [{"username": "ada"}, {"me": True}]}, Reference((ADA, directory.UserRef(me=True)))),
        (UserFilter, {"notIn": []}, Reference(None, ())),
        (UserFilter, {"notIn": [{"databaseId": 1}]}, Reference(None, (directory.UserRef(id=1),))),
        (UserFilter, {"isNull": False}, Reference(is_null=False)),
        (UserFilter, {"in": [{"id": node_id(Kind.USER, 6, 1)}]}, Reference((directory.UserRef(id=0),))),
        (RepositoryFilter, {"in": [{"databaseId": 8}]}, Reference((directory.RepositoryRef(8),))),
        (RepositoryFilter, {"notIn": [{"databaseId": 8}]}, Reference(None, (directory.RepositoryRef(8),))),
        (RepositoryFilter, {"isNull": True}, Reference(is_null=True)),
        (ParentFilter, {"in": [{"slug": "AM-1"}]}, Reference((AM_1,))),
        (ParentFilter, {"isNull": True}, Reference(is_null=True)),
        (ParentFilter, {"descendantOf": {"slug": "AM-1"}}, Reference()),
        (LabelFilter, {}, LabelsMatch()),
        (LabelFilter, {"allOf": ["b", "a", "b"]}, LabelsMatch(("b", "a", "b"))),
        (LabelFilter, {"anyOf": [], "noneOf": ["UI"], "isEmpty": False}, LabelsMatch(None, (), ("UI",), False)),
        (DateTimeFilter, {}, Span()),
        (DateTimeFilter, {"gt": "2025-01-02T12:00:00Z"}, Span(gt=NOON)),
        (DateTimeFilter, {"gte": "2025-01-02T13:00:00+01:00"}, Span(gte=NOON)),
        (DateTimeFilter, {"lt": "2025-01-02T12:00:00Z", "isNull": None}, Span(lt=NOON)),
        (DateTimeFilter, {"lte": "2025-01-02T12:00:00Z", "isNull": True}, Span(lte=NOON, is_null=True)),
    ],
)  # fmt: skip
def test_a_leaf_says_what_its_caller_said(
    kind: type[Any], value: dict[str, Any], expected: Any
) -> None:
    assert read(kind, value).to_domain(5) == expected


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({}, None),
        ({"gte": None, "lte": None}, None),
        ({"gte": "NONE"}, (NONE, LOW, MEDIUM, HIGH, URGENT)),
        ({"gte": "HIGH"}, (HIGH, URGENT)),
        ({"gte": "URGENT"}, (URGENT,)),
        ({"lte": "NONE"}, (NONE,)),
        ({"lte": "MEDIUM"}, (NONE, LOW, MEDIUM)),
        ({"lte": "URGENT"}, (NONE, LOW, MEDIUM, HIGH, URGENT)),
        ({"gte": "LOW", "lte": "HIGH"}, (LOW, MEDIUM, HIGH)),
        ({"gte": "LOW", "lte": "LOW"}, (LOW,)),
        ({"gte": "HIGH", "lte": "LOW"}, ()),
        ({"gte": "MEDIUM", "in": ["LOW", "URGENT", "HIGH"]}, (HIGH, URGENT)),
        ({"gte": "MEDIUM", "in": []}, ()),
        ({"lte": "LOW", "in": ["HIGH"]}, ()),
        ({"in": ["URGENT", "LOW"]}, (URGENT, LOW)),
    ],
)
def test_a_range_of_priorities_is_a_set(
    value: dict[str, Any], wanted: tuple[TicketPriority, ...] | None
) -> None:
    assert read(TicketPriorityFilter, value).to_domain(5) == OneOf(wanted, None)
    without = {**value, "notIn": ["HIGH"]}
    assert read(TicketPriorityFilter, without).to_domain(5) == OneOf(wanted, (HIGH,))


@pytest.mark.parametrize(
    ("kind", "value", "place"),
    [
        (TicketStatusFilter, {"in": ["done"]}, " at .in[0]"),
        (TicketStatusFilter, {"in": ["TODO", None]}, " at .in[1]"),
        (TicketStatusFilter, {"is": "DONE"}, ""),
        (TicketPriorityFilter, {"gte": "CRITICAL"}, " at .gte"),
        (TicketPriorityFilter, {"lte": 3}, " at .lte"),
        (UserFilter, {"in": [{"databaseId": "one"}]}, " at .in[0].databaseId"),
        (LabelFilter, {"isEmpty": "no"}, " at .isEmpty"),
        (LabelFilter, {"allOf": [1]}, " at .allOf[0]"),
        (DateTimeFilter, {"gt": "yesterday"}, " at .gt"),
        (ParentFilter, {"notIn": []}, ""),
    ],
)
def test_what_the_schema_does_not_know_is_refused_at_its_place(
    kind: type[Any], value: dict[str, Any], place: str
) -> None:
    message = f"Variable '$value' has invalid value{place}: "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        read(kind, value)
