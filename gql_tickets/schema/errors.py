"""The failures that a caller can act on, as `userErrors` says them."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from gql_tickets.errors import Conflict, ErrorCode, NotFound, Path, TicketsError, ValidationFailed
from gql_tickets.inputs.enums import describe
from gql_tickets.schema.types import Node, says

describe(
    ErrorCode,
    "Machine-readable reason of any failure, in GraphQL (`userErrors.code`, `errors.extensions.code`) "
    "and REST (`code`). Open enum; fall back to the message.",
    {
        "VALIDATION_FAILED": "A value is malformed, too long or not allowed. REST 400.",
        "RESOURCE_NOT_FOUND": "No such object in this organization, or the credential may not see it. REST 404.",
        "VERSION_CONFLICT": "`expectedVersion` or `If-Match` did not match. REST 412.",
        "ALREADY_EXISTS": "A name or external id is taken. REST 409.",
        "INVALID_PARENT": "The parent is the ticket itself or one of its descendants, or the tree would be too deep. REST 400.",
        "HAS_CHILDREN": "The ticket has children and the delete policy refuses. REST 409.",
        "IDEMPOTENCY_KEY_REUSED": "The idempotency key was used before with another request. REST 422.",
        "IDEMPOTENCY_IN_PROGRESS": "The first request with this idempotency key is still running. REST 409.",
        "LIMIT_EXCEEDED": "A list is longer than the operation allows (REST 400), or a document larger than the service reads.",
        "AUTH_REQUIRED": "No credential. REST 401.",
        "INVALID_TOKEN": "The credential is unknown. REST 401.",
        "API_KEY_EXPIRED": "The API key is past its expiry. REST 401.",
        "API_KEY_DISABLED": "The API key was revoked. REST 403.",
        "API_KEY_ORG_MISMATCH": "The API key is of another organization. REST 403.",
        "INSUFFICIENT_SCOPE": "The credential lacks a scope; `extensions.requiredScopes` names them. REST 403.",
        "METHOD_NOT_ALLOWED": "The path does not take this HTTP method; `Allow` names those it takes. REST 405.",
        "PAYLOAD_TOO_LARGE": "The request's body is too large. REST 413.",
        "RATE_LIMITED": "Out of request or cost budget; `Retry-After` says when to try again. REST 429.",
        "COST_LIMIT_EXCEEDED": "The operation's static cost is over the limit; nothing was run. HTTP 422.",
        "PERSISTED_QUERY_NOT_FOUND": "No document is known by this hash or id; send its text too. GraphQL only.",
        "PERSISTED_QUERY_NOT_SUPPORTED": "Documents are not kept by their hash here; send their text. GraphQL only.",
        "DOCUMENT_NOT_TRUSTED": "Only documents that the operator has named run here. GraphQL only.",
        "CURSOR_EXPIRED": "The cursor is older than the retained change log. REST 410.",
        "UNAVAILABLE": "The database cannot answer just now; `Retry-After` says when to try again. REST 503.",
        "INTERNAL_ERROR": "A fault of the server. REST 500.",
    },
)


@strawberry.interface(description="Something the caller can put right.")
class UserError:
    """A failure with its place in the input."""

    code: ErrorCode = says("The reason.")
    message: str = says("For people; may change.")
    path: list[str] = says(
        'Path into `input`, e.g. `["patch", "title"]`; empty when the whole input is at fault.'
    )


@strawberry.type(description="A value is malformed, too long or not allowed.")
class ValidationError(UserError):
    """One problem of a ValidationFailed."""

    allowed_values: list[str] | None = strawberry.field(
        default=None, description="What would have been accepted, when that is a short list."
    )


@strawberry.type(description="The target does not exist in this organization.")
class NotFoundError(UserError):
    """A NotFound."""


@strawberry.type(description="The stored state forbids the write.")
class ConflictError(UserError):
    """A Conflict."""

    current: Node | None = strawberry.field(
        default=None,
        description="The object as it is now, for a merge without another round trip.",
    )


@strawberry.type(
    description="Any other reason; also what a client that is older than the schema should expect."
)
class GenericError(UserError):
    """Any other TicketsError."""


def user_errors(error: TicketsError) -> list[UserError]:
    """The failure, in the schema's words: one error for each problem."""
    if isinstance(error, ValidationFailed):
        return [
            ValidationError(
                code=error.code,
                message=problem.message,
                path=camel_path(problem.path),
                allowed_values=None if problem.allowed is None else list(problem.allowed),
            )
            for problem in error.problems
        ]
    path = camel_path(error.path)
    if isinstance(error, NotFound):
        return [NotFoundError(code=error.code, message=error.message, path=path)]
    if isinstance(error, Conflict):
        current: Any = error.current
        return [ConflictError(code=error.code, message=error.message, path=path, current=current)]
    return [GenericError(code=error.code, message=error.message, path=path)]


def camel_path(path: Path) -> list[str]:
    """The path as GraphQL spells it."""
    return [to_camel_case(step) for step in path]


def problems(error: ValidationFailed) -> list[dict[str, Any]]:
    """Each problem with its path into the field's arguments, for `errors.extensions`."""
    return [
        {"path": camel_path(problem.path), "message": problem.message} for problem in error.problems
    ]
