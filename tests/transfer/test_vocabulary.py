"""The words of other programs for states, types and priorities: each of them, and what it says here."""

from __future__ import annotations

import pytest

from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.transfer.vocabulary import priority_of, status_of, type_of

STATUSES = {
    # Jira: the names that it begins with, and the categories of all others.
    "Backlog": "backlog",
    "To Do": "todo",
    "Selected for Development": "todo",
    "Open": "todo",
    "Reopened": "todo",
    "In Progress": "in_progress",
    "In Review": "in_review",
    "Resolved": "done",
    "Closed": "done",
    "Done": "done",
    # Linear
    "Triage": "backlog",
    "Todo": "todo",
    "Unstarted": "todo",
    "Started": "in_progress",
    "Completed": "done",
    "Canceled": "done",
    "Duplicate": "done",
    # What teams call their own.
    "Icebox": "backlog",
    "New": "todo",
    "Ready": "todo",
    "Ready for Development": "todo",
    "In Development": "in_progress",
    "Doing": "in_progress",
    "Blocked": "in_progress",
    "Review": "in_review",
    "Code Review": "in_review",
    "Peer Review": "in_review",
    "Ready for Review": "in_review",
    "Testing": "in_review",
    "In Testing": "in_review",
    "In Test": "in_review",
    "QA": "in_review",
    "In QA": "in_review",
    "Cancelled": "done",
    "Won't Do": "done",
    "Won't Fix": "done",
    "Released": "done",
}
TYPES = {
    # Jira
    "Task": "task",
    "Bug": "bug",
    "Story": "story",
    "Epic": "epic",
    "Sub-task": "subtask",
    "Subtask": "subtask",
    "New Feature": "feature",
    "Improvement": "improvement",
    "Initiative": "epic",
    # GitHub and Linear, as types and as labels
    "Feature": "feature",
    "enhancement": "feature",
    "feature request": "feature",
    "defect": "bug",
    "Incident": "bug",
    "User Story": "story",
}
PRIORITIES = {
    # Jira
    "Highest": "urgent",
    "High": "high",
    "Medium": "medium",
    "Low": "low",
    "Lowest": "low",
    "Blocker": "urgent",
    "Critical": "urgent",
    "Major": "high",
    "Minor": "low",
    "Trivial": "low",
    "None": "none",
    "Not Prioritized": "none",
    "": "none",
    # Linear
    "Urgent": "urgent",
    "Normal": "medium",
    "No priority": "none",
    # GitHub, by label
    "P0": "urgent",
    "P1": "high",
    "P2": "medium",
    "P3": "low",
    "P4": "low",
}


def spellings(word: str) -> tuple[str, ...]:
    """A word as it is, in other cases, and with white space around it."""
    return word, word.upper(), word.lower(), f" {word}\t\n", f"\N{NO-BREAK SPACE}{word}"


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_a_state_is_a_column_of_the_board_in_any_case(word: str, status: str) -> None:
    assert {status_of(each) for each in spellings(word)} == {TicketStatus(status)}


@pytest.mark.parametrize(("word", "type"), TYPES.items())
def test_a_word_is_a_type_in_any_case(word: str, type: str) -> None:
    assert {type_of(each) for each in spellings(word)} == {TicketType(type)}


@pytest.mark.parametrize(("word", "priority"), PRIORITIES.items())
def test_a_word_is_a_priority_in_any_case(word: str, priority: str) -> None:
    assert {priority_of(each) for each in spellings(word)} == {TicketPriority(priority)}


@pytest.mark.parametrize(
    "word",
    ["", "Odd", "to-do", "in_progress", "InProgress", "in  progress", "Won\u2019t Do", "Fertig"],
)
def test_a_state_that_is_not_known_is_none_and_not_the_nearest(word: str) -> None:
    assert status_of(word) is None


@pytest.mark.parametrize("word", ["Odd", "very high", "1", "p5", "p", "priority: high", "Hoch"])
def test_a_priority_that_is_not_known_is_none_and_not_the_nearest(word: str) -> None:
    assert priority_of(word) is None


@pytest.mark.parametrize(
    ("words", "type"),
    [
        ((), "task"),
        (("",), "task"),
        (("Odd",), "task"),
        (("ui", "Bug", "feature"), "bug"),
        (("feature", "bug"), "feature"),
        # To be called a task is to be called something.
        (("Task", "bug"), "task"),
        (("bug:", "epic"), "epic"),
    ],
)
def test_the_first_word_that_says_a_type_says_it(words: tuple[str, ...], type: str) -> None:
    assert type_of(*words) is TicketType(type)


def test_every_member_can_be_said() -> None:
    assert {TicketStatus(each) for each in STATUSES.values()} == set(TicketStatus)
    assert {TicketType(each) for each in TYPES.values()} == set(TicketType)
    assert {TicketPriority(each) for each in PRIORITIES.values()} == set(TicketPriority)
