"""Connections of asyncpg's pool, lent again at once while requests follow one another.

A turn through the pool takes a timer, a task and a round of the event loop, which cost more than
most statements do. What was not lent for a while goes back to the pool, which looks after it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import asyncpg

KEPT_SECONDS = 1.0


class Lender:
    """Lends the pool's connections, which nobody else may ask: what is kept here, it misses.

    When all are lent, callers stand in line, and who gives one back gives it to the first of them.
    """

    def __init__(self, pool: Any, wait_seconds: float) -> None:
        self._pool = pool
        self._wait_seconds = wait_seconds
        self._taken = 0  # out of the pool: lent, kept, or on its way
        self._kept: list[Any] = []
        self._line: deque[asyncio.Future[Any]] = deque()
        self._unused = 0  # so many at the bottom were not lent since the last look
        self._look: asyncio.TimerHandle | None = None
        self._returns: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def kept(self) -> int:
        """How many connections are at hand."""
        return len(self._kept)

    @property
    def waiting(self) -> int:
        """How many callers stand in line."""
        return len(self._line)

    async def take(self) -> Any:
        """A connection. Raises TimeoutError when none gets free in time."""
        while self._kept:
            raw = self._kept.pop()
            self._unused = min(self._unused, len(self._kept))
            if _lives(raw):
                return raw
            await self._put_back(raw)
        if self._taken < self._pool.get_max_size():
            self._taken += 1
            raw = None
        else:
            raw = await self._stand_in_line()
        return await self._acquire() if raw is None else raw

    async def give(self, raw: Any, *, is_sound: bool) -> None:
        """Give a connection back; one whose work failed goes to the pool, which tidies it up."""
        if not is_sound or self._closing or not _lives(raw):
            await self._put_back(raw)
        else:
            self._keep(raw)

    async def execute(self, sql: str, *arguments: Any) -> None:
        """Run one statement for its effect."""
        raw, is_sound = await self.take(), False
        try:
            await raw.execute(sql, *arguments)
            is_sound = True
        finally:
            await self.give(raw, is_sound=is_sound)

    async def close(self) -> None:
        """Wait for the connections in use, then close them all."""
        if self._look is not None:
            self._look.cancel()
        self._closing = True
        kept, self._kept = self._kept, []
        await self._return(kept)
        await asyncio.gather(*self._returns)
        await self._pool.close()

    async def _acquire(self) -> Any:
        """One of the pool's, which is counted as taken already."""
        try:
            return await self._pool.acquire(timeout=self._wait_seconds)
        except BaseException:
            self._untake()
            raise

    async def _put_back(self, raw: Any) -> None:
        try:
            await self._pool.release(raw)
        finally:
            self._untake()

    def _untake(self) -> None:
        """The pool has one more to give, to the first in line."""
        if not self._pass_on(None):
            self._taken -= 1

    def _keep(self, raw: Any) -> None:
        if not self._pass_on(raw):
            self._kept.append(raw)
            if self._look is None:
                self._look_later()

    async def _stand_in_line(self) -> Any:
        """A connection, or None for the right to ask the pool for one."""
        loop = asyncio.get_running_loop()
        place = loop.create_future()
        self._line.append(place)
        patience = loop.call_later(self._wait_seconds, self._send_away, place)
        try:
            return await place
        except asyncio.CancelledError:
            if place.cancelled():
                with suppress(ValueError):
                    self._line.remove(place)
            elif place.exception() is None:  # it came in the very same turn of the loop
                self._decline(place.result())
            raise
        finally:
            patience.cancel()

    def _send_away(self, place: asyncio.Future[Any]) -> None:
        if not place.done():
            self._line.remove(place)
            place.set_exception(TimeoutError())

    def _decline(self, raw: Any) -> None:
        if raw is None:
            self._untake()
        elif self._closing:
            self._return_later([raw])
        else:
            self._keep(raw)

    def _pass_on(self, raw: Any) -> bool:
        """Give it to the first in line. Returns whether there was one."""
        while self._line:
            place = self._line.popleft()
            if not place.done():
                place.set_result(raw)
                return True
        return False

    def _look_later(self) -> None:
        self._look = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._settle)

    def _settle(self) -> None:
        """Give back what was not lent since the last look."""
        unused, self._kept = self._kept[: self._unused], self._kept[self._unused :]
        if unused:
            self._return_later(unused)
        self._unused = len(self._kept)
        self._look = None
        if self._kept:
            self._look_later()

    def _return_later(self, connections: list[Any]) -> None:
        task = asyncio.create_task(self._return(connections))
        self._returns.add(task)
        task.add_done_callback(self._returns.discard)

    async def _return(self, connections: Iterable[Any]) -> None:
        for raw in connections:
            await self._put_back(raw)


def _lives(raw: Any) -> bool:
    try:
        return not raw.is_closed()
    except asyncpg.InterfaceError:  # it died, and the pool has taken it back by itself
        return False
