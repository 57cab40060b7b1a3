"""Failures as REST shows them: the status of each code, and the one error body (R11, R12)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from gql_tickets.errors import (
    ErrorCode,
    Forbidden,
    Path,
    Problem,
    TicketsError,
    Unauthenticated,
    ValidationFailed,
)
from gql_tickets.observability.requests import noted
from gql_tickets.web.answers import RETRY_AFTER_SECONDS, Detail, JSONAnswer

STATUS: Mapping[ErrorCode, int] = {
    ErrorCode.VALIDATION_FAILED: 400,
    ErrorCode.INVALID_PARENT: 400,
    ErrorCode.LIMIT_EXCEEDED: 400,
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: 400,
    ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED: 400,
    ErrorCode.AUTH_REQUIRED: 401,
    ErrorCode.INVALID_TOKEN: 401,
    ErrorCode.API_KEY_EXPIRED: 401,
    ErrorCode.API_KEY_DISABLED: 403,
    ErrorCode.API_KEY_ORG_MISMATCH: 403,
    ErrorCode.INSUFFICIENT_SCOPE: 403,
    ErrorCode.DOCUMENT_NOT_TRUSTED: 403,
    ErrorCode.RESOURCE_NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.ALREADY_EXISTS: 409,
    ErrorCode.HAS_CHILDREN: 409,
    ErrorCode.IDEMPOTENCY_IN_PROGRESS: 409,
    ErrorCode.CURSOR_EXPIRED: 410,
    ErrorCode.VERSION_CONFLICT: 412,
    ErrorCode.PAYLOAD_TOO_LARGE: 413,
    ErrorCode.IDEMPOTENCY_KEY_REUSED: 422,
    ErrorCode.COST_LIMIT_EXCEEDED: 422,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.UNAVAILABLE: 503,
}

# The floor names its own arguments; callers are told the names that the document gave them.
_DOCUMENTED = {
    "assignee": "assignee_id",
    "repository": "repository_id",
    "parent": "parent_slug",
    "ticket": "slug",
    "first": "limit",
    "all_of": "labels",
    "expected_version": "If-Match",
    "idempotency_key": "Idempotency-Key",
}
_WRAPPERS = {"input", "filter", "patch", "in", "in_", "set", "id", "database_id"}


def answer(error: TicketsError, headers: Mapping[str, str] | None = None) -> Response:
    """The whole response to a failure; `headers` go on top of those that its code asks for."""
    note = noted()
    note.code = error.code.value
    body: dict[str, object] = {"error": error.message, "code": error.code.value}
    if isinstance(error, Forbidden) and error.required_scopes:
        body["required_scopes"] = error.required_scopes
    if details := _details(error):
        body["details"] = details
    body["request_id"] = note.request_id
    return JSONAnswer(
        body, status_code=STATUS[error.code], headers={**_headers(error), **(headers or {})}
    )


def field(path: Path) -> str:
    """The documented name of what a path of the floor points at."""
    words = [word for word in path if word not in _WRAPPERS and not word.isdigit()]
    return _DOCUMENTED.get(words[0], words[0]) if words else ""


def _details(error: TicketsError) -> list[Detail]:
    problems = (
        error.problems
        if isinstance(error, ValidationFailed)
        else (Problem(error.path, error.message),)
    )
    named = ((field(problem.path), problem) for problem in problems)
    return [Detail(field=name, message=_sentence(problem)) for name, problem in named if name]


def _sentence(problem: Problem) -> str:
    """The problem's message, naming what would have been accepted (R4)."""
    if not problem.allowed or all(word in problem.message for word in problem.allowed):
        return problem.message
    return f"{problem.message} Allowed: {', '.join(problem.allowed)}."


def _headers(error: TicketsError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        flaw = "" if error.code is ErrorCode.AUTH_REQUIRED else ', error="invalid_token"'
        return {"WWW-Authenticate": f'Bearer realm="tickets"{flaw}'}
    if error.code is ErrorCode.UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return {}
