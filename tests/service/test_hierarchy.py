"""Parents and children: no cycle, ten levels, nobody left behind; also when writers race."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import NEWEST_FIRST, PageRequest
from gql_tickets.domain.tickets import (
    PARENT_DEPTH_MAX,
    ChildrenPolicy,
    Ticket,
    TicketDeletion,
    TicketDraft,
    TicketPatch,
    TicketRef,
)
from gql_tickets.errors import Conflict, ErrorCode, InvalidParent, NotFound, ValidationFailed
from gql_tickets.service import tickets
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import open_store

ROUNDS = 12


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The same database opened once more, as another worker has it."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


async def add(store: Store, actor: Actor, parent: Ticket | None = None) -> Ticket:
    """A ticket, beneath the parent if there is one."""
    ref = None if parent is None else TicketRef(id=parent.id)
    return await tickets.create(store, actor, draft=TicketDraft("A ticket", parent=ref))


async def hang(store: Store, actor: Actor, child: Ticket, parent: Ticket | None) -> Ticket:
    """The child after it moved beneath the parent."""
    patch = TicketPatch(parent=None if parent is None else TicketRef(slug=parent.slug))
    return await tickets.update(store, actor, ticket=TicketRef(id=child.id), patch=patch)


async def cut(store: Store, actor: Actor, ticket: Ticket, policy: ChildrenPolicy) -> TicketDeletion:
    """The ticket is deleted."""
    return await tickets.delete(store, actor, ticket=TicketRef(id=ticket.id), children=policy)


async def chain(store: Store, actor: Actor, length: int) -> list[Ticket]:
    """Tickets, each the parent of the next."""
    links = [await add(store, actor)]
    while len(links) < length:
        links.append(await add(store, actor, links[-1]))
    return links


async def everything(store: Store, actor: Actor) -> dict[int, Ticket]:
    """All tickets by id."""
    page = await tickets.list_page(
        store, actor, filter=TicketFilter(), order=NEWEST_FIRST, page=PageRequest(1_000)
    )
    return {ticket.id: ticket for ticket in page.items}


def levels(ticket: Ticket, all_tickets: dict[int, Ticket]) -> int:
    """How deep the ticket is; fails for a cycle, and for a parent that is not there."""
    seen: set[int] = set()
    at: Ticket | None = ticket
    while at is not None:
        assert at.id not in seen, "a cycle"
        seen.add(at.id)
        at = None if at.parent_id is None else all_tickets[at.parent_id]
    return len(seen)


async def test_a_ticket_is_never_beneath_itself(store: Store, actor: Actor) -> None:
    top, middle, bottom = await chain(store, actor, 3)
    for child, parent in ((top, top), (top, middle), (top, bottom), (middle, bottom)):
        with pytest.raises(InvalidParent) as caught:
            await hang(store, actor, child, parent)
        assert caught.value.path == ("patch", "parent")
    moved = await hang(store, actor, bottom, top)
    assert (moved.parent_id, moved.parent_slug, moved.version) == (top.id, top.slug, 2)
    assert (await hang(store, actor, middle, moved)).parent_id == bottom.id


async def test_tickets_nest_ten_levels_deep_and_no_more(store: Store, actor: Actor) -> None:
    links = await chain(store, actor, PARENT_DEPTH_MAX)
    with pytest.raises(InvalidParent) as caught:
        await add(store, actor, links[-1])
    assert caught.value.path == ("parent",)
    pair = await chain(store, actor, 2)
    with pytest.raises(InvalidParent):
        await hang(store, actor, pair[0], links[-2])
    assert (await hang(store, actor, pair[0], links[-3])).parent_id == links[-3].id


async def test_children_are_detached_by_default(store: Store, actor: Actor) -> None:
    top, middle, bottom = await chain(store, actor, 3)
    gone = await tickets.delete(store, actor, ticket=TicketRef(id=middle.id))
    assert gone.cascaded_count == 0
    left = await everything(store, actor)
    assert set(left) == {top.id, bottom.id}
    assert left[bottom.id].parent_id is None
    assert left[bottom.id].version == 2
    assert left[bottom.id].updated_at > bottom.updated_at


async def test_children_can_take_the_grandparent(store: Store, actor: Actor) -> None:
    top, middle, bottom = await chain(store, actor, 3)
    await cut(store, actor, middle, ChildrenPolicy.REPARENT)
    left = await everything(store, actor)
    assert left[bottom.id].parent_slug == top.slug
    await cut(store, actor, top, ChildrenPolicy.REPARENT)
    assert (await everything(store, actor))[bottom.id].parent_id is None


async def test_children_can_go_too_at_every_depth(store: Store, actor: Actor) -> None:
    top, middle, *_ = await chain(store, actor, 4)
    await add(store, actor, middle)
    assert (await cut(store, actor, middle, ChildrenPolicy.CASCADE)).cascaded_count == 3
    assert set(await everything(store, actor)) == {top.id}


async def test_children_can_forbid_it(store: Store, actor: Actor) -> None:
    top, bottom = await chain(store, actor, 2)
    with pytest.raises(Conflict) as caught:
        await cut(store, actor, top, ChildrenPolicy.REFUSE)
    assert caught.value.code is ErrorCode.HAS_CHILDREN
    assert caught.value.current == top
    await cut(store, actor, bottom, ChildrenPolicy.REFUSE)
    await cut(store, actor, top, ChildrenPolicy.REFUSE)


async def test_two_writers_cannot_make_a_cycle_between_them(
    store: Store, rival: Store, actor: Actor
) -> None:
    for _ in range(ROUNDS):
        one, two = await add(store, actor), await add(store, actor)
        outcomes = await asyncio.gather(
            hang(store, actor, one, two), hang(rival, actor, two, one), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in outcomes) == ["InvalidParent", "Ticket"]
    found = await everything(store, actor)
    assert max(levels(ticket, found) for ticket in found.values()) == 2


async def test_many_writers_leave_a_tree_of_ten_levels(
    store: Store, rival: Store, actor: Actor
) -> None:
    """Each of 12 tickets moves beneath the next, in a ring, while leaves are added everywhere."""
    ring = [await add(store, actor) for _ in range(12)]
    for step in (1, 5, 7):
        moves: list[Any] = [
            hang((store, rival)[i % 2], actor, ticket, ring[(i + step) % len(ring)])
            for i, ticket in enumerate(ring)
        ]
        moves += [add(store, actor, ticket) for ticket in ring]
        outcomes = await asyncio.gather(*moves, return_exceptions=True)
        unexpected = [each for each in outcomes if not isinstance(each, (Ticket, InvalidParent))]
        assert unexpected == []
        found = await everything(store, actor)
        assert max(levels(ticket, found) for ticket in found.values()) <= PARENT_DEPTH_MAX


@pytest.mark.parametrize("policy", [ChildrenPolicy.DETACH, ChildrenPolicy.CASCADE])
async def test_a_child_that_comes_while_its_parent_goes_is_not_left_behind(
    store: Store, rival: Store, actor: Actor, policy: ChildrenPolicy
) -> None:
    for _ in range(ROUNDS):
        parent, mover = await add(store, actor), await add(store, actor)
        outcomes = await asyncio.gather(
            add(store, actor, parent),
            cut(rival, actor, parent, policy),
            hang(store, actor, mover, parent),
            add(rival, actor, parent),
            return_exceptions=True,
        )
        unexpected = [
            each
            for each in outcomes
            if not isinstance(each, (Ticket, TicketDeletion, ValidationFailed))
        ]
        assert unexpected == []
        assert isinstance(outcomes[1], TicketDeletion)
        found = await everything(store, actor)
        assert all(levels(ticket, found) == 1 for ticket in found.values())


async def test_a_ticket_is_deleted_once(store: Store, actor: Actor) -> None:
    made = await add(store, actor)
    outcomes = await asyncio.gather(
        *(cut(store, actor, made, ChildrenPolicy.DETACH) for _ in range(8)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == [
        *[NotFound.__name__] * 7,
        TicketDeletion.__name__,
    ]
