"""Every answer carries `X-Request-Id` (R30): the caller's own when it is sane, else a new one."""

from __future__ import annotations

import random
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAME = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_random = random.Random()  # noqa: S311 - ids tell requests apart, and keep no secret


class RequestId:
    """Names the request in `scope["state"]["request_id"]` and in the answer; Access tells the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, named."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        request_id = _given(scope) or f"{_random.getrandbits(128):032x}"
        # A copy, since servers may hand the same state to every request.
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        header = (_NAME, request_id.encode())

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await self.app(scope, receive, send_named)


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == _NAME:
            return value.decode() if _SANE.fullmatch(value) else None
    return None
