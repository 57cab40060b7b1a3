"""The one shape of a failure outside GraphQL (R11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

import msgspec
from starlette.responses import Response

from gql_tickets.errors import ErrorCode
from gql_tickets.observability.requests import noted

RETRY_AFTER_SECONDS = 1


class Detail(TypedDict):
    """One field that is wrong, in the words that the caller used."""

    field: str
    message: str


class JSONAnswer(Response):
    """A JSON body, encoded by msgspec."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """The bytes of the body."""
        return msgspec.json.encode(content)


def failure(
    status: int,
    code: ErrorCode,
    message: str,
    *,
    details: Iterable[Detail] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONAnswer:
    """An error answer: `error`, `code`, `details` when there is a field to name, `request_id`."""
    note = noted()
    note.code = code.value
    body: dict[str, object] = {"error": message, "code": code.value}
    if named := list(details):
        body["details"] = named
    body["request_id"] = note.request_id
    return JSONAnswer(body, status_code=status, headers=headers)


def unavailable(message: str) -> JSONAnswer:
    """503: the same request may succeed in a moment."""
    return failure(
        503,
        ErrorCode.UNAVAILABLE,
        message,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
