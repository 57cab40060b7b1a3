"""Tickets: the vocabulary in its order, and what is left out of a draft or a patch."""

from __future__ import annotations

import enum

import msgspec
import pytest
from msgspec import UNSET

from gql_tickets.domain.tickets import (
    ChangeKind,
    ChildrenPolicy,
    LabelsPatch,
    TicketDraft,
    TicketField,
    TicketPatch,
    TicketPriority,
    TicketStatus,
    TicketType,
)


@pytest.mark.parametrize(
    ("members", "values"),
    [
        (TicketStatus, "backlog todo in_progress in_review done"),
        (TicketPriority, "none low medium high urgent"),
        (TicketType, "task bug feature improvement epic story subtask"),
        (ChangeKind, "created updated deleted"),
        (ChildrenPolicy, "detach reparent cascade refuse"),
        (TicketField, "title description type status priority assignee_id repository_id labels parent_slug position comments"),
    ],
)  # fmt: skip
def test_the_words_are_in_their_order(members: type[enum.Enum], values: str) -> None:
    assert " ".join(member.value for member in members) == values


@pytest.mark.parametrize("members", [TicketStatus, TicketPriority, TicketType])
def test_rest_says_the_same_words_in_lower_case(members: type[enum.Enum]) -> None:
    assert [member.value for member in members] == [member.name.lower() for member in members]


def test_a_draft_of_a_title_is_a_task_of_medium_priority_in_the_backlog() -> None:
    assert msgspec.structs.asdict(TicketDraft("A title")) == {
        "title": "A title",
        "description": None,
        "type": TicketType.TASK,
        "status": TicketStatus.BACKLOG,
        "priority": TicketPriority.MEDIUM,
        "assignee": None,
        "repository": None,
        "labels": (),
        "parent": None,
    }


def test_a_patch_of_nothing_leaves_everything() -> None:
    fields = msgspec.structs.asdict(TicketPatch())
    assert set(fields) == set(TicketDraft.__struct_fields__)
    assert set(fields.values()) == {UNSET}


@pytest.mark.parametrize("name", ["description", "assignee", "repository", "parent"])
def test_to_clear_is_not_to_leave(name: str) -> None:
    patch = TicketPatch(**{name: None})  # type: ignore[arg-type]
    assert patch != TicketPatch()
    assert getattr(patch, name) is None


@pytest.mark.parametrize(
    ("patch", "set", "add", "remove"),
    [
        (LabelsPatch(), None, (), ()),
        (LabelsPatch(set=()), (), (), ()),
        (LabelsPatch(add=("a",), remove=("b",)), None, ("a",), ("b",)),
    ],
)
def test_to_set_no_labels_is_not_to_leave_them(
    patch: LabelsPatch, set: tuple[str, ...] | None, add: tuple[str, ...], remove: tuple[str, ...]
) -> None:
    assert (patch.set, patch.add, patch.remove) == (set, add, remove)
