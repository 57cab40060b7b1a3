"""How long a request may take, and what changes when the server is about to stop.

A server that stops is first not ready, while it still answers everybody: so that a balancer looks
elsewhere, and clients are told with each answer to come on another connection. What runs then has
less time than usual, since the server has little.
"""

from __future__ import annotations

import asyncio
import math
from time import monotonic

STOP_SECONDS = 10.0
"""From the signal to the end, at most."""

ANSWER_SECONDS = 1.0
"""What is left of that for the last answers to be written."""


SWEEP_SECONDS = 0.1
"""How late a request may be given up. A timer for each would cost four times as much."""


class Running:
    """A request that has no answer yet."""

    __slots__ = ("_cancelling", "_expired", "task", "when")

    def __init__(self, task: asyncio.Task[object], when: float) -> None:
        self.task = task
        self.when = when
        self._cancelling = task.cancelling()
        self._expired = False

    def expire(self) -> None:
        """Its time is over."""
        self._expired = True
        self.task.cancel()

    def is_given_up(self) -> bool:
        """Whether it was cancelled for its time, and by nobody else as well: then that is what counts."""
        return self._expired and self.task.cancelling() <= self._cancelling + 1

    def settle(self) -> None:
        """What was cancelled for its time may go on, to say so."""
        if self._expired:
            self._expired = False
            self.task.uncancel()


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
            request.expire()
        self._sweeping = bool(self.running)
        if self._sweeping:
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)
