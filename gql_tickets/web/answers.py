"""The one shape of a failure outside GraphQL (R11), and how a request names itself in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

import msgspec
from starlette.responses import Response
from starlette.types import Scope

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


def request_id_of(scope: Scope) -> str:
    """The id that RequestId gave to the request; empty for an app that runs without it."""
    request_id: str = scope.get("state", {}).get("request_id", "")
    return request_id


def failure(
    scope: Scope,
    status: int,
    code: ErrorCode,
    message: str,
    *,
    details: Iterable[Detail] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONAnswer:
    """An error answer: `error`, `code`, `details` when there is a field to name, `request_id`."""
    noted().code = code.value
    body: dict[str, object] = {"error": message, "code": code.value}
    if named := list(details):
        body["details"] = named
    body["request_id"] = request_id_of(scope)
    return JSONAnswer(body, status_code=status, headers=headers)


def unavailable(scope: Scope, message: str) -> JSONAnswer:
    """503: the same request may succeed in a moment."""
    return failure(
        scope,
        503,
        ErrorCode.UNAVAILABLE,
        message,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
