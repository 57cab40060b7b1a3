"""What mutations are told: drafts, patches, places on the board, and many tickets at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gql_tickets.domain import bulk, filters, tickets
from gql_tickets.domain.bulk import BulkErrorPolicy
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.ids import Kind, node_id
from gql_tickets.domain.tickets import (
    ChildrenPolicy,
    Place,
    TicketDraft,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)
from gql_tickets.errors import Problem, ValidationFailed
from gql_tickets.inputs import (
    BoardPlace,
    BulkTargets,
    LabelsPatch,
    TicketBulkCreateInput,
    TicketBulkDeleteInput,
    TicketCreateInput,
    TicketPatch,
)
from tests.inputs.reading import read

ORG = 5
AM_1 = {"slug": "AM-1"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, {}),
        ({"description": None, "assignee": None, "labels": None, "parent": None}, {}),
        ({"description": ""}, {"description": ""}),
        ({"type": "EPIC", "status": "DONE"}, {"type": TicketType.EPIC, "status": TicketStatus.DONE}),
        ({"priority": "NONE"}, {"priority": TicketPriority.NONE}),
        ({"assignee": {"me": True}}, {"assignee": UserRef(me=True)}),
        ({"repository": {"databaseId": 8}}, {"repository": RepositoryRef(8)}),
        ({"labels": ["b", "a", "b"]}, {"labels": ("b", "a", "b")}),
        ({"parent": {"id": node_id(Kind.TICKET, ORG, 1)}}, {"parent": TicketRef(id=1)}),
        ({"parent": {"id": node_id(Kind.TICKET, 6, 1)}}, {"parent": TicketRef(id=0)}),
        ({"idempotencyKey": "k"}, {}),
    ],
)  # fmt: skip
def test_a_new_ticket_is_what_is_said_and_the_defaults(
    value: dict[str, Any], expected: dict[str, Any]
) -> None:
    made = read(TicketCreateInput, {"title": " A title ", **value}).to_domain(ORG)
    assert made == TicketDraft(" A title ", **expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, {}),
        ({"title": ""}, {"title": ""}),
        ({"description": None}, {"description": None}),
        ({"type": "BUG", "priority": "LOW"}, {"type": TicketType.BUG, "priority": TicketPriority.LOW}),
        ({"status": "TODO"}, {"status": TicketStatus.TODO}),
        ({"assignee": None, "repository": None, "parent": None}, {"assignee": None, "repository": None, "parent": None}),
        ({"assignee": {"username": "ada"}}, {"assignee": UserRef(username="ada")}),
        ({"repository": {"databaseId": 8}}, {"repository": RepositoryRef(8)}),
        ({"labels": {"set": []}}, {"labels": tickets.LabelsPatch(set=())}),
        ({"parent": AM_1}, {"parent": TicketRef(slug="AM-1")}),
    ],
)  # fmt: skip
def test_a_patch_holds_what_was_said_and_null_where_it_clears(
    value: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert read(TicketPatch, value).to_domain(ORG) == tickets.TicketPatch(**expected)


@pytest.mark.parametrize("name", ["title", "type", "status", "priority", "labels"])
def test_what_a_ticket_must_have_is_not_cleared(name: str) -> None:
    with pytest.raises(ValueError, match="found null"):
        read(TicketPatch, {name: None})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"set": ["b", "a"]}, tickets.LabelsPatch(set=("b", "a"))),
        ({"set": []}, tickets.LabelsPatch(set=())),
        ({"edit": {}}, tickets.LabelsPatch()),
        ({"edit": {"add": ["a"]}}, tickets.LabelsPatch(add=("a",))),
        ({"edit": {"add": ["a"], "remove": ["b"]}}, tickets.LabelsPatch(add=("a",), remove=("b",))),
    ],
)
def test_labels_are_replaced_or_edited(
    value: dict[str, Any], expected: tickets.LabelsPatch
) -> None:
    assert read(LabelsPatch, value).to_domain(ORG) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"before": AM_1}, Place(before=TicketRef(slug="AM-1"))),
        ({"after": AM_1}, Place(after=TicketRef(slug="AM-1"))),
        ({"first": True}, Place(first=True)),
        ({"last": True}, Place(last=True)),
    ],
)
def test_a_place_is_beside_a_ticket_or_at_an_end(value: dict[str, Any], expected: Place) -> None:
    assert read(BoardPlace, value).to_domain(ORG) == expected


@pytest.mark.parametrize("name", ["first", "last"])
def test_not_at_an_end_is_no_place(name: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        read(BoardPlace, {name: False}).to_domain(ORG)
    message = f"`{name}` is a place, and can only be true."
    assert caught.value.problems == (Problem(("place", name), message),)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"tickets": []}, bulk.Targets()),
        (
            {"tickets": [AM_1, {"id": node_id(Kind.TICKET, ORG, 2)}, {"id": "x"}, AM_1]},
            bulk.Targets(
                (TicketRef(slug="AM-1"), TicketRef(id=2), TicketRef(id=0), TicketRef(slug="AM-1"))
            ),
        ),
        (
            {"matching": {"filter": {}, "atMost": 0}},
            bulk.Targets(matching=bulk.Match(filters.TicketFilter(), 0)),
        ),
        (
            {"matching": {"filter": {"text": "x"}, "atMost": 500}},
            bulk.Targets(matching=bulk.Match(filters.TicketFilter(text="x"), 500)),
        ),
    ],
)
def test_targets_are_named_or_matched(value: dict[str, Any], expected: bulk.Targets) -> None:
    assert read(BulkTargets, value).to_domain(ORG) == expected


def test_a_filter_that_is_too_deep_is_told_beneath_the_targets() -> None:
    filter: dict[str, Any] = {}
    for _ in range(5):
        filter = {"not": filter}
    targets = read(BulkTargets, {"matching": {"filter": filter, "atMost": 1}})
    with pytest.raises(ValidationFailed) as caught:
        targets.to_domain(ORG)
    assert caught.value.path == ("targets", "matching", "filter", *["not"] * 5)


def test_many_new_tickets_are_drafts_in_their_order() -> None:
    value = {"tickets": [{"title": "a"}, {"title": "b", "idempotencyKey": None}, {"title": "a"}]}
    made = read(TicketBulkCreateInput, value)
    assert made.to_domain(ORG) == (TicketDraft("a"), TicketDraft("b"), TicketDraft("a"))
    assert made.on_error is BulkErrorPolicy.ABORT


@pytest.mark.parametrize("key", ["k", ""])
def test_a_ticket_of_many_has_no_key_of_its_own(key: str) -> None:
    value = {"tickets": [{"title": "a"}, {"title": "b", "idempotencyKey": key}]}
    with pytest.raises(ValidationFailed) as caught:
        read(TicketBulkCreateInput, value).to_domain(ORG)
    path = ("tickets", "1", "idempotency_key")
    assert caught.value.problems == (Problem(path, "The key belongs to the whole call."),)


def test_children_of_many_deleted_tickets_are_detached_unless_something_else_is_said() -> None:
    made = read(TicketBulkDeleteInput, {"targets": {"tickets": [AM_1]}})
    assert (made.children, made.on_error) == (ChildrenPolicy.DETACH, BulkErrorPolicy.ABORT)


def test_a_patch_has_the_fields_that_a_draft_has() -> None:
    draft = read(TicketCreateInput, {"title": "x"}).to_domain(ORG)
    patch = read(TicketPatch, {}).to_domain(ORG)
    assert msgspec.structs.asdict(patch).keys() == msgspec.structs.asdict(draft).keys()
