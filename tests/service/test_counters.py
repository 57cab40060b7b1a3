"""The counters say what counting would, whatever was written, and by how many at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import OneOf, TicketFilter
from gql_tickets.domain.tickets import (
    ChildrenPolicy,
    TicketDraft,
    TicketPatch,
    TicketRef,
    TicketStatus,
)
from gql_tickets.errors import TicketsError
from gql_tickets.service import tickets
from gql_tickets.service.board import Group
from gql_tickets.settings import Settings
from gql_tickets.store import counters
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import open_store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_counts
from tests import groups

STATUSES = list(TicketStatus)
EVERYTHING = TicketFilter()
WRITES = 40


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The store of another worker."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


async def both(store: Store, actor: Actor) -> tuple[object, object]:
    """What the counters say, and what there is."""

    async def work(db: Connection) -> tuple[object, object]:
        kept = await counters.find_counts(db, actor.org_id)
        return kept, await counters.find_actual_counts(db, actor.org_id)

    return await store.read(work)


async def write(store: Store, actor: Actor, seed: int) -> None:
    """Random writes, of tickets that others write too; what is refused changes nothing."""
    choose = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(WRITES):
        ref = TicketRef(id=choose.randint(1, 30))
        status = choose.choice(STATUSES)
        try:
            match choose.randint(0, 5):
                case 0:
                    parent = ref if choose.random() < 0.3 else None
                    draft = TicketDraft("A ticket", status=status, parent=parent)
                    await tickets.create(store, actor, draft=draft)
                case 1 | 2:
                    await tickets.set_status(store, actor, ticket=ref, status=status)
                case 3:
                    patch = TicketPatch(title="Again", status=status)
                    await tickets.update(store, actor, ticket=ref, patch=patch)
                case 4:
                    await tickets.update(store, actor, ticket=ref, patch=TicketPatch(title="T"))
                case _:
                    policy = choose.choice(list(ChildrenPolicy))
                    await tickets.delete(store, actor, ticket=ref, children=policy)
        except TicketsError:
            continue


async def test_they_are_exact_after_random_writes_of_many(
    store: Store, rival: Store, actor: Actor
) -> None:
    for number in range(20):
        draft = TicketDraft("A ticket", status=STATUSES[number % 5])
        await tickets.create(store, actor, draft=draft)
    await asyncio.gather(*(write((store, rival)[seed % 2], actor, seed) for seed in range(8)))
    kept, actual = await both(store, actor)
    assert kept == actual


async def test_totals_come_from_them_where_only_the_status_counts(
    store: Store, actor: Actor
) -> None:
    for status in (TicketStatus.TODO, TicketStatus.TODO, TicketStatus.DONE):
        await tickets.create(store, actor, draft=TicketDraft("A ticket", status=status))
    statements: list[str] = []
    store.observer = statements.append
    not_done = TicketFilter(status=OneOf(not_in=(TicketStatus.DONE,)))
    either = TicketFilter(or_=(not_done, TicketFilter(status=OneOf(in_=(TicketStatus.DONE,)))))
    assert await tickets.count(store, actor, filter=EVERYTHING) == 3
    assert await tickets.count(store, actor, filter=not_done) == 2
    assert await tickets.count(store, actor, filter=either) == 3
    counts = await groups.counts(store, actor, Group.STATUS, STATUSES, filter=EVERYTHING)
    assert counts == [0, 2, 0, 0, 1]
    store.observer = None
    assert all("ticket_counts" in sql for sql in statements)


async def test_what_is_wrong_can_be_set_right(store: Store, actor: Actor) -> None:
    await tickets.create(store, actor, draft=TicketDraft("A ticket"))
    spoil = Statement(
        sa.update(ticket_counts)
        .where(ticket_counts.c.org_id == sa.bindparam("org"))
        .values(tickets=sa.literal_column("7"))
    )

    async def work(db: Connection) -> None:
        await db.run(spoil, org=actor.org_id)

    async def mend(db: Connection) -> None:
        await counters.change_to_actual(db, actor.org_id)

    await store.write(work)
    kept, actual = await both(store, actor)
    assert kept != actual
    await store.write(mend)
    kept, actual = await both(store, actor)
    assert kept == actual
