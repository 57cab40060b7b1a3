"""Every answer carries `X-Request-Id` (R30): the caller's own when it is sane, else a new one."""

from __future__ import annotations

import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"

_SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestId:
    """Names the request in `scope["state"]["request_id"]` and in the answer; Access tells the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, named."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        request_id = _sane(Headers(scope=scope).get(HEADER)) or uuid.uuid4().hex

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        # A copy, since servers may hand the same state to every request.
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        await self.app(scope, receive, send_named)


def _sane(given: str | None) -> str | None:
    return given if given is not None and _SANE.fullmatch(given) else None
