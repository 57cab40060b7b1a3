"""Tickets: what can be asked of them and done to them. Every write is one transaction.

A write that gives at least one field raises the version by one and leaves an event; a patch that
gives none writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain import positions
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import (
    ChildProgress,
    ChildrenPolicy,
    Ticket,
    TicketDeletion,
    TicketDraft,
    TicketPatch,
    TicketRef,
    TicketStatus,
)
from gql_tickets.service import drafts, filters, hierarchy, idempotency, writing
from gql_tickets.service.drafts import Values
from gql_tickets.service.text import Problems
from gql_tickets.store import groups, named, pages, tickets, trees
from gql_tickets.store.columns import EVERY, Names
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.status import change_status


async def find(
    store: Store, actor: Actor, ref: TicketRef, *, columns: Names = EVERY
) -> Ticket | None:
    """The ticket, or None. No more is read than its identity and the attributes of `columns`."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> Ticket | None:
        return await tickets.find_ticket(db, actor.org_id, ref, names=columns)

    return await store.read(work)


async def list_page(
    store: Store,
    actor: Actor,
    *,
    filter: TicketFilter,
    order: tuple[Order, ...],
    page: PageRequest,
    columns: Names = EVERY,
    counted: bool = False,
) -> Page[Ticket]:
    """One page of the tickets that match, and how many match in all if that is to be `counted`.

    No more is read of them than the attributes that `columns` names. Raises ValidationFailed for a
    cursor of another list.
    """
    actor.require(Scope.TICKETS_READ)
    wanted = filters.read(actor, filter)
    filters.check_order(order, filter)

    async def work(db: Connection) -> Page[Ticket]:
        found = await pages.find_page(
            db, actor.org_id, wanted, order, page, columns, counted=counted
        )
        if not counted or found.total is not None:
            return found
        return replace(found, total=await pages.count_tickets(db, actor.org_id, wanted))

    return await store.read(work)


async def count(store: Store, actor: Actor, *, filter: TicketFilter) -> int:
    """How many tickets match, on all pages (C6)."""
    actor.require(Scope.TICKETS_READ)
    wanted = filters.read(actor, filter)

    async def work(db: Connection) -> int:
        return await pages.count_tickets(db, actor.org_id, wanted)

    return await store.read(work)


async def by_ids(store: Store, actor: Actor, ids: Sequence[int]) -> list[Ticket | None]:
    """The tickets with these ids, in their order; None where there is none."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[Ticket | None]:
        found = await tickets.find_tickets(db, actor.org_id, set(ids))
        by_id = {ticket.id: ticket for ticket in found}
        return [by_id.get(wanted) for wanted in ids]

    return await store.read(work)


async def progress_of(store: Store, actor: Actor, parent_ids: Sequence[int]) -> list[ChildProgress]:
    """Counts over the direct children of each ticket, in the order of the ids."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[ChildProgress]:
        found = await groups.find_progress(db, actor.org_id, set(parent_ids))
        return [found.get(parent, ChildProgress()) for parent in parent_ids]

    return await store.read(work)


async def create(
    store: Store, actor: Actor, *, draft: TicketDraft, idempotency_key: str | None = None
) -> Ticket:
    """A new ticket, with the organization's next slug (R25). Unknown labels are created (R20)."""
    actor.require(Scope.TICKETS_WRITE)
    draft = drafts.checked_draft(actor, draft)

    async def work(db: Connection) -> Ticket:
        return await _create(db, actor, draft)

    return await idempotency.write(
        store,
        actor,
        work,
        key=idempotency_key,
        operation="ticket.create",
        arguments=(draft,),
        answer=Ticket,
        # Without anything to look up there is but one statement.
        single=draft.assignee is None and draft.repository is None and draft.parent is None,
    )


async def update(
    store: Store,
    actor: Actor,
    *,
    ticket: TicketRef,
    patch: TicketPatch,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> Ticket:
    """Change what the patch gives and nothing else.

    Raises NotFound, Conflict when `expected_version` is not the current one, ValidationFailed
    with paths beneath `patch`, and InvalidParent.
    """
    actor.require(Scope.TICKETS_WRITE)
    ticket = drafts.spelled(ticket)
    patch = drafts.checked_patch(actor, patch)

    async def work(db: Connection) -> Ticket:
        return await _change(db, actor, ticket, patch, expected_version)

    return await idempotency.write(
        store,
        actor,
        work,
        key=idempotency_key,
        operation="ticket.update",
        arguments=(ticket, patch, expected_version),
        answer=Ticket,
    )


async def set_status(
    store: Store,
    actor: Actor,
    *,
    ticket: TicketRef,
    status: TicketStatus,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
    columns: Names = EVERY,
) -> Ticket:
    """Any status may follow any other, itself too (R26).

    Of the ticket no more may come than its identity and the attributes that `columns` names.
    """
    actor.require(Scope.TICKETS_WRITE)
    ticket = drafts.spelled(ticket)
    patch = TicketPatch(status=status)
    if idempotency_key is None and store.dialect == "postgresql":
        written = await _set_status_at_once(store, actor, ticket, status, expected_version, columns)
        if written is not None:
            return written

    async def work(db: Connection) -> Ticket:
        return await _change(db, actor, ticket, patch, expected_version)

    return await idempotency.write(
        store,
        actor,
        work,
        key=idempotency_key,
        operation="ticket.set_status",
        arguments=(ticket, status, expected_version),
        answer=Ticket,
    )


async def delete(
    store: Store,
    actor: Actor,
    *,
    ticket: TicketRef,
    children: ChildrenPolicy = ChildrenPolicy.DETACH,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> TicketDeletion:
    """Remove a ticket for good (C16). Raises Conflict when it has children and they forbid it."""
    actor.require(Scope.TICKETS_WRITE)
    ticket = drafts.spelled(ticket)

    async def work(db: Connection) -> TicketDeletion:
        await trees.lock_tree(db, actor.org_id)
        current = await writing.current(db, actor, ticket, expected_version)
        now = dt.datetime.now(dt.UTC)
        cascaded = await hierarchy.settle_children(db, actor, current, children, now)
        going = [(current.id, current.version, current.slug), *cascaded]
        await tickets.drop_tickets(db, actor.org_id, actor, now, going)
        return TicketDeletion(current, len(cascaded))

    return await idempotency.write(
        store,
        actor,
        work,
        key=idempotency_key,
        operation="ticket.delete",
        arguments=(ticket, children, expected_version),
        answer=TicketDeletion,
    )


async def _set_status_at_once(
    store: Store,
    actor: Actor,
    ref: TicketRef,
    status: TicketStatus,
    expected_version: int | None,
    columns: Names,
) -> Ticket | None:
    now = dt.datetime.now(dt.UTC)

    async def work(db: Connection) -> Ticket | None:
        return await change_status(
            db, actor.org_id, actor, now, ref, status, expected_version, columns
        )

    return await store.write(work, single=True)


async def _create(db: Connection, actor: Actor, draft: TicketDraft) -> Ticket:
    org = actor.org_id
    now = dt.datetime.now(dt.UTC)
    problems = Problems()
    parent = None
    if draft.parent is not None:
        await trees.lock_tree(db, org, shared=True)
        parent = await hierarchy.parent_of_new(db, org, draft.parent, ("parent",), problems)
    assignee_id = await drafts.user_id(db, org, draft.assignee, ("assignee",), problems)
    repository_id = await drafts.repository_id(db, org, draft.repository, ("repository",), problems)
    problems.raise_if_any()
    values = drafts.values_of_new(
        actor,
        draft,
        now,
        assignee_id=assignee_id,
        repository_id=repository_id,
        parent_id=None if parent is None else parent.id,
    )
    new_id, number, slug = await tickets.add_ticket(db, org, actor, now, values)
    parent_slug = None if parent is None else parent.slug
    return Ticket(
        org_id=org,
        id=new_id,
        number=number,
        slug=slug,
        parent_slug=parent_slug,
        position=positions.of_new(number),
        version=1,
        **values,
    )


async def _change(
    db: Connection, actor: Actor, ref: TicketRef, patch: TicketPatch, expected_version: int | None
) -> Ticket:
    if patch == TicketPatch():
        return await writing.current(db, actor, ref, expected_version)
    if patch.parent is not UNSET and patch.parent is not None:
        await trees.lock_tree(db, actor.org_id)
    if patch.labels is not UNSET:
        # Before the ticket is locked: who renames a label locks the labels, then their tickets.
        await named.add_missing(db, actor.org_id, patch.labels.set or patch.labels.add)
    before = await writing.current(db, actor, ref, expected_version)
    now = dt.datetime.now(dt.UTC)
    given = await _given(db, before, patch, now)
    return await writing.rewrite(db, actor, before, given, now)


async def _given(db: Connection, before: Ticket, patch: TicketPatch, now: dt.datetime) -> Values:
    """The attributes that the patch sets, and what follows from them."""
    problems = Problems()
    values = await drafts.values_of_all(db, before.org_id, patch, problems)
    values |= writing.values_of_one(before, patch, now, problems)
    if patch.parent is not UNSET:
        path = ("patch", "parent")
        parent = patch.parent and await hierarchy.parent_of(
            db, before, patch.parent, path, problems
        )
        values |= {"parent_id": parent and parent.id, "parent_slug": parent and parent.slug}
    problems.raise_if_any()
    return values
