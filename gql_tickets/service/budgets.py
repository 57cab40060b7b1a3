"""How much a caller may ask for: a bucket of points for each API key, the same for both doors.

A full bucket holds `rate_limit_points`, and `rate_limit_restore_per_second` flow back into it. Each
process has buckets of its own, or, when they are shared, takes points from the database's in leases
that last for many requests. Without its database a shared bucket is a process's own: a limit must
not be what takes the service down.

A second kind holds the attempts that one address may make with keys that are not good.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import time
from collections.abc import Callable, Hashable

from msgspec import Struct

from gql_tickets.auth import Actor
from gql_tickets.errors import Unavailable
from gql_tickets.settings import Settings
from gql_tickets.store import rate_limits
from gql_tickets.store.engine import Connection, Store

BUCKETS_MAX = 20_000
LEASE_SHARE = 0.02
AWAY_SECONDS = 1.0

Clock = Callable[[], float]


class Budget(Struct, frozen=True):
    """A caller's budget after a charge of `cost` points. A `limit` of 0 is no limit at all.

    `retry_after_seconds` is 0, or says when the charge, which was refused, could be made.
    """

    limit: int
    remaining: int
    restore_rate: float
    cost: int
    retry_after_seconds: int = 0

    @property
    def reset_seconds(self) -> int:
        """Whole seconds until the bucket is full again."""
        return math.ceil((self.limit - self.remaining) / (self.restore_rate or 1))

    @property
    def reset_at(self) -> dt.datetime:
        """When the bucket is full again."""
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.reset_seconds)


UNLIMITED = Budget(limit=0, remaining=0, restore_rate=0, cost=0)


class Buckets:
    """Buckets by name, in this process; those that were left alone longest are forgotten first."""

    def __init__(self, size: float, restore: float, clock: Clock = time.monotonic) -> None:
        self.size = size
        self.restore = restore
        self._clock = clock
        self._levels: dict[Hashable, tuple[float, float]] = {}

    @property
    def are_untouched(self) -> bool:
        """Whether nothing was taken from any that is remembered."""
        return not self._levels

    def level(self, name: Hashable) -> float:
        """Points in the bucket now."""
        return self._filled(self._levels.get(name), self._clock())

    def take(self, name: Hashable, points: float) -> float:
        """Take points. Returns what is left, or, when they are not there, what is lacking, below 0."""
        now = self._clock()
        # Taken out and put in again, so that the oldest stands first.
        known = self._levels.pop(name, None)
        left = self._filled(known, now) - points
        if left >= 0:
            known = left, now
        if known is not None:
            self._levels[name] = known
            if len(self._levels) > BUCKETS_MAX:
                del self._levels[next(iter(self._levels))]
        return left

    def _filled(self, known: tuple[float, float] | None, now: float) -> float:
        if known is None:
            return self.size
        level, at = known
        return min(self.size, level + (now - at) * self.restore)


class _Lease:
    """Points of a shared bucket that this process holds, and what lay behind them in the database."""

    def __init__(self) -> None:
        self.held = 0.0
        self.behind = 0.0
        self.renewing = asyncio.Lock()


class Budgets:
    """The budgets of every caller. One a process."""

    def __init__(self, store: Store, settings: Settings, clock: Clock = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._shared = settings.rate_limit_shared
        self._points = Buckets(
            settings.rate_limit_points, settings.rate_limit_restore_per_second, clock
        )
        self._leases: dict[Hashable, _Lease] = {}
        self._away_until = -math.inf
        per_minute = settings.auth_failures_per_minute
        self._failures = Buckets(per_minute, per_minute / 60, clock) if per_minute else None
        self.refused = 0

    async def charge(self, actor: Actor, points: int) -> Budget:
        """Take points from the caller's bucket, or say when they will be there.

        What costs more than a full bucket is let through when the bucket is full, and empties it.
        """
        limit, restore = self._points.size, self._points.restore
        if not limit:
            return UNLIMITED
        name = (actor.org_id, actor.key_id)
        taken = min(points, limit)
        if self._shared and self._clock() >= self._away_until:
            left = await self._take_leased(actor, name, taken)
        else:
            left = self._points.take(name, taken)
        if left >= 0:
            return Budget(int(limit), int(left), restore, points)
        self.refused += 1
        there = int(max(taken + left, 0))
        return Budget(int(limit), there, restore, 0, math.ceil(-left / restore))

    def wait_seconds(self, client: str) -> int:
        """How long an address has to wait before it may try another key; 0 for not at all."""
        if self._failures is None or self._failures.are_untouched:
            return 0
        lacking = 1 - self._failures.level(_network(client))
        if lacking <= 0:
            return 0
        self.refused += 1
        return math.ceil(lacking / self._failures.restore)

    def failed(self, client: str) -> None:
        """The address has shown a key that is not good."""
        if self._failures is not None:
            self._failures.take(_network(client), 1)

    async def _take_leased(self, actor: Actor, name: Hashable, points: float) -> float:
        """As Buckets.take, from the points that this process holds, or else from the database's."""
        lease = self._leases.pop(name, None) or _Lease()
        self._leases[name] = lease
        if len(self._leases) > BUCKETS_MAX:
            del self._leases[next(iter(self._leases))]
        if lease.held < points:
            # One at a time for each key: many at once would lease the whole bucket to one process.
            async with lease.renewing:
                lacking = points - lease.held
                if lacking > 0:
                    try:
                        granted, lease.behind = await self._lease(actor, lacking)
                    except Unavailable:
                        self._away_until = self._clock() + AWAY_SECONDS
                        return self._points.take(name, points)
                    if not granted:
                        return lease.behind - lacking
                    lease.held += granted
                lease.held -= points
        else:
            lease.held -= points
        return lease.held + lease.behind

    async def _lease(self, actor: Actor, need: float) -> tuple[float, float]:
        want = max(need, self._points.size * LEASE_SHARE)

        async def work(db: Connection) -> tuple[float, float]:
            return await rate_limits.change_bucket(
                db,
                actor.org_id,
                key_id=actor.key_id or "",
                need=need,
                want=want,
                size=self._points.size,
                restore=self._points.restore,
                now=dt.datetime.now(dt.UTC),
            )

        return await self._store.write(work)


def _network(client: str) -> str:
    """An IPv6 address stands for its /64: whoever has one of them has them all."""
    return client if ":" not in client else ":".join(client.split(":")[:4])
