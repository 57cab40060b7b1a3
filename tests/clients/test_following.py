"""Clients of npm hold a copy of the tickets through crashes of the server, under everybody's writes."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.ids import Kind, node_id
from gql_tickets.domain.paging import NEWEST_FIRST, PageRequest
from gql_tickets.service import tickets
from gql_tickets.store.engine import Store
from tests.changes.ways import add, poll
from tests.clients.follower import Follower, follower
from tests.clients.serving import Service
from tests.clients.writers import Writers

CRASHES = int(os.environ.get("GQL_TICKETS_TEST_CRASHES", "1"))
MORE = 20
"""How many changes a client hears between two crashes, at least."""

Shown = tuple[str, str, str, int]


async def test_after_crashes_a_copy_is_what_the_database_holds(
    clients: Path, tmp_path: Path, database: str, store: Store, actor: Actor, api_key: str
) -> None:
    for number in range(25):
        await add(store, actor, f"Before {number}")
    service = Service(tmp_path, database)
    writers = Writers(service, actor.org_slug, api_key)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(service.kill)
        await service.start()
        async with writers.writing():
            followers = [
                await stack.enter_async_context(follower(clients, kind, service.url, api_key))
                for kind in ("ws", "sse")
            ]
            for crash in range(1, CRASHES + 1):
                await asyncio.gather(*(hears_more(each) for each in followers))
                await service.kill()
                await asyncio.gather(*(loses(each, crash) for each in followers))
                await service.start()
            await asyncio.gather(*(hears_more(each) for each in followers))
        await add(store, actor, "The last")
        last = (await poll(store, actor, followers[0].start, limit=100_000)).cursor
        held = await asyncio.gather(*(each.finish(last) for each in followers))
    stored = await everything(store, actor)
    for each, said in zip(followers, held, strict=True):
        log = await poll(store, actor, each.start, limit=100_000)
        assert said["cursors"] == [change.cursor for change in log.changes]
        assert {shown["slug"]: copied(shown) for shown in said["tickets"]} == stored
        assert set(each.lost) < set(said["cursors"])
    assert writers.made - writers.gone <= stored.keys()
    assert not writers.gone & stored.keys()


async def hears_more(follower: Follower) -> None:
    """Wait until the client has heard of more changes."""
    heard = follower.heard
    await follower.until(lambda: follower.copied > 0 and follower.heard >= heard + MORE)


async def loses(follower: Follower, times: int) -> None:
    """Wait until the client has noticed that the server is gone."""
    await follower.until(lambda: len(follower.lost) >= times)


def copied(ticket: dict[str, str | int]) -> Shown:
    """A ticket of a client's copy."""
    return (
        str(ticket["id"]),
        str(ticket["title"]),
        str(ticket["status"]),
        int(ticket["version"]),
    )


async def everything(store: Store, actor: Actor) -> dict[str, Shown]:
    """The tickets of the database, by slug."""
    page = await tickets.list_page(
        store, actor, filter=TicketFilter(), order=NEWEST_FIRST, page=PageRequest(100_000)
    )
    return {
        each.slug: (
            node_id(Kind.TICKET, each.org_id, each.id),
            each.title,
            each.status.name,
            each.version,
        )
        for each in page.items
    }
