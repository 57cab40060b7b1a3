"""Many tickets at once: which ones, what becomes of an item that fails, and how each came out."""

from __future__ import annotations

from msgspec import Struct

from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.tickets import Ticket, TicketRef
from gql_tickets.domain.vocabulary import Vocabulary
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

BULK_MAX = 500


class BulkErrorPolicy(Vocabulary):
    """What an item that fails means for the others."""

    ABORT = "abort"
    CONTINUE = "continue"


class Match(Struct, frozen=True):
    """Everything that a filter matches, as long as it is no more than the caller expects."""

    filter: TicketFilter
    at_most: int


class Targets(Struct, frozen=True):
    """Named tickets, in their order, or matching ones, by id; whichever is given."""

    tickets: tuple[TicketRef, ...] = ()
    matching: Match | None = None


_VALUES: dict[ErrorCode, type[ValidationFailed]] = {
    ErrorCode.VALIDATION_FAILED: ValidationFailed,
    ErrorCode.INVALID_PARENT: InvalidParent,
    ErrorCode.LIMIT_EXCEEDED: LimitExceeded,
}


class Failure(Struct, frozen=True):
    """Why an item failed: what an error says, in a form that can be kept with a result."""

    code: ErrorCode
    problems: tuple[Problem, ...]
    current: Ticket | None = None

    @classmethod
    def of(cls, error: TicketsError, place: Path, *, whole: bool = False) -> Failure:
        """The error of the item at this place in the call; `whole`: of no single field of it."""
        current = error.current if isinstance(error, Conflict) else None
        problems = (
            error.problems
            if isinstance(error, ValidationFailed)
            else (Problem(error.path, error.message),)
        )
        return cls(
            error.code,
            tuple(
                Problem(place if whole else (*place, *each.path), each.message, each.allowed)
                for each in problems
            ),
            current if isinstance(current, Ticket) else None,
        )

    def error(self) -> TicketsError:
        """The error again."""
        if self.code in _VALUES:
            return _VALUES[self.code](self.problems)
        problem = self.problems[0]
        if self.code is ErrorCode.RESOURCE_NOT_FOUND:
            return NotFound(problem.message, path=problem.path)
        return Conflict(problem.message, code=self.code, path=problem.path, current=self.current)


class Outcome(Struct, frozen=True):
    """One item: the ticket as it is now, None when it is gone; or why it failed."""

    ticket: Ticket | None = None
    failure: Failure | None = None


class BulkResult(Struct, frozen=True):
    """An outcome for each item, in order. `aborted`: nothing was done, since some failed."""

    outcomes: tuple[Outcome, ...]
    aborted: bool = False

    @property
    def failed_count(self) -> int:
        """Items that failed."""
        return sum(outcome.failure is not None for outcome in self.outcomes)

    @property
    def succeeded_count(self) -> int:
        """Items that were done."""
        return 0 if self.aborted else len(self.outcomes) - self.failed_count
