"""Budgets: buckets that empty and fill, alone and shared, and what becomes of them without a database."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.directory import Organization
from gql_tickets.errors import Unavailable
from gql_tickets.service import budgets
from gql_tickets.service.budgets import Buckets, Budgets
from gql_tickets.settings import Settings
from gql_tickets.store import rate_limits
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import open_store

KEY = frozenset({Scope.TICKETS_READ})


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(organization: Organization) -> Actor:
    """A key of acme."""
    return Actor(organization.id, organization.slug, KEY, key_id="k1")


def limited(settings: Settings, **changed: object) -> Settings:
    """A bucket of 100 points, 10 a second."""
    small = {"rate_limit_points": 100, "rate_limit_restore_per_second": 10.0}
    return settings.model_copy(update={**small, **changed})


async def test_a_bucket_empties_and_fills(
    store: Store, settings: Settings, reader: Actor, clock: Clock
) -> None:
    kept = Budgets(store, limited(settings), clock)
    budget = await kept.charge(reader, 30)
    assert (budget.limit, budget.remaining, budget.cost) == (100, 70, 30)
    assert (budget.restore_rate, budget.reset_seconds) == (10.0, 3)
    assert (await kept.charge(reader, 70)).remaining == 0
    refused = await kept.charge(reader, 25)
    assert (refused.retry_after_seconds, refused.cost, kept.refused) == (3, 0, 1)
    clock.now += 2.5
    assert (await kept.charge(reader, 25)).retry_after_seconds == 0
    clock.now += 1_000
    assert (await kept.charge(reader, 1)).remaining == 99


async def test_each_key_has_a_bucket_of_its_own(
    store: Store, settings: Settings, reader: Actor, clock: Clock
) -> None:
    kept = Budgets(store, limited(settings), clock)
    other = Actor(reader.org_id, reader.org_slug, KEY, key_id="k2")
    await kept.charge(reader, 100)
    assert (await kept.charge(other, 1)).remaining == 99


async def test_what_costs_more_than_a_bucket_needs_a_full_one(
    store: Store, settings: Settings, reader: Actor, clock: Clock
) -> None:
    kept = Budgets(store, limited(settings), clock)
    await kept.charge(reader, 1)
    assert (await kept.charge(reader, 5_000)).retry_after_seconds == 1
    clock.now += 1
    assert (await kept.charge(reader, 5_000)).remaining == 0


async def test_without_a_limit_nothing_is_counted(
    store: Store, settings: Settings, reader: Actor
) -> None:
    kept = Budgets(store, limited(settings, rate_limit_points=0))
    for _ in range(3):
        budget = await kept.charge(reader, 10_000)
        assert (budget.limit, budget.retry_after_seconds) == (0, 0)


def test_the_bucket_that_was_left_alone_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(budgets, "BUCKETS_MAX", 2)
    buckets = Buckets(10, 1, clock)
    for name in ("a", "b", "a", "c"):
        buckets.take(name, 4)
    assert [buckets.level(name) for name in "abc"] == [2, 10, 6]


@asynccontextmanager
async def processes(settings: Settings, count: int) -> AsyncIterator[list[Budgets]]:
    """As many processes as share a database, but for the processes."""
    stores = [await open_store(settings) for _ in range(count)]
    try:
        yield [Budgets(store, settings) for store in stores]
    finally:
        for store in stores:
            await store.close()


async def test_a_shared_bucket_gives_no_more_than_it_holds(
    settings: Settings, reader: Actor
) -> None:
    shared = limited(
        settings,
        rate_limit_points=1_000,
        rate_limit_restore_per_second=0.001,
        rate_limit_shared=True,
    )
    async with processes(shared, 3) as kept:
        given = 0
        for _ in range(100):
            for each in kept:
                given += not (await each.charge(reader, 7)).retry_after_seconds
        # A lease that another process holds may be what is lacking: two of 20 points at most.
        assert 1_000 - 2 * 20 - 7 < given * 7 <= 1_000
        refused = await kept[0].charge(reader, 500)
        assert refused.retry_after_seconds > 1_000


async def test_a_bucket_fills_again_after_a_clock_that_was_a_day_ahead(
    store: Store, reader: Actor
) -> None:
    now = dt.datetime.now(dt.UTC)

    async def granted(at: dt.datetime) -> float:
        async def work(db: Connection) -> tuple[float, float]:
            return await rate_limits.change_bucket(
                db, reader.org_id, key_id="k", need=5, want=10, size=10, restore=1, now=at
            )

        return (await store.write(work))[0]

    assert await granted(now + dt.timedelta(days=1)) == 10
    assert await granted(now) == 0
    assert await granted(now + dt.timedelta(seconds=6)) == 6
    # What other machines have for a clock is a little behind, or ahead.
    assert await granted(now) == 0
    assert await granted(now + dt.timedelta(seconds=12)) == 6


async def test_leases_keep_the_database_out_of_most_requests(
    settings: Settings, reader: Actor
) -> None:
    shared = limited(settings, rate_limit_points=10_000, rate_limit_shared=True)
    statements: list[str] = []
    store = await open_store(shared)
    store.observer = statements.append
    kept = Budgets(store, shared)
    for _ in range(400):
        assert not (await kept.charge(reader, 1)).retry_after_seconds
    await store.close()
    assert len(statements) == 2


async def test_a_shared_bucket_survives_many_at_once(settings: Settings, reader: Actor) -> None:
    shared = limited(
        settings, rate_limit_points=500, rate_limit_restore_per_second=0.001, rate_limit_shared=True
    )
    async with processes(shared, 2) as kept:
        charged = await asyncio.gather(
            *(each.charge(reader, 5) for _ in range(100) for each in kept)
        )
    given = sum(5 for budget in charged if not budget.retry_after_seconds)
    assert 480 <= given <= 500


async def test_without_its_database_a_shared_bucket_is_the_processs_own(
    store: Store, settings: Settings, reader: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Budgets(store, limited(settings, rate_limit_shared=True), clock)
    asked = 0

    async def away(*_args: object, **_options: object) -> None:
        nonlocal asked
        asked += 1
        raise Unavailable

    with monkeypatch.context() as outage:
        outage.setattr(store, "write", away)
        assert not (await kept.charge(reader, 60)).retry_after_seconds
        assert (await kept.charge(reader, 60)).retry_after_seconds == 2
        assert asked == 1  # for a second the database is left alone
    clock.now += 1.5
    assert (await kept.charge(reader, 60)).remaining == 40


async def test_an_address_that_guesses_has_to_wait(
    store: Store, settings: Settings, clock: Clock
) -> None:
    kept = Budgets(store, limited(settings, auth_failures_per_minute=3), clock)
    for _ in range(3):
        assert kept.wait_seconds("203.0.113.7") == 0
        kept.failed("203.0.113.7")
    assert kept.wait_seconds("203.0.113.7") == 20
    assert kept.wait_seconds("203.0.113.8") == 0
    clock.now += 20
    assert kept.wait_seconds("203.0.113.7") == 0


async def test_addresses_of_one_ipv6_network_are_one(store: Store, settings: Settings) -> None:
    kept = Budgets(store, limited(settings, auth_failures_per_minute=1))
    kept.failed("2001:db8:1:2:aaaa::1")
    assert kept.wait_seconds("2001:db8:1:2:bbbb::2") > 0
    assert kept.wait_seconds("2001:db8:1:3::1") == 0
    off = Budgets(store, limited(settings, auth_failures_per_minute=0))
    off.failed("203.0.113.7")
    assert off.wait_seconds("203.0.113.7") == 0
