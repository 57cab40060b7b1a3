"""How long a request may take, and what changes when the server is about to stop.

A server that stops is first not ready, while it still answers everybody: so that a balancer looks
elsewhere, and clients are told with each answer to come on another connection. What runs then has
less time than usual, since the server has little.
"""

from __future__ import annotations

import asyncio
import math
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_tickets.errors import Unavailable

STOP_SECONDS = 10.0
"""From the signal to the end, at most."""

ANSWER_SECONDS = 1.0
"""What is left of that for the last answers to be written."""


SWEEP_SECONDS = 0.1
"""How late a request may be given up. A timer for each would cost four times as much."""


class Running:
    """A request that has no answer yet."""

    __slots__ = ("cancelling", "expired", "task", "when")

    def __init__(self, task: asyncio.Task[object], when: float) -> None:
        self.task = task
        self.cancelling = task.cancelling()
        self.when = when
        self.expired = False


class Lifecycle:
    """Of one process: what runs in it, and `is_draining` once it was told to stop."""

    def __init__(self, *, drain_seconds: float) -> None:
        self.drain_seconds = drain_seconds
        self.is_draining = False
        self.running: set[Running] = set()
        self._last_call = math.inf
        self._sweeping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def drain(self) -> None:
        """The process was told to stop: whatever runs has to end in time."""
        self.is_draining = True
        self._last_call = monotonic() + STOP_SECONDS - ANSWER_SECONDS
        for request in self.running:
            request.when = min(request.when, self._last_call)

    def begin(self, seconds: float) -> Running:
        """A request begins now that may take so long; `end` has to be told when it is over."""
        # Whose loop it is, asyncio asks the system each time: as dear as all else here.
        task = asyncio.current_task(self._loop) if self._loop is not None else None
        if task is None:
            self._loop = asyncio.get_running_loop()
            task = asyncio.current_task(self._loop)
            assert task is not None  # noqa: S101 - ASGI applications run in tasks
        request = Running(task, min(monotonic() + seconds, self._last_call))
        self.running.add(request)
        if not self._sweeping:
            self._sweeping = True
            task.get_loop().call_later(SWEEP_SECONDS, self._sweep, task.get_loop())
        return request

    def end(self, request: Running) -> None:
        """The request has its answer, or never will."""
        self.running.discard(request)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = monotonic()
        for request in [each for each in self.running if each.when <= now]:
            self.running.discard(request)
            request.expired = True
            request.task.cancel()
        self._sweeping = bool(self.running)
        if self._sweeping:
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)


class Deadline:
    """Ends a request that has no answer in `seconds`, and whatever it was doing, with 503.

    Once an answer has begun it may take its time: a stream has no end. 0 seconds are for ever.
    """

    def __init__(self, app: ASGIApp, *, lifecycle: Lifecycle, seconds: float) -> None:
        self.app = app
        self._lifecycle = lifecycle
        self._seconds = seconds or math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. Raises Unavailable when it takes too long."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        lifecycle = self._lifecycle
        request = lifecycle.begin(self._seconds)

        async def send_in_time(message: Message) -> None:
            if message["type"] == "http.response.start":
                lifecycle.end(request)
                if lifecycle.is_draining:
                    message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        try:
            await self.app(scope, receive, send_in_time)
        except asyncio.CancelledError:
            # Somebody else may have cancelled it as well: then that is what counts.
            if not request.expired or request.task.cancelling() > request.cancelling + 1:
                raise
            raise Unavailable("The request took too long, and was given up.") from None
        finally:
            lifecycle.end(request)
            if request.expired:
                request.task.uncancel()
