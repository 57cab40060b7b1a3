"""No request body grows beyond the limit, declared or streamed: 413 in the shape of R11."""

from __future__ import annotations

from starlette.types import Message, Receive, Scope

from gql_tickets.errors import BadRequest, ErrorCode


class BodyTooLarge(BadRequest):
    """The body is larger than the limit."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(
            f"The request body is larger than {bytes_max} bytes.",
            code=ErrorCode.PAYLOAD_TOO_LARGE,
        )


class Body:
    """The body of one request, to be received as ASGI has it. Nothing is read beyond the limit."""

    __slots__ = ("_bytes_max", "_bytes_read", "_receive")

    def __init__(self, receive: Receive, bytes_max: int) -> None:
        self._receive = receive
        self._bytes_max = bytes_max
        self._bytes_read = 0

    async def __call__(self) -> Message:
        """The next part of it. Raises BodyTooLarge."""
        self.check()
        message = await self._receive()
        self._bytes_read += len(message.get("body", b""))
        self.check()
        return message

    def check(self) -> None:
        """Raises BodyTooLarge when more than the limit has come."""
        if self._bytes_read > self._bytes_max:
            raise BodyTooLarge(self._bytes_max)

    def check_declared(self, scope: Scope) -> None:
        """Raises BodyTooLarge when the request says that more is to come. What makes no sense says nothing."""
        for name, value in scope["headers"]:
            if name == b"content-length":
                if value.isdigit() and int(value[:20]) > self._bytes_max:
                    raise BodyTooLarge(self._bytes_max)
                return
