"""The body of a request, read to its end."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.types import Receive


async def whole(receive: Receive) -> bytes:
    """All of it: mostly one message. Raises ClientDisconnect where the client left before its end."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False) and message["type"] == "http.request":
        return body
    parts = [body]
    while True:
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
        parts.append(message.get("body", b""))
