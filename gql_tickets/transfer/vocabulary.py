"""What other programs call the states, types and priorities of tickets: docs/importing.md has a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType

T = TypeVar("T")

_STATUSES = {
    TicketStatus.BACKLOG: ("backlog", "triage", "icebox"),
    TicketStatus.TODO: (
        "to do",
        "todo",
        "open",
        "new",
        "reopened",
        "ready",
        "unstarted",
        "selected for development",
        "ready for development",
    ),
    TicketStatus.IN_PROGRESS: ("in progress", "in development", "started", "doing", "blocked"),
    TicketStatus.IN_REVIEW: (
        "in review",
        "review",
        "code review",
        "peer review",
        "testing",
        "in testing",
        "in test",
        "in qa",
        "qa",
        "ready for review",
    ),
    TicketStatus.DONE: (
        "done",
        "closed",
        "resolved",
        "completed",
        "canceled",
        "cancelled",
        "duplicate",
        "won't do",
        "won't fix",
        "released",
    ),
}
_TYPES = {
    TicketType.TASK: ("task",),
    TicketType.BUG: ("bug", "defect", "incident"),
    TicketType.FEATURE: ("feature", "new feature", "feature request", "enhancement"),
    TicketType.IMPROVEMENT: ("improvement",),
    TicketType.EPIC: ("epic", "initiative"),
    TicketType.STORY: ("story", "user story"),
    TicketType.SUBTASK: ("subtask", "sub-task"),
}
_PRIORITIES = {
    TicketPriority.NONE: ("", "no priority", "none", "not prioritized"),
    TicketPriority.LOW: ("low", "lowest", "minor", "trivial", "p3", "p4"),
    TicketPriority.MEDIUM: ("medium", "normal", "p2"),
    TicketPriority.HIGH: ("high", "major", "p1"),
    TicketPriority.URGENT: ("urgent", "highest", "critical", "blocker", "p0"),
}


def _by_word(words: Mapping[T, Iterable[str]]) -> dict[str, T]:
    return {word: member for member, spellings in words.items() for word in spellings}


_STATUS_OF = _by_word(_STATUSES)
_TYPE_OF = _by_word(_TYPES)
_PRIORITY_OF = _by_word(_PRIORITIES)


def status_of(word: str) -> TicketStatus | None:
    """The column of the board that a workflow's state belongs to; None for one that is not known."""
    return _STATUS_OF.get(word.strip().lower())


def type_of(*words: str) -> TicketType:
    """The type that the first of the words says that says one; else it is a task."""
    return next(
        (found for word in words if (found := _TYPE_OF.get(word.strip().lower()))), TicketType.TASK
    )


def priority_of(word: str) -> TicketPriority | None:
    """The priority of that name; None for one that is not known."""
    return _PRIORITY_OF.get(word.strip().lower())
