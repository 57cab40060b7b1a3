"""What stands behind every request: it ends in time, its body has bounds, and it gets an answer.

Once an answer has begun it may take its time: a stream has no end.
"""

from __future__ import annotations

import asyncio
import math

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_tickets.errors import Unavailable
from gql_tickets.web.body_limit import Body
from gql_tickets.web.last_resort import answer_to
from gql_tickets.web.lifecycle import Lifecycle, Running

_CLOSE = (b"connection", b"close")


class Guard:
    """`seconds` are for an answer to begin, 0 for ever; `bytes_max` is for the body of the request.

    A trailing slash is taken off the path (R28): a redirect would lose the body of many a client's
    POST.
    """

    def __init__(
        self, app: ASGIApp, *, lifecycle: Lifecycle, seconds: float, bytes_max: int
    ) -> None:
        self.app = app
        self._lifecycle = lifecycle
        self._seconds = seconds or math.inf
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and stand behind it."""
        if scope["type"] != "lifespan" and scope["path"].endswith("/"):
            scope["path"] = scope["path"].rstrip("/") or "/"
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        lifecycle = self._lifecycle
        body = Body(receive, self._bytes_max)
        request = lifecycle.begin(self._seconds)
        failure: ASGIApp | None = None
        has_begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                if failure is None:
                    # Whatever the application makes of a broken read, the answer is ours.
                    body.check()
                has_begun = True
                lifecycle.end(request)
                if lifecycle.is_draining:
                    message["headers"] = [*message.get("headers", ()), _CLOSE]
            await send(message)

        try:
            body.check_declared(scope)
            await self.app(scope, body, send_guarded)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the last resort
            failure = _failure(scope, request, error)
        finally:
            lifecycle.end(request)
            request.settle()
        if failure is not None and not has_begun:
            await failure(scope, receive, send_guarded)


def _failure(
    scope: Scope, request: Running, error: Exception | asyncio.CancelledError
) -> ASGIApp | None:
    """The answer, if there is one. Raises the exception where the request itself was cancelled."""
    if isinstance(error, asyncio.CancelledError):
        if request.is_given_up():
            error = Unavailable("The request took too long, and was given up.")
        elif request.task.cancelling():
            raise error
    return answer_to(scope, error)
