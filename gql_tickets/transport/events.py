"""Server-sent events: the distinct connections of graphql-sse, one operation a request.

Each result is `event: next` with a line of JSON, the end is `event: complete`. Lines end with LF
alone, which is all that some clients read. Silence is a comment.
"""

from __future__ import annotations

from typing import Any

from gql_tickets.errors import TicketsError
from gql_tickets.transport.answers import encode, error_payload
from gql_tickets.transport.streams import Framing

_COMMENT = b":\n\n"


def _next(payload: dict[str, Any]) -> bytes:
    return b"event: next\ndata: " + encode(payload) + b"\n\n"


def _refusal(error: TicketsError) -> bytes:
    return _next({"errors": [error_payload(error)]})


EVENT_STREAM = Framing(
    content_type=b"text/event-stream; charset=utf-8",
    start=_COMMENT,
    silence=_COMMENT,
    result=_next,
    refusal=_refusal,
    end=b"event: complete\ndata: \n\n",
)
