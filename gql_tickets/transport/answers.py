"""Results as bytes: their JSON, the status that HTTP has for them, and their headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from starlette.types import Send
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from gql_tickets.errors import ErrorCode, TicketsError
from gql_tickets.transport.asked import Refused
from gql_tickets.transport.media import JSON, RESPONSE

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

encode = msgspec.json.Encoder().encode

_BEARER: Headers = ((b"www-authenticate", b"Bearer"),)
_BAD_BEARER: Headers = ((b"www-authenticate", b'Bearer error="invalid_token"'),)
_STATUSES: dict[str, tuple[int, Headers]] = {
    "AUTH_REQUIRED": (401, _BEARER),
    "INVALID_TOKEN": (401, _BAD_BEARER),
    "API_KEY_EXPIRED": (401, _BAD_BEARER),
    "API_KEY_DISABLED": (403, ()),
    "DOCUMENT_NOT_TRUSTED": (403, ()),
    "COST_LIMIT_EXCEEDED": (422, ()),
    "RATE_LIMITED": (429, ()),
    "UNAVAILABLE": (503, ((b"retry-after", b"1"),)),
}
"""Failures that HTTP has a word for, in either media type."""

_CONTENT_TYPES = {JSON: b"application/json", RESPONSE: RESPONSE + b"; charset=utf-8"}
_VARY = (b"vary", b"Accept")


def payload_of(result: ExecutionResult) -> dict[str, Any]:
    """The result as the transports encode it. What was not run has no data."""
    payload: dict[str, Any] = {}
    if result.errors:
        payload["errors"] = [error.formatted for error in result.errors]
    if not isinstance(result, PreExecutionError):
        payload["data"] = result.data
    if result.extensions:
        payload["extensions"] = result.extensions
    return payload


def error_payload(error: TicketsError) -> dict[str, Any]:
    """A refusal, in the form of an error of GraphQL."""
    return {"message": error.message, "extensions": error.extensions}


async def send_result(send: Send, result: ExecutionResult, media: bytes, *, head: bool) -> None:
    """Answer with a result."""
    if not result.errors:
        payload: dict[str, Any] = {"data": result.data}
        if result.extensions:
            payload["extensions"] = result.extensions
        await send_payload(send, 200, payload, media, head=head)
        return
    payload = payload_of(result)
    for error in payload["errors"]:
        code = error["extensions"]["code"]
        if code in _STATUSES and (code == "AUTH_REQUIRED" or result.data is None):
            status, headers = _STATUSES[code]
            payload = {"data": None, "errors": [error]}
            await send_payload(send, status, payload, media, headers, head=head)
            return
    if "data" in payload:
        await send_payload(send, 200, payload, media, head=head)
    elif media == RESPONSE:
        await send_payload(send, 400, payload, media, head=head)
    else:
        # Clients of the older media type go by the body, and some of them look for `data`.
        await send_payload(send, 200, {"data": None, **payload}, media, head=head)


async def send_refusal(send: Send, error: TicketsError, media: bytes, *, head: bool) -> None:
    """Answer that the request was refused before its document was read."""
    payload: dict[str, Any] = {"errors": [error_payload(error)]}
    code = error.code.value
    if isinstance(error, Refused):
        await send_payload(send, error.status, payload, media, error.headers, head=head)
    elif code in _STATUSES:
        status, headers = _STATUSES[code]
        await send_payload(send, status, {"data": None, **payload}, media, headers, head=head)
    else:
        is_lookup = error.code in _LOOKUPS and media == JSON
        await send_payload(send, 200 if is_lookup else 400, payload, media, head=head)


_LOOKUPS = {ErrorCode.PERSISTED_QUERY_NOT_FOUND, ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED}
"""Part of a protocol more than failures: clients answer them by sending the text."""


async def send_payload(
    send: Send,
    status: int,
    payload: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    media: bytes,
    headers: Iterable[tuple[bytes, bytes]] = (),
    *,
    head: bool,
) -> None:
    """Answer with JSON."""
    body = encode(payload)
    await send_bytes(send, status, body, _CONTENT_TYPES[media], headers, head=head)


async def send_bytes(
    send: Send,
    status: int,
    body: bytes,
    content_type: bytes,
    headers: Iterable[tuple[bytes, bytes]] = (),
    *,
    head: bool,
) -> None:
    """Answer with a body whose length is known."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", content_type),
                (b"content-length", b"%d" % len(body)),
                _VARY,
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": b"" if head else body})
