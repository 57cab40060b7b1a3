"""How the tests of the change log write, poll and follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from gql_tickets.auth import Actor
from gql_tickets.domain.changes import Change, ChangeFeed
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.tickets import Ticket, TicketDraft, TicketPatch, TicketRef
from gql_tickets.service import changes, tickets
from gql_tickets.service.live import Live
from gql_tickets.store.engine import Store

EVERYTHING = TicketFilter()


async def add(store: Store, actor: Actor, title: str = "A ticket", **given: Any) -> Ticket:
    """A ticket with the defaults, but for what is given."""
    return await tickets.create(store, actor, draft=TicketDraft(title, **given))


async def change(store: Store, actor: Actor, ticket: Ticket, **given: Any) -> Ticket:
    """The ticket after a patch of what is given."""
    patch = TicketPatch(**given)
    return await tickets.update(store, actor, ticket=TicketRef(id=ticket.id), patch=patch)


async def drop(store: Store, actor: Actor, ticket: Ticket) -> None:
    """Delete the ticket."""
    await tickets.delete(store, actor, ticket=TicketRef(id=ticket.id))


async def poll(
    store: Store,
    actor: Actor,
    since: str | None = None,
    limit: int = 100,
    filter: TicketFilter = EVERYTHING,
) -> ChangeFeed:
    """A stretch of the log."""
    return await changes.read(store, actor, since=since, limit=limit, filter=filter)


def follow(
    store: Store, actor: Actor, live: Live, since: str | None = None, **more: Any
) -> AsyncGenerator[Change]:
    """The log, as it grows."""
    wanted = {"filter": EVERYTHING, **more}
    return changes.follow(store, actor, live, since=since, **wanted)


async def take(following: AsyncGenerator[Change], count: int) -> list[Change]:
    """The next changes of a follower, however long they take."""
    async with asyncio.timeout(30):
        return [await anext(following) for _ in range(count)]


async def until(condition: Callable[[], bool]) -> None:
    """Let others run until something holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


def told(found: list[Change]) -> list[tuple[str, str, int]]:
    """Slug, kind and version of each entry."""
    return [(each.slug, each.kind.value, each.version) for each in found]
