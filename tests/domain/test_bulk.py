"""Bulk results: what failed can be kept and told again, and what was done is counted."""

from __future__ import annotations

import pytest

from gql_tickets.domain.bulk import BULK_MAX, BulkErrorPolicy, BulkResult, Failure, Outcome, Targets
from gql_tickets.errors import (
    Conflict,
    ErrorCode,
    InvalidParent,
    LimitExceeded,
    NotFound,
    Path,
    Problem,
    TicketsError,
    ValidationFailed,
)
from tests.domain.records import TICKET

PLACE = ("targets", "tickets", "3")


def told(error: TicketsError) -> list[Problem]:
    """What an error says, and of which fields."""
    if isinstance(error, ValidationFailed):
        return list(error.problems)
    return [Problem(error.path, error.message)]


@pytest.mark.parametrize(
    "error",
    [
        ValidationFailed.of("title", "Too long."),
        ValidationFailed.of("status", "No such status.", ("todo", "done")),
        ValidationFailed([Problem(("title",), "Too long."), Problem(("labels", "0"), "Empty.")]),
        InvalidParent.of(("patch", "parent"), "The tree would grow too deep."),
        LimitExceeded.of("labels", "At most 50 labels."),
        NotFound("There is no such ticket.", path=("ticket",)),
        NotFound("There is no such user.", path=("patch", "assignee")),
        Conflict("It has children.", code=ErrorCode.HAS_CHILDREN, path=("children",)),
        Conflict("Somebody was faster.", code=ErrorCode.VERSION_CONFLICT, current=TICKET),
        Conflict("There is one.", code=ErrorCode.ALREADY_EXISTS),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_was_kept_is_told_again_at_its_place(error: TicketsError) -> None:
    again = Failure.of(error, PLACE).error()
    assert type(again) is type(error)
    assert (again.code, again.message) == (error.code, error.message)
    assert told(again) == [
        Problem((*PLACE, *problem.path), problem.message, problem.allowed)
        for problem in told(error)
    ]
    assert getattr(again, "current", None) is getattr(error, "current", None)


@pytest.mark.parametrize(
    ("whole", "paths"),
    [
        (False, [(*PLACE, "patch", "title"), (*PLACE, "patch", "labels", "0")]),
        (True, [PLACE, PLACE]),
    ],
)
def test_what_is_wrong_is_told_of_a_field_or_of_the_whole_item(
    whole: bool, paths: list[Path]
) -> None:
    error = ValidationFailed(
        [Problem(("patch", "title"), "Too long."), Problem(("patch", "labels", "0"), "Empty.")]
    )
    failure = Failure.of(error, PLACE, whole=whole)
    assert [problem.path for problem in failure.problems] == paths
    assert [problem.message for problem in failure.problems] == ["Too long.", "Empty."]
    assert failure.error().message == "Too long. Empty."


def test_a_conflict_of_something_else_than_a_ticket_keeps_none() -> None:
    error = Conflict("There is one.", code=ErrorCode.ALREADY_EXISTS, current="a label")
    assert Failure.of(error, PLACE).current is None


DONE = Outcome(TICKET)
GONE = Outcome()
FAILED = Outcome(failure=Failure.of(NotFound("There is no such ticket."), PLACE))


@pytest.mark.parametrize(
    ("outcomes", "aborted", "succeeded", "failed"),
    [
        ((), False, 0, 0),
        ((DONE, GONE), False, 2, 0),
        ((DONE, FAILED, GONE), False, 2, 1),
        ((FAILED, FAILED), False, 0, 2),
        ((DONE, FAILED, GONE), True, 0, 1),
        ((FAILED,), True, 0, 1),
    ],
)
def test_what_was_done_and_what_failed_is_counted(
    outcomes: tuple[Outcome, ...], aborted: bool, succeeded: int, failed: int
) -> None:
    result = BulkResult(outcomes, aborted)
    assert (result.succeeded_count, result.failed_count) == (succeeded, failed)


def test_no_targets_are_neither_named_nor_matched() -> None:
    assert (Targets().tickets, Targets().matching) == ((), None)
    assert [policy.value for policy in BulkErrorPolicy] == ["abort", "continue"]
    assert BULK_MAX == 500
