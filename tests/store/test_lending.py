"""Connections are lent again at once, and go back to the pool when nobody wants them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from gql_tickets.store.lending import KEPT_SECONDS, Lender


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
