"""The change log as it grows: one read a worker and wake-up, however many follow it.

A follower keeps no queue: it has a position, and takes what the worker remembers after it. One
that is too slow, or comes from far behind, reads the log itself; so nobody loses anything, and
nobody holds up another.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from msgspec.structs import replace

from gql_tickets.domain.changes import Change, Position
from gql_tickets.errors import TicketsError
from gql_tickets.observability.logs import Seldom
from gql_tickets.store import changes, tickets
from gql_tickets.store.engine import Connection, Store

T = TypeVar("T")

LISTEN_SECONDS = 1.0
"""How long a ring that was lost can delay a change."""
SETTLE_SECONDS = 0.01
PAUSE_SECONDS_A_FOLLOWER = 50e-6
PAUSE_SECONDS_MAX = 0.1
"""Between two reads: what telling everybody takes, so that many changes need not wake them each."""
BATCH = 500
REMEMBERED_MAX = 5_000

logger = logging.getLogger(__name__)
logger.addFilter(Seldom())


class Feed:
    """What a worker remembers of the log of one organization: the entries up to `position`."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self.followers = 0
        self._start = position
        self._entries: list[Change] = []
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[asyncio.Future[None], None] = {}
        self._asked: dict[Hashable, asyncio.Future[Any]] = {}

    def after(self, position: Position) -> list[Change] | None:
        """The entries after a position; None when some of them are not remembered."""
        if position < self._start:
            return None
        first = bisect_right(self._entries, position, key=lambda entry: entry.position)
        return self._entries[first:]

    def grow(self, entries: list[Change]) -> None:
        """Remember more, and wake the followers."""
        self._entries += entries
        self.position = entries[-1].position
        if len(self._entries) > REMEMBERED_MAX:
            forgotten = len(self._entries) - REMEMBERED_MAX // 2
            self._start = self._entries[forgotten - 1].position
            del self._entries[:forgotten]
        self._asked = {}
        waiting, self._waiting = self._waiting, {}
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def more(self) -> None:
        """Wait until there is more."""
        # By hand, since asyncio's Event asks the system at each wait which process this is.
        grown = self._loop.create_future()
        self._waiting[grown] = None
        try:
            await grown
        finally:
            self._waiting.pop(grown, None)

    async def once(self, question: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The answer to what followers ask alike: asked once, until there is more."""
        asked, answer = self._asked, self._asked.get(question)
        if answer is None:
            answer = asked[question] = asyncio.ensure_future(ask())

            def heed(answer: asyncio.Future[T]) -> None:
                if answer.cancelled() or answer.exception():
                    asked.pop(question, None)

            answer.add_done_callback(heed)
        # Shielded: that one follower leaves is nothing to the others.
        return await asyncio.shield(answer)


class Live:
    """The feeds of one worker. It listens for as long as somebody follows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._feeds: dict[int, Feed] = {}
        self._running: asyncio.Task[None] | None = None
        self.lag_seconds = 0.0

    @property
    def followers(self) -> int:
        """How many follow, in all."""
        return sum(feed.followers for feed in self._feeds.values())

    @asynccontextmanager
    async def following(self, org: int) -> AsyncIterator[Feed]:
        """The feed of an organization, which grows while the context lasts."""
        feed = self._feeds.get(org) or await self._begin(org)
        feed.followers += 1
        try:
            yield feed
        finally:
            feed.followers -= 1
            if not feed.followers:
                del self._feeds[org]
            if not self._feeds:
                await self.close()

    async def close(self) -> None:
        """Stop listening."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def _begin(self, org: int) -> Feed:
        async def work(db: Connection) -> Position:
            return await changes.find_last(db, org)

        position = await self._store.read(work)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return self._feeds.setdefault(org, Feed(position))

    async def _run(self) -> None:
        listening = asyncio.create_task(self._store.listen())
        try:
            while True:
                rung = await self._store.bell.heard(LISTEN_SECONDS)
                await self._grow(self._feeds if rung is None else rung & self._feeds.keys())
                pause = self.followers * PAUSE_SECONDS_A_FOLLOWER
                await asyncio.sleep(min(pause, PAUSE_SECONDS_MAX))
        finally:
            listening.cancel()

    async def _grow(self, orgs: Iterable[int]) -> None:
        for org in list(orgs):
            feed = self._feeds.get(org)
            try:
                while feed is not None and await self._read(org, feed):
                    pass
            except TicketsError:
                logger.warning("The change log cannot be read just now; trying again.")
            except Exception:
                # Followers wait for this task alone: it must outlive whatever goes wrong.
                logger.exception("The change log cannot be read; trying again.")

    async def _read(self, org: int, feed: Feed) -> bool:
        """Let the feed grow by a batch. Returns whether there may be another."""

        async def work(db: Connection) -> tuple[list[Change], bool]:
            found = await read_log(db, org, feed.position, limit=BATCH)
            return found, await changes.find_unsettled(db, org)

        found, unsettled = await self._store.read(work)
        if unsettled:
            asyncio.get_running_loop().call_later(SETTLE_SECONDS, self._store.bell.ring, {org})
        if found:
            feed.grow(found)
            self.lag_seconds = (dt.datetime.now(dt.UTC) - found[-1].occurred_at).total_seconds()
        return len(found) == BATCH


async def read_log(db: Connection, org: int, after: Position, *, limit: int) -> list[Change]:
    """Entries with their tickets, as they are by now."""
    found = await changes.find_changes(db, org, after, limit=limit)
    if not found:
        return found
    by_id = {
        ticket.id: ticket
        for ticket in await tickets.find_tickets(db, org, {each.ticket_id for each in found})
    }
    return [replace(each, ticket=by_id.get(each.ticket_id)) for each in found]
