"""Connections are lent again at once, and go back to the pool when nobody wants them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from gql_tickets.store.lending import KEPT_SECONDS, Lender

PATIENT_SECONDS = 30


@pytest.fixture
async def pool(postgres_server: str) -> AsyncIterator[Any]:
    """A pool of two connections."""
    async with asyncpg.create_pool(
        host=postgres_server, user="postgres", database="postgres", min_size=0, max_size=2
    ) as pool:
        yield pool


@pytest.fixture
async def lender(pool: Any) -> AsyncIterator[Lender]:
    """A lender whose borrowers wait a fifth of a second."""
    lender = Lender(pool, 0.2)
    yield lender
    await lender.close()


async def test_what_was_given_back_is_lent_again(lender: Lender) -> None:
    first = await lender.take()
    await lender.give(first, is_sound=True)
    assert lender.kept == 1
    assert await lender.take() is first
    await lender.give(first, is_sound=True)


async def test_what_failed_goes_to_the_pool(lender: Lender, pool: Any) -> None:
    await lender.give(await lender.take(), is_sound=False)
    assert lender.kept == 0
    assert pool.get_idle_size() == 1


async def test_who_waits_has_it_before_it_is_kept(lender: Lender) -> None:
    both = [await lender.take(), await lender.take()]
    waiting = asyncio.create_task(lender.take())
    await asyncio.sleep(0)
    await lender.give(both[0], is_sound=True)
    assert lender.kept == 0
    for raw in (await waiting, both[1]):
        await lender.give(raw, is_sound=True)


async def test_waiting_ends(lender: Lender) -> None:
    both = [await lender.take(), await lender.take()]
    with pytest.raises(TimeoutError):
        await lender.take()
    assert lender.waiting == 0
    for raw in both:
        await lender.give(raw, is_sound=True)


async def test_who_leaves_the_line_takes_nothing_along(lender: Lender) -> None:
    both = [await lender.take(), await lender.take()]
    patient, leaving, late = [asyncio.create_task(lender.take()) for _ in range(3)]
    await asyncio.sleep(0)
    leaving.cancel()
    await lender.give(both.pop(), is_sound=True)
    first = await patient
    await lender.give(both.pop(), is_sound=True)
    late.cancel()  # in the turn of the loop in which it was given one
    await asyncio.gather(leaving, late, return_exceptions=True)
    assert (lender.waiting, lender.kept) == (0, 1)
    await lender.give(first, is_sound=True)


async def test_what_failed_makes_room_for_who_waits(lender: Lender) -> None:
    both = [await lender.take(), await lender.take()]
    waiting = [asyncio.create_task(lender.take()) for _ in range(2)]
    await asyncio.sleep(0)
    for raw in both:
        raw.terminate()
        await lender.give(raw, is_sound=False)
    others = await asyncio.gather(*waiting)
    assert [await raw.fetchval("SELECT 1") for raw in others] == [1, 1]
    for raw in others:
        await lender.give(raw, is_sound=True)


async def test_many_who_come_and_go_share_two(pool: Any) -> None:
    lender = Lender(pool, PATIENT_SECONDS)

    async def one(number: int) -> int:
        raw = await lender.take()
        is_sound = number % 7 != 0
        try:
            return int(await raw.fetchval("SELECT $1::int", number))
        finally:
            if not is_sound:
                raw.terminate()
            await lender.give(raw, is_sound=is_sound)

    assert await asyncio.gather(*map(one, range(100))) == list(range(100))
    assert lender.waiting == 0
    assert 1 <= lender.kept <= 2


async def test_what_died_is_not_lent(lender: Lender) -> None:
    raw = await lender.take()
    await lender.give(raw, is_sound=True)
    raw.terminate()
    other = await lender.take()
    assert await other.fetchval("SELECT 1") == 1
    await lender.give(other, is_sound=True)


async def test_what_nobody_wants_goes_back_to_the_pool(lender: Lender, pool: Any) -> None:
    await lender.give(await lender.take(), is_sound=True)
    # A waiter of the pool's own: it has a connection only when one was given back.
    others = [await pool.acquire(), await pool.acquire(timeout=4 * KEPT_SECONDS)]
    assert lender.kept == 0
    for raw in others:
        await pool.release(raw)
