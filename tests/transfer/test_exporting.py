"""An export is one moment, whoever writes meanwhile, and its cursor goes on from that moment."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.tickets import TicketPatch, TicketRef
from gql_tickets.domain.transfer import Exported, ExportedTicket
from gql_tickets.errors import Forbidden, Unavailable
from gql_tickets.service import exporting, tickets
from gql_tickets.settings import Settings
from gql_tickets.store import exported as exported_store
from gql_tickets.store import named
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import open_store
from tests.changes.ways import add, change, drop, poll
from tests.transfer.files import CSV, all_tickets, comment, exported, lines, taken, ticket

WRITERS = 4
WRITES = 40


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The store of a server that goes on meanwhile."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


def versions(records: Sequence[Exported]) -> dict[int, int]:
    """The version of each ticket among the records."""
    return {
        each.ticket.id: each.ticket.version for each in records if isinstance(each, ExportedTicket)
    }


async def caught_up(
    store: Store, actor: Actor, known: dict[int, int], cursor: str
) -> dict[int, int]:
    """What a consumer holds that had the export and goes on from its cursor."""
    held = dict(known)
    while True:
        feed = await poll(store, actor, cursor, limit=50)
        for entry in feed.changes:
            # What it has already may be told once more; nothing may be left out in between.
            assert entry.version <= held.get(entry.ticket_id, 0) + 1
            if entry.kind.value == "deleted":
                held.pop(entry.ticket_id, None)
            else:
                held[entry.ticket_id] = max(entry.version, held.get(entry.ticket_id, 0))
        cursor = feed.cursor
        if not feed.has_more:
            return held


async def test_who_goes_on_from_the_cursor_has_what_is_there(
    store: Store, rival: Store, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers write all the while; exports of few tickets at a time run among them."""
    monkeypatch.setattr(exporting, "BATCH", 3)
    made = [await add(store, actor, f"Ticket {number}") for number in range(12)]

    async def write(each: int) -> None:
        for turn in range(WRITES):
            await change(rival, actor, made[each], title=f"Turn {turn}")
            await add(rival, actor, "New")

    async def take() -> tuple[dict[int, int], str]:
        records: list[Exported] = []
        cursor = await exporting.export(store, actor, records.extend)
        return versions(records), cursor

    writing = [asyncio.create_task(write(each)) for each in range(WRITERS)]
    taken_meanwhile = []
    while not all(task.done() for task in writing):
        taken_meanwhile.append(await take())
        await asyncio.sleep(0)
    await asyncio.gather(*writing)
    there = {each.id: each.version for each in (await all_tickets(store, actor)).values()}
    assert len(taken_meanwhile) > 1
    for known, cursor in taken_meanwhile:
        assert await caught_up(store, actor, known, cursor) == there


async def test_what_is_written_while_an_export_runs_is_not_in_it_but_after_its_cursor(
    store: Store, rival: Store, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 1)
    _, second, gone = [await add(store, actor, title) for title in ("One", "Two", "Three")]
    seen: list[Exported] = []
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def meanwhile() -> None:
        await reached.wait()
        await change(rival, actor, second, title="Changed")
        await drop(rival, actor, gone)
        await add(rival, actor, "Four")
        go_on.set()

    writing = asyncio.create_task(meanwhile())
    pause_after_first(monkeypatch, reached, go_on)
    cursor = await exporting.export(store, actor, seen.extend)
    await writing
    assert [each.ticket.title for each in seen if isinstance(each, ExportedTicket)] == [
        "One",
        "Two",
        "Three",
    ]
    told = [(each.slug, each.kind.value) for each in (await poll(store, actor, cursor)).changes]
    assert told == [("AM-2", "updated"), ("AM-3", "deleted"), ("AM-4", "created")]


def pause_after_first(
    monkeypatch: pytest.MonkeyPatch, reached: asyncio.Event, go_on: asyncio.Event
) -> None:
    """Hold an export once it has read its first ticket, until it may go on."""
    loop = asyncio.get_running_loop()
    find = exported_store.find_tickets_after

    async def held(db: Connection, org: int, after: int, *, limit: int) -> Any:
        found = await find(db, org, after, limit=limit)
        if not after and db.dialect == "postgresql":
            reached.set()
            await go_on.wait()
        elif not after:
            # On SQLite this is another thread, in which nothing can be awaited.
            loop.call_soon_threadsafe(reached.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(timeout=30)
        return found

    monkeypatch.setattr(exported_store, "find_tickets_after", held)


Held = Callable[[Connection], Awaitable[object]]


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_what_commits_late_comes_after_the_cursor_of_an_export_without_it(
    store: Store, rival: Store, actor: Actor
) -> None:
    """It began first, and has a lower place in the log than what was committed meanwhile."""
    early = await add(store, actor, "Early")
    written, go_on = asyncio.Event(), asyncio.Event()
    write = rival.write

    async def held_back(work: Held, **_options: bool) -> object:
        async def whole(db: Connection) -> object:
            result = await work(db)
            written.set()
            await go_on.wait()
            return result

        return await write(whole)

    rival.write = held_back  # type: ignore[method-assign, assignment]
    late = asyncio.create_task(
        tickets.update(rival, actor, ticket=TicketRef(id=early.id), patch=TicketPatch(title="Late"))
    )
    await written.wait()
    await add(store, actor, "Meanwhile")
    records: list[Exported] = []
    cursor = await exporting.export(store, actor, records.extend)
    assert versions(records) == {1: 1, 2: 1}
    go_on.set()
    await late
    assert await caught_up(store, actor, versions(records), cursor) == {1: 2, 2: 1}


async def test_a_snapshot_only_reads(store: Store, actor: Actor) -> None:
    async def work(db: Connection) -> None:
        await named.add_missing(db, actor.org_id, {"written"})

    with pytest.raises((sqlite3.OperationalError, Unavailable)):
        await store.snapshot(work)


async def test_the_kinds_of_lines_are_in_their_order(store: Store, actor: Actor) -> None:
    await taken(store, actor, lines(ticket(2, parent="AM-3"), ticket(3)))
    export, _ = await exported(store, actor)
    assert [(each["kind"], each.get("slug")) for each in map(json.loads, export.splitlines())] == [
        ("header", None),
        ("ticket", "AM-2"),
        ("ticket", "AM-3"),
    ]


async def test_a_table_has_a_row_a_ticket_and_names_beside_ids(store: Store, actor: Actor) -> None:
    user = {"kind": "user", "id": 5, "username": "ada", "name": "Ada", "avatar_url": None}
    row = ticket(1, title='=1, "2"', description="a\r\n\tb", assignee=5, labels=["x", "y z"])
    await taken(store, actor, lines(user, row))
    export, _ = await exported(store, actor, CSV)
    (found,) = csv.DictReader(io.StringIO(export.decode(), newline=""))
    assert (found["title"], found["description"]) == ('=1, "2"', "a\r\n\tb")
    assert (found["assignee_id"], found["assignee"], found["labels"]) == ("5", "ada", "x,y z")
    assert (found["created_at"], found["completed_at"]) == ("2025-01-10T08:00:00Z", "")


async def test_no_more_is_held_at_a_time_than_a_batch(
    store: Store, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 3)
    users = (
        {"kind": "user", "id": id, "username": None, "name": None, "avatar_url": None}
        for id in range(1, 8)
    )
    await taken(store, actor, lines(*users, *map(ticket, range(1, 8)), *map(comment, range(1, 8))))
    sizes: list[int] = []
    await exporting.export(store, actor, lambda records: sizes.append(len(records)))
    assert max(sizes) == 3
    assert sum(sizes) == 1 + 3 * 7


async def test_an_empty_organization_is_a_header(store: Store, actor: Actor) -> None:
    export, cursor = await exported(store, actor)
    assert json.loads(export)["kind"] == "header"
    assert (await poll(store, actor, cursor)).changes == []


async def test_whoever_may_not_read_may_not_export(store: Store, actor: Actor) -> None:
    weak = Actor(actor.org_id, actor.org_slug, frozenset({Scope.API_KEYS_MANAGE}))
    with pytest.raises(Forbidden):
        await exported(store, weak)
