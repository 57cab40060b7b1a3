"""Every failure that a caller can meet, and the one list of codes that both doors draw from.

    TicketsError                 code, message, path
    ├── ValidationFailed         VALIDATION_FAILED, with a list of problems, each naming its field
    │   ├── InvalidParent        INVALID_PARENT
    │   └── LimitExceeded        LIMIT_EXCEEDED
    ├── NotFound                 RESOURCE_NOT_FOUND
    ├── Conflict                 VERSION_CONFLICT, ALREADY_EXISTS, HAS_CHILDREN, with the object as it is now
    ├── IdempotencyConflict      IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS
    ├── Unauthenticated          AUTH_REQUIRED, INVALID_TOKEN, API_KEY_EXPIRED
    ├── Forbidden                API_KEY_DISABLED, API_KEY_ORG_MISMATCH, INSUFFICIENT_SCOPE
    ├── CursorExpired            CURSOR_EXPIRED: the change log was cut off behind the caller
    ├── RateLimited              RATE_LIMITED: the caller's bucket of points is empty
    ├── BadRequest               METHOD_NOT_ALLOWED, PAYLOAD_TOO_LARGE, PERSISTED_QUERY_NOT_FOUND,
    │                            PERSISTED_QUERY_NOT_SUPPORTED, DOCUMENT_NOT_TRUSTED: refused before
    │                            anything was read
    └── Unavailable              UNAVAILABLE: the database cannot answer just now

Paths name the service's own arguments (`("patch", "assignee")`); each door translates them into
the words that its callers used (`assignee_id`; `["patch", "assignee"]`).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any, Self

import msgspec


class ErrorCode(enum.Enum):
    """The machine-readable reason of any failure, the same in GraphQL and in REST."""

    VALIDATION_FAILED = "VALIDATION_FAILED"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    INVALID_PARENT = "INVALID_PARENT"
    HAS_CHILDREN = "HAS_CHILDREN"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IDEMPOTENCY_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    AUTH_REQUIRED = "AUTH_REQUIRED"
    INVALID_TOKEN = "INVALID_TOKEN"  # noqa: S105 - a code, not a secret
    API_KEY_EXPIRED = "API_KEY_EXPIRED"
    API_KEY_DISABLED = "API_KEY_DISABLED"
    API_KEY_ORG_MISMATCH = "API_KEY_ORG_MISMATCH"
    INSUFFICIENT_SCOPE = "INSUFFICIENT_SCOPE"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    RATE_LIMITED = "RATE_LIMITED"
    COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL_ERROR = "INTERNAL_ERROR"


Path = tuple[str, ...]


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with one value of the input."""

    path: Path
    message: str
    allowed: tuple[str, ...] | None = None


class TicketsError(Exception):
    """A failure with a code; its message is written for the caller."""

    code: ErrorCode = ErrorCode.INTERNAL_ERROR

    def __init__(self, message: str, *, code: ErrorCode | None = None, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        if code is not None:
            self.code = code

    @property
    def extensions(self) -> dict[str, Any]:
        """What GraphQL shows beside the message; graphql-core reads it from the original error."""
        return {"code": self.code.value}


class ValidationFailed(TicketsError):
    """The input holds values that are malformed, too long or not allowed."""

    code = ErrorCode.VALIDATION_FAILED

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            " ".join(problem.message for problem in self.problems), path=self.problems[0].path
        )

    @classmethod
    def of(cls, path: Path | str, message: str, allowed: tuple[str, ...] | None = None) -> Self:
        """The usual case: one problem."""
        return cls([Problem((path,) if isinstance(path, str) else path, message, allowed)])

    def beneath(self, place: Path) -> ValidationFailed:
        """The same problems of an input that lies within another, at `place`."""
        return type(self)(
            msgspec.structs.replace(problem, path=(*place, *problem.path))
            for problem in self.problems
        )


class InvalidParent(ValidationFailed):
    """The parent is the ticket itself or beneath it, or the tree would grow too deep (R23)."""

    code = ErrorCode.INVALID_PARENT


class LimitExceeded(ValidationFailed):
    """A list is longer than the operation allows."""

    code = ErrorCode.LIMIT_EXCEEDED


class NotFound(TicketsError):
    """No such object in this organization, or the credential may not see it."""

    code = ErrorCode.RESOURCE_NOT_FOUND


class Conflict(TicketsError):
    """The stored state forbids the write; `current` is the object as it is now."""

    def __init__(
        self, message: str, *, code: ErrorCode, path: Path = (), current: object = None
    ) -> None:
        super().__init__(message, code=code, path=path)
        self.current = current


class IdempotencyConflict(TicketsError):
    """The idempotency key belongs to another request, or to one that is still running (R29)."""


class CursorExpired(TicketsError):
    """The change log no longer holds what came after the cursor: read everything anew."""

    code = ErrorCode.CURSOR_EXPIRED

    def __init__(self) -> None:
        super().__init__(
            "The change log after this cursor is no longer kept: read the tickets again.",
            path=("since",),
        )


class Unauthenticated(TicketsError):
    """There is no credential, or none that is known and valid today (R12)."""


class Forbidden(TicketsError):
    """The credential is known, and may not do this (R12, R13)."""

    def __init__(
        self, message: str, *, code: ErrorCode, required_scopes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, code=code)
        self.required_scopes = required_scopes

    @property
    def extensions(self) -> dict[str, Any]:
        """The code, and the scopes that would have been enough."""
        scopes = {"requiredScopes": list(self.required_scopes)} if self.required_scopes else {}
        return {**super().extensions, **scopes}


class RateLimited(TicketsError):
    """The caller has asked for too much in too short a time; nothing was done."""

    code = ErrorCode.RATE_LIMITED

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"Too many requests: try again in {retry_after_seconds} s.")
        self.retry_after_seconds = retry_after_seconds

    @property
    def extensions(self) -> dict[str, Any]:
        """The code, and when to come back."""
        return {**super().extensions, "retryAfterSeconds": self.retry_after_seconds}


class BadRequest(TicketsError):
    """The request was refused for its form, before its content was looked at."""


class Unavailable(TicketsError):
    """The database cannot answer just now; the same request may succeed in a moment."""

    code = ErrorCode.UNAVAILABLE

    def __init__(
        self, message: str = "The service is briefly unavailable. Please try again."
    ) -> None:
        super().__init__(message)
