"""Apollo's subscriptions over HTTP: `multipart/mixed` with `subscriptionSpec=1.0`.

Each part is a JSON object: a result within `payload`, an error that ends the stream beside a
`payload` of null, or `{}` for silence. A client reads a part when it sees the boundary behind it,
so that each part brings its own, and the next one begins where it ends.
"""

from __future__ import annotations

from typing import Any

from gql_tickets.errors import TicketsError
from gql_tickets.transport.answers import encode, error_payload
from gql_tickets.transport.streams import Framing

_BOUNDARY = b"\r\n--graphql"


def _part(content: dict[str, Any]) -> bytes:
    return b"\r\ncontent-type: application/json\r\n\r\n" + encode(content) + _BOUNDARY


def _result(payload: dict[str, Any]) -> bytes:
    return _part({"payload": payload})


def _refusal(error: TicketsError) -> bytes:
    return _part({"payload": None, "errors": [error_payload(error)]})


MULTIPART = Framing(
    content_type=b"multipart/mixed; boundary=graphql; subscriptionSpec=1.0",
    start=_BOUNDARY + _part({}),
    silence=_part({}),
    result=_result,
    refusal=_refusal,
    end=b"--\r\n",
)
