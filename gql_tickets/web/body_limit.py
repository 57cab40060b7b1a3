"""No request body grows beyond the limit, declared or streamed: 413 in the shape of R11."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_tickets.errors import BadRequest, ErrorCode
from gql_tickets.web.answers import failure


class BodyLimit:
    """Refuses a declared length at once, and stops reading a stream where it passes the limit."""

    def __init__(self, app: ASGIApp, bytes_max: int) -> None:
        self.app = app
        self.bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _declared(scope) > self.bytes_max:
            await self._refuse(scope, receive, send)
            return
        await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        bytes_read = 0
        answered = False

        async def receive_counted() -> Message:
            nonlocal bytes_read
            if bytes_read > self.bytes_max:
                raise self._too_large()
            message = await receive()
            bytes_read += len(message.get("body", b""))
            if bytes_read > self.bytes_max:
                raise self._too_large()
            return message

        async def send_unless_refused(message: Message) -> None:
            nonlocal answered
            # Whatever the application makes of the broken read, the answer is ours.
            if bytes_read > self.bytes_max and not answered:
                raise self._too_large()
            answered = True
            await send(message)

        try:
            await self.app(scope, receive_counted, send_unless_refused)
        except BadRequest as error:
            if answered or error.code is not ErrorCode.PAYLOAD_TOO_LARGE:
                raise
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = self._too_large()
        await failure(scope, 413, error.code, error.message)(scope, receive, send)

    def _too_large(self) -> BadRequest:
        return BadRequest(
            f"The request body is larger than {self.bytes_max} bytes.",
            code=ErrorCode.PAYLOAD_TOO_LARGE,
        )


def _declared(scope: Scope) -> int:
    """The length that the request claims; 0 when it claims none that makes sense."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value[:20]) if value.isdigit() else 0
    return 0
