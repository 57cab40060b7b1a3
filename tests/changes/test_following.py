"""Following the change log live: first what was missed, then what comes, from any worker."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.filters import OneOf, Reference, TicketFilter
from gql_tickets.domain.tickets import TicketStatus
from gql_tickets.errors import CursorExpired
from gql_tickets.service import changes, directory
from gql_tickets.service import live as live_module
from gql_tickets.service.live import Live
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import open_store
from tests.changes.ways import add, change, drop, follow, poll, take, told, until


@pytest.fixture
async def live(store: Store) -> AsyncIterator[Live]:
    """What a worker has."""
    made = Live(store)
    yield made
    assert made.followers == 0
    await made.close()


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The store of another worker."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


async def test_a_follower_hears_what_is_written_here_and_elsewhere(
    store: Store, rival: Store, actor: Actor, live: Live
) -> None:
    await add(store, actor, "Before")
    start = (await poll(store, actor)).cursor
    async with aclosing(follow(store, actor, live, since=start)) as following:
        for number in range(5):
            await add((store, rival)[number % 2], actor, f"Ticket {number}")
            (entry,) = await take(following, 1)
            assert entry.slug == f"AM-{number + 2}"
            assert entry.ticket is not None
    assert live.followers == 0


async def test_without_a_cursor_it_begins_now(store: Store, actor: Actor, live: Live) -> None:
    await add(store, actor, "Before")
    async with aclosing(follow(store, actor, live)) as following:
        waiting = asyncio.create_task(take(following, 1))
        await until(lambda: live.followers == 1)
        await add(store, actor, "After")
        assert [each.slug for each in await waiting] == ["AM-2"]


async def test_what_was_missed_comes_first_and_nothing_twice(
    store: Store, rival: Store, actor: Actor, live: Live
) -> None:
    start = (await poll(store, actor)).cursor
    ticket = await add(store, actor)
    for number in range(20):
        ticket = await change(store, actor, ticket, title=f"Title {number}")

    async def write_on() -> None:
        for number in range(20):
            await change((store, rival)[number % 2], actor, ticket, title=f"More {number}")

    async with aclosing(follow(store, actor, live, since=start)) as following:
        first = await take(following, 5)
        writing = asyncio.create_task(write_on())
        rest = await take(following, 36)
        await writing
    assert [each.version for each in first + rest] == list(range(1, 42))


async def test_one_that_is_slow_reads_the_log_and_loses_nothing(
    store: Store, actor: Actor, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "REMEMBERED_MAX", 4)
    start = (await poll(store, actor)).cursor
    async with (
        aclosing(follow(store, actor, live, since=start)) as slow,
        aclosing(follow(store, actor, live, since=start)) as quick,
    ):
        ticket = await add(store, actor)
        await take(slow, 1)
        await take(quick, 1)
        for number in range(30):
            ticket = await change(store, actor, ticket, title=f"Title {number}")
            await take(quick, 1)
        assert [each.version for each in await take(slow, 30)] == list(range(2, 32))


async def test_another_worker_goes_on_from_the_cursor(
    store: Store, rival: Store, actor: Actor, live: Live
) -> None:
    start = (await poll(store, actor)).cursor
    ticket = await add(store, actor)
    async with aclosing(follow(store, actor, live, since=start)) as following:
        (last,) = await take(following, 1)
    await change(store, actor, ticket, title="While nobody listened")
    elsewhere = Live(rival)
    async with aclosing(follow(rival, actor, elsewhere, since=last.cursor)) as following:
        assert told(await take(following, 1)) == [("AM-1", "updated", 2)]
        await drop(store, actor, ticket)
        assert told(await take(following, 1)) == [("AM-1", "deleted", 3)]


async def test_a_filter_narrows_what_is_heard(store: Store, actor: Actor, live: Live) -> None:
    start = (await poll(store, actor)).cursor
    done = TicketFilter(status=OneOf(in_=(TicketStatus.DONE,)))
    async with aclosing(follow(store, actor, live, since=start, filter=done)) as following:
        first = await add(store, actor, "Not done")
        await add(store, actor, "Done", status=TicketStatus.DONE)
        assert told(await take(following, 1)) == [("AM-2", "created", 1)]
        await change(store, actor, first, status=TicketStatus.DONE)
        assert told(await take(following, 1)) == [("AM-1", "updated", 2)]


async def test_an_expired_cursor_is_refused(store: Store, actor: Actor, live: Live) -> None:
    start = (await poll(store, actor)).cursor
    await add(store, actor)
    await changes.trim(store, older_than=dt.timedelta(0))
    async with aclosing(follow(store, actor, live, since=start)) as following:
        with pytest.raises(CursorExpired):
            await anext(following)


async def test_a_thousand_followers_cost_one_read_of_the_log(
    store: Store, actor: Actor, live: Live
) -> None:
    start = (await poll(store, actor)).cursor
    followers = [follow(store, actor, live, since=start) for _ in range(1_000)]
    waiting = [asyncio.create_task(take(each, 1)) for each in followers]
    await until(lambda: live.followers == 1_000)
    statements: list[str] = []
    store.observer = statements.append
    await add(store, actor)
    assert {each[0].slug for each in await asyncio.gather(*waiting)} == {"AM-1"}
    store.observer = None
    reads = [each for each in statements if each.startswith("SELECT") and "log_epoch," in each]
    assert 1 <= len(reads) <= 5
    for each in followers:
        await each.aclose()


async def test_followers_with_one_filter_ask_the_database_once(
    store: Store, actor: Actor, live: Live
) -> None:
    done = TicketFilter(status=OneOf(in_=(TicketStatus.DONE,)))
    ticket = await add(store, actor, "Done", status=TicketStatus.DONE)
    other = await add(store, actor, "Not done")
    start = (await poll(store, actor)).cursor
    followers = [follow(store, actor, live, since=start, filter=done) for _ in range(200)]
    waiting = [asyncio.create_task(take(each, 1)) for each in followers]
    await until(lambda: live.followers == 200)
    statements: list[str] = []
    store.observer = statements.append
    await change(store, actor, other, title="Of no interest")
    await change(store, actor, ticket, title="Renamed")
    assert {told(each)[0] for each in await asyncio.gather(*waiting)} == {("AM-1", "updated", 2)}
    store.observer = None
    assert len(statements) < 40
    for each in followers:
        await each.aclose()


async def test_a_filter_that_says_me_is_not_shared_with_others(
    store: Store, actor: Actor, live: Live
) -> None:
    users = [
        await directory.upsert_user(store, actor, id=number, name=f"User {number}")
        for number in (1, 2)
    ]
    people = [replace(actor, user_id=each.id) for each in users]
    assigned = [await add(store, actor, assignee=UserRef(id=each.id)) for each in users]
    start = (await poll(store, actor)).cursor
    mine = TicketFilter(assignee=Reference(in_=(UserRef(me=True),)))
    followers = [follow(store, each, live, since=start, filter=mine) for each in people]
    waiting = [asyncio.create_task(take(each, 1)) for each in followers]
    await until(lambda: live.followers == 2)
    for each in assigned:
        await change(store, actor, each, title="Renamed")
    heard = await asyncio.gather(*waiting)
    assert [each[0].slug for each in heard] == ["AM-1", "AM-2"]
    for follower in followers:
        await follower.aclose()
