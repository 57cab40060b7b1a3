"""The log is in the order of commits: nothing is missed and nothing comes twice, whoever writes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import ChangeKind, TicketRef, TicketStatus
from gql_tickets.service import changes, tickets
from gql_tickets.settings import Settings
from gql_tickets.store import named
from gql_tickets.store import tickets as ticket_store
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.events import Event
from gql_tickets.store.opening import open_store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_events
from tests.changes.ways import add, change, drop, poll, told

CHANGES = int(os.environ.get("GQL_TICKETS_TEST_CHANGES", "1500"))
"""How many changes the long race makes."""
WRITERS = 16


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The store of another worker."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


class Held(NamedTuple):
    """A transaction that has done all but commit."""

    reached: asyncio.Event
    go_on: asyncio.Event


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[[Store], Held]:
    """Makes a store's transactions wait before they commit."""

    def held(store: Store) -> Held:
        state = Held(asyncio.Event(), asyncio.Event())
        write = store.write

        async def held_back(
            work: Callable[[Connection], Awaitable[object]], **_options: bool
        ) -> object:
            async def whole(db: Connection) -> object:
                result = await work(db)
                state.reached.set()
                await state.go_on.wait()
                return result

            return await write(whole)

        monkeypatch.setattr(store, "write", held_back)
        return state

    return held


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=False)
async def test_what_commits_late_is_not_passed_over(
    store: Store, rival: Store, actor: Actor, hold: Callable[[Store], Held]
) -> None:
    start = (await poll(store, actor)).cursor
    first = await add(store, actor, "First")
    held = hold(rival)
    late = asyncio.create_task(change(rival, actor, first, title="Begun early, committed late"))
    await held.reached.wait()
    second = await add(store, actor, "Committed meanwhile")
    before = await poll(store, actor, start)
    assert told(before.changes) == [("AM-1", "created", 1)]
    held.go_on.set()
    await late
    after = await poll(store, actor, before.cursor)
    assert told(after.changes) == [("AM-1", "updated", 2), ("AM-2", "created", 1)]
    assert second.slug == "AM-2"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=False)
async def test_a_transaction_that_is_rolled_back_holds_nobody_up(
    store: Store, rival: Store, actor: Actor, hold: Callable[[Store], Held]
) -> None:
    held = hold(rival)
    doomed = asyncio.create_task(add(rival, actor, "Never"))
    await held.reached.wait()
    cursor = (await poll(store, actor)).cursor
    doomed.cancel()
    await asyncio.gather(doomed, return_exceptions=True)
    await add(store, actor, "After")
    assert told((await poll(store, actor, cursor)).changes) == [("AM-1", "created", 1)]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=False)
async def test_one_ticket_is_in_order_even_where_the_later_writer_began_first(
    store: Store, rival: Store, actor: Actor
) -> None:
    ticket = await add(store, actor)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def early_id(db: Connection) -> None:
        await named.add_missing(db, actor.org_id, ["anything"])  # takes a transaction id
        begun.set()
        await go_on.wait()
        found = await ticket_store.find_ticket(db, actor.org_id, TicketRef(id=ticket.id), lock=True)
        assert found is not None
        values = {"title": "Second", "version": found.version + 1}
        event = Event(found.id, found.version + 1, found.slug, ChangeKind.UPDATED)
        await ticket_store.change_ticket(db, actor.org_id, actor, found.updated_at, values, event)

    later = asyncio.create_task(rival.write(early_id))
    await begun.wait()
    await change(store, actor, ticket, title="First")
    go_on.set()
    await later
    assert told((await poll(store, actor)).changes) == [
        ("AM-1", "created", 1),
        ("AM-1", "updated", 2),
        ("AM-1", "updated", 3),
    ]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=False)
async def test_one_statement_that_waited_comes_after_what_it_waited_for(
    store: Store, rival: Store, actor: Actor, hold: Callable[[Store], Held]
) -> None:
    ticket = await add(store, actor)
    held = hold(rival)
    first = asyncio.create_task(change(rival, actor, ticket, title="First"))
    await held.reached.wait()
    second = asyncio.create_task(
        tickets.set_status(store, actor, ticket=TicketRef(id=ticket.id), status=TicketStatus.DONE)
    )
    other = await add(store, actor, "Meanwhile")
    held.go_on.set()
    await first
    assert (await second).version == 3
    entries = told((await poll(store, actor)).changes)
    assert sorted(entries) == [
        ("AM-1", "created", 1),
        ("AM-1", "updated", 2),
        ("AM-1", "updated", 3),
        (other.slug, "created", 1),
    ]
    assert [version for slug, _, version in entries if slug == "AM-1"] == [1, 2, 3]


async def test_many_writers_and_a_poller_that_misses_nothing(
    store: Store, rival: Store, actor: Actor
) -> None:
    start = (await poll(store, actor)).cursor
    each = CHANGES // WRITERS

    async def write(of: Store, name: int) -> None:
        made = 0
        while made < each:
            ticket = await add(of, actor, f"By {name}")
            await change(of, actor, ticket, title="Again")
            await drop(of, actor, ticket)
            made += 3

    writers = [asyncio.create_task(write((store, rival)[i % 2], i)) for i in range(WRITERS)]
    seen: list[tuple[str, str, int]] = []
    cursor = start
    while True:
        over = all(writer.done() for writer in writers)
        feed = await poll(store, actor, cursor, limit=200)
        seen += told(feed.changes)
        cursor = feed.cursor
        if over and not feed.has_more:
            break
    await asyncio.gather(*writers)
    assert len(seen) == len(set(seen)) >= CHANGES - 3 * WRITERS
    assert seen == await whole(store, actor, start)
    for slug in {slug for slug, *_ in seen}:
        assert [entry[1:] for entry in seen if entry[0] == slug] == [
            ("created", 1),
            ("updated", 2),
            ("deleted", 3),
        ]


async def whole(store: Store, actor: Actor, start: str) -> list[tuple[str, str, int]]:
    """Everything after a cursor, read once nobody writes."""
    found: list[tuple[str, str, int]] = []
    more = True
    while more:
        feed = await poll(store, actor, start, limit=500)
        found += told(feed.changes)
        start, more = feed.cursor, feed.has_more
    return found


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=False)
async def test_a_database_that_was_restored_elsewhere_goes_on(store: Store, actor: Actor) -> None:
    ticket = await add(store, actor)
    ahead = Statement(
        sa.update(ticket_events)
        .where(ticket_events.c.org_id == sa.bindparam("org"))
        .values(log_epoch=ticket_events.c.log_epoch + sa.literal_column("1000000000"))
    )

    async def work(db: Connection) -> None:
        await db.run(ahead, org=actor.org_id)

    await store.write(work)
    await changes.settle(store)
    feed = await poll(store, actor)
    assert told(feed.changes) == [("AM-1", "created", 1)]
    await changes.settle(store)
    await change(store, actor, ticket, title="Here")
    assert told((await poll(store, actor, feed.cursor)).changes) == [("AM-1", "updated", 2)]
