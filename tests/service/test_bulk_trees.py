"""Bulk writes and the tree: it stays a tree, ten levels deep, and nobody is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import (
    ChangeKind,
    ChildrenPolicy,
    Ticket,
    TicketDraft,
    TicketPatch,
    TicketRef,
)
from gql_tickets.errors import (
    ErrorCode,
)
from gql_tickets.service import bulk, comments, history
from gql_tickets.store.engine import Store
from tests.service.bulks import (
    CONTINUE,
    done,
    everything,
    failed,
    make,
    named,
    some,
)


async def chain(store: Store, actor: Actor, length: int) -> list[Ticket]:
    """Tickets, each the parent of the next."""
    links: list[Ticket] = []
    for _ in range(length):
        parent = TicketRef(id=links[-1].id) if links else None
        links += await some(store, actor, 1, parent=parent)
    return links


async def test_a_parent_may_not_be_too_deep_nor_of_the_same_call(
    store: Store, actor: Actor
) -> None:
    links = await chain(store, actor, 10)
    deep, deepest = (TicketRef(id=link.id) for link in links[-2:])
    result = await make(
        store,
        actor,
        TicketDraft("Fits", parent=deep),
        TicketDraft("Too deep", parent=deepest),
        TicketDraft("Not there yet", parent=TicketRef(slug="AM-11")),
        on_error=CONTINUE,
    )
    assert {place: code for place, (code, _) in failed(result).items()} == {
        1: ErrorCode.INVALID_PARENT,
        2: ErrorCode.VALIDATION_FAILED,
    }


async def test_the_tree_stays_a_tree(store: Store, actor: Actor) -> None:
    links = [link.id for link in await chain(store, actor, 4)]
    (loose,) = await some(store, actor, 1)
    patch = TicketPatch(parent=TicketRef(id=links[2]))
    result = await bulk.update(
        store, actor, targets=named(*links, loose.id), patch=patch, on_error=CONTINUE
    )
    assert {place: code for place, (code, _) in failed(result).items()} == dict.fromkeys(
        (0, 1, 2), ErrorCode.INVALID_PARENT
    )
    parents = {id: ticket.parent_id for id, ticket in (await everything(store, actor)).items()}
    assert parents == {1: None, 2: 1, 3: 2, 4: 3, 5: 3}


async def test_a_subtree_goes_along_and_must_fit(store: Store, actor: Actor) -> None:
    long = [link.id for link in await chain(store, actor, 8)]
    short = [link.id for link in await chain(store, actor, 3)]
    patch = TicketPatch(parent=TicketRef(id=long[-1]))
    result = await bulk.update(store, actor, targets=named(short[0]), patch=patch)
    assert failed(result) == {0: (ErrorCode.INVALID_PARENT, [("targets", "tickets", "0")])}
    # Each gets the parent itself, so none of them takes another along.
    assert len(done(await bulk.update(store, actor, targets=named(*short), patch=patch))) == 3
    # The first is refused for what hangs from it, and stays where it is.
    more = [link.id for link in await chain(store, actor, 3)]
    result = await bulk.update(
        store, actor, targets=named(more[0], more[1]), patch=patch, on_error=CONTINUE
    )
    assert failed(result) == {}
    found = await everything(store, actor)
    assert [found[id].parent_id for id in more] == [long[-1], long[-1], more[1]]


async def tree(store: Store, actor: Actor) -> None:
    """1 > 2 > 3 > 4, and 5 beneath 2."""
    await chain(store, actor, 4)
    await some(store, actor, 1, parent=TicketRef(id=2))


@pytest.mark.parametrize(
    ("policy", "ids", "left"),
    [
        (ChildrenPolicy.DETACH, (2, 3), {1: None, 4: None, 5: None}),
        (ChildrenPolicy.REPARENT, (2, 3), {1: None, 4: 1, 5: 1}),
        (ChildrenPolicy.REPARENT, (1, 2), {3: None, 4: 3, 5: None}),
        (ChildrenPolicy.CASCADE, (2, 3), {1: None}),
        (ChildrenPolicy.CASCADE, (3, 3), {1: None, 2: 1, 5: 2}),
        (ChildrenPolicy.REFUSE, (4, 3), {1: None, 2: 1, 5: 2}),
    ],
)
async def test_children_of_deleted_tickets(
    store: Store,
    actor: Actor,
    policy: ChildrenPolicy,
    ids: tuple[int, ...],
    left: dict[int, int | None],
) -> None:
    await tree(store, actor)
    await comments.create(store, actor, ticket=TicketRef(id=3), body="Gone soon")
    before = await everything(store, actor)
    result = await bulk.delete(store, actor, targets=named(*ids), children=policy)
    assert (failed(result), result.succeeded_count) == ({}, 2)
    assert [outcome.ticket for outcome in result.outcomes] == [None, None]
    found = await everything(store, actor)
    assert {id: ticket.parent_id for id, ticket in sorted(found.items())} == left
    for id, ticket in found.items():
        moved = ticket.parent_id != before[id].parent_id
        assert ticket.version == before[id].version + moved
    gone = sorted(before.keys() - found.keys())
    pages = await history.pages(store, actor, gone, page=PageRequest(1))
    assert [page.items[0].kind for page in pages] == [ChangeKind.DELETED] * len(gone)


async def test_refuse_keeps_who_has_a_child_that_stays(store: Store, actor: Actor) -> None:
    await tree(store, actor)
    refuse: dict[str, Any] = {"targets": named(1, 2, 3, 4), "children": ChildrenPolicy.REFUSE}
    result = await bulk.delete(store, actor, **refuse)
    # 5 stays, so 2 does, and so does 1.
    assert {place: code for place, (code, _) in failed(result).items()} == dict.fromkeys(
        (0, 1), ErrorCode.HAS_CHILDREN
    )
    assert len(await everything(store, actor)) == 5
    result = await bulk.delete(store, actor, **refuse, on_error=CONTINUE)
    assert (list(failed(result)), result.succeeded_count) == ([0, 1], 2)
    assert list(await everything(store, actor)) == [5, 2, 1]
