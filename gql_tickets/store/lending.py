"""Connections of asyncpg's pool, lent again at once while requests follow one another.

A turn through the pool takes a timer, a task and a round of the event loop, which cost more than
most statements do. What was not lent for a while goes back to the pool, which looks after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import asyncpg

KEPT_SECONDS = 1.0


class Lender:
    """Lends the pool's connections, which nobody else may ask: what is kept here, it misses."""

    def __init__(self, pool: Any, wait_seconds: float) -> None:
        self.waiting = 0
        self._pool = pool
        self._wait_seconds = wait_seconds
        self._kept: list[Any] = []
        self._unused = 0  # so many at the bottom were not lent since the last look
        self._look: asyncio.TimerHandle | None = None
        self._returns: set[asyncio.Task[None]] = set()

    @property
    def kept(self) -> int:
        """How many connections are at hand."""
        return len(self._kept)

    async def take(self) -> Any:
        """A connection. Raises TimeoutError when none gets free in time."""
        while self._kept:
            raw = self._kept.pop()
            self._unused = min(self._unused, len(self._kept))
            if _lives(raw):
                return raw
            await self._pool.release(raw)
        self.waiting += 1
        try:
            return await self._pool.acquire(timeout=self._wait_seconds)
        finally:
            self.waiting -= 1

    async def give(self, raw: Any, *, is_sound: bool) -> None:
        """Give a connection back; one whose work failed goes to the pool, which tidies it up."""
        if not is_sound or self.waiting or not _lives(raw):
            await self._pool.release(raw)
            return
        self._kept.append(raw)
        if self._look is None:
            self._look_later()

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
        self.waiting += 1  # the pool does, for all that are still in use
        kept, self._kept = self._kept, []
        await self._return(kept)
        await asyncio.gather(*self._returns)
        await self._pool.close()

    def _look_later(self) -> None:
        self._look = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._settle)

    def _settle(self) -> None:
        """Give back what was not lent since the last look."""
        unused, self._kept = self._kept[: self._unused], self._kept[self._unused :]
        if unused:
            task = asyncio.create_task(self._return(unused))
            self._returns.add(task)
            task.add_done_callback(self._returns.discard)
        self._unused = len(self._kept)
        self._look = None
        if self._kept:
            self._look_later()

    async def _return(self, connections: Iterable[Any]) -> None:
        for raw in connections:
            await self._pool.release(raw)


def _lives(raw: Any) -> bool:
    try:
        return not raw.is_closed()
    except asyncpg.InterfaceError:  # it died, and the pool has taken it back by itself
        return False
