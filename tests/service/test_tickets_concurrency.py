"""Many writers at once, on both databases: nothing lost, no number twice, no gap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import chain

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import LabelsMatch, TicketFilter
from gql_tickets.domain.tickets import (
    LabelsPatch,
    Ticket,
    TicketDraft,
    TicketPatch,
    TicketPriority,
    TicketRef,
)
from gql_tickets.errors import Conflict
from gql_tickets.service import tickets
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import open_store

WRITERS = 32


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The same database opened once more, as another worker has it."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


async def test_32_creators_leave_no_gap_and_no_number_twice(
    store: Store, rival: Store, actor: Actor
) -> None:
    parent = await tickets.create(store, actor, draft=TicketDraft("Above"))

    async def creator(i: int) -> list[Ticket]:
        # Labels in clashing orders, and a parent for some: what could make writers wait in a ring.
        names = ("a", "b", "c", f"own {i}")
        draft = TicketDraft(
            f"Ticket {i}",
            labels=names if i % 2 else names[::-1],
            parent=TicketRef(id=parent.id) if i % 3 == 0 else None,
        )
        each = (store, rival)[i % 2]
        return [await tickets.create(each, actor, draft=draft) for _ in range(4)]

    made = list(chain.from_iterable(await asyncio.gather(*map(creator, range(WRITERS)))))
    numbers = sorted(ticket.number for ticket in made)
    assert numbers == list(range(parent.number + 1, parent.number + 1 + 4 * WRITERS))
    assert len({ticket.slug for ticket in made}) == len({ticket.id for ticket in made}) == len(made)
    found = await tickets.by_ids(store, actor, [ticket.id for ticket in made])
    assert found == made


async def test_writers_of_different_fields_keep_each_others_work(
    store: Store, rival: Store, actor: Actor
) -> None:
    made = await tickets.create(store, actor, draft=TicketDraft("A ticket"))
    patches = [
        TicketPatch(title="New"),
        TicketPatch(description="text"),
        TicketPatch(priority=TicketPriority.URGENT),
        *(TicketPatch(labels=LabelsPatch(add=(f"label {i}",))) for i in range(20)),
    ]
    await asyncio.gather(
        *(
            tickets.update((store, rival)[i % 2], actor, ticket=TicketRef(id=made.id), patch=patch)
            for i, patch in enumerate(patches)
        )
    )
    after = await tickets.find(store, actor, TicketRef(id=made.id))
    assert after is not None
    assert (after.title, after.description, after.priority) == (
        "New",
        "text",
        TicketPriority.URGENT,
    )
    assert set(after.labels) == {f"label {i}" for i in range(20)}
    assert after.version == 1 + len(patches)
    wanted = TicketFilter(labels=LabelsMatch(all_of=("label 3", "label 19")))
    assert await tickets.count(store, actor, filter=wanted) == 1


async def test_of_many_that_expect_a_version_one_writes(store: Store, actor: Actor) -> None:
    made = await tickets.create(store, actor, draft=TicketDraft("A ticket"))
    outcomes = await asyncio.gather(
        *(
            tickets.update(
                store,
                actor,
                ticket=TicketRef(id=made.id),
                patch=TicketPatch(title=f"By {i}"),
                expected_version=1,
            )
            for i in range(16)
        ),
        return_exceptions=True,
    )
    written = [each for each in outcomes if isinstance(each, Ticket)]
    refused = [each for each in outcomes if isinstance(each, Conflict)]
    assert (len(written), len(refused)) == (1, 15)
    assert all(conflict.current == written[0] for conflict in refused)
    assert await tickets.find(store, actor, TicketRef(id=made.id)) == written[0]
