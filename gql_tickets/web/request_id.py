"""Every answer carries `X-Request-Id` (R30): the caller's own when it is sane, else a new one."""

from __future__ import annotations

import os
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = b"x-request-id"

_SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_RANDOM_BYTES = 16


class RequestId:
    """Names the request in `scope["state"]["request_id"]` and in the answer; Access tells the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, named."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        request_id = _given(scope) or os.urandom(_RANDOM_BYTES).hex()
        named = (HEADER, request_id.encode())

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), named]
            await send(message)

        # A copy, since servers may hand the same state to every request.
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        await self.app(scope, receive, send_named)


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode() if _SANE.fullmatch(value) else None
    return None
