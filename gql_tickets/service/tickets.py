"""Tickets: what can be asked of them and done to them. Every write is one transaction.

A write that gives at least one field raises the version by one and leaves an event; a patch that
gives none writes nothing.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import (
    ChangeKind,
    ChildProgress,
    ChildrenPolicy,
    FieldChange,
    LabelsPatch,
    Ticket,
    TicketDeletion,
    TicketDraft,
    TicketField,
    TicketPatch,
    TicketRef,
    TicketStatus,
)
from gql_tickets.errors import Conflict, ErrorCode, NotFound, Path
from gql_tickets.service import drafts, filters, hierarchy, idempotency
from gql_tickets.service.text import Problems
from gql_tickets.store import groups, labels, tickets, trees
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.events import Event, add_events

Values = dict[str, Any]
Plain = str | int | tuple[str, ...] | None


async def find(store: Store, actor: Actor, ref: TicketRef) -> Ticket | None:
    """The ticket, or None."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> Ticket | None:
        return await tickets.find_ticket(db, actor.org_id, ref)

    return await store.read(work)


async def list_page(
    store: Store,
    actor: Actor,
    *,
    filter: TicketFilter,
    order: tuple[Order, ...],
    page: PageRequest,
) -> Page[Ticket]:
    """One page of the tickets that match. Raises ValidationFailed for a cursor of another list."""
    actor.require(Scope.TICKETS_READ)
    wanted = filters.read(actor, filter)

    async def work(db: Connection) -> Page[Ticket]:
        return await tickets.find_page(db, actor.org_id, wanted, order, page)

    return await store.read(work)


async def count(store: Store, actor: Actor, *, filter: TicketFilter) -> int:
    """How many tickets match, on all pages (C6)."""
    actor.require(Scope.TICKETS_READ)
    wanted = filters.read(actor, filter)

    async def work(db: Connection) -> int:
        return await tickets.count_tickets(db, actor.org_id, wanted)

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
) -> Ticket:
    """Any status may follow any other, itself too (R26)."""
    actor.require(Scope.TICKETS_WRITE)
    ticket = drafts.spelled(ticket)
    patch = TicketPatch(status=status)

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
        current = await _current(db, actor, ticket, expected_version)
        now = dt.datetime.now(dt.UTC)
        cascaded = await hierarchy.settle_children(db, actor, current, children, now)
        going = [(current.id, current.version, current.slug), *cascaded]
        await tickets.drop_tickets(db, actor.org_id, [leaf for leaf, *_ in going])
        gone = [Event(leaf, version + 1, slug, ChangeKind.DELETED) for leaf, version, slug in going]
        await add_events(db, actor.org_id, actor, now, gone)
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
    if draft.labels:
        await labels.add_missing(db, org, draft.labels)
    values: Values = {
        "title": draft.title,
        "description": draft.description,
        "type": draft.type,
        "status": draft.status,
        "priority": draft.priority,
        "assignee_id": assignee_id,
        "creator_id": actor.user_id,
        "repository_id": repository_id,
        "parent_id": parent and parent.id,
        "labels": draft.labels,
        "created_at": now,
        "updated_at": now,
        "started_at": now if draft.status is TicketStatus.IN_PROGRESS else None,
        "completed_at": now if draft.status is TicketStatus.DONE else None,
    }
    new_id, number, slug = await tickets.add_ticket(db, org, actor, now, values)
    parent_slug = None if parent is None else parent.slug
    return Ticket(
        org_id=org,
        id=new_id,
        number=number,
        slug=slug,
        parent_slug=parent_slug,
        version=1,
        **values,
    )


async def _change(
    db: Connection, actor: Actor, ref: TicketRef, patch: TicketPatch, expected_version: int | None
) -> Ticket:
    if patch == TicketPatch():
        return await _current(db, actor, ref, expected_version)
    if patch.parent is not UNSET and patch.parent is not None:
        await trees.lock_tree(db, actor.org_id)
    if patch.labels is not UNSET:
        # Before the ticket is locked: who renames a label locks the labels, then their tickets.
        await labels.add_missing(db, actor.org_id, patch.labels.set or patch.labels.add)
    before = await _current(db, actor, ref, expected_version)
    now = dt.datetime.now(dt.UTC)
    given = await _given(db, before, patch, now)
    after = replace(before, version=before.version + 1, updated_at=now, **given)
    written = {name: value for name, value in given.items() if name != "parent_slug"}
    await tickets.change_ticket(
        db, actor.org_id, after.id, {**written, "version": after.version, "updated_at": now}
    )
    event = Event(after.id, after.version, after.slug, ChangeKind.UPDATED, _changes(before, after))
    await add_events(db, actor.org_id, actor, now, [event])
    return after


async def _given(db: Connection, before: Ticket, patch: TicketPatch, now: dt.datetime) -> Values:
    """The attributes that the patch sets, and what follows from them."""
    org = before.org_id
    problems = Problems()
    values: Values = {
        name: value
        for name in ("title", "description", "type", "priority")
        if (value := getattr(patch, name)) is not UNSET
    }
    if patch.status is not UNSET:
        values |= _status(before, patch.status, now)
    if patch.labels is not UNSET:
        values["labels"] = _relabelled(before, patch.labels, problems)
    if patch.assignee is not UNSET:
        path: Path = ("patch", "assignee")
        values["assignee_id"] = await drafts.user_id(db, org, patch.assignee, path, problems)
    if patch.repository is not UNSET:
        path = ("patch", "repository")
        values["repository_id"] = await drafts.repository_id(
            db, org, patch.repository, path, problems
        )
    if patch.parent is not UNSET:
        path = ("patch", "parent")
        parent = patch.parent and await hierarchy.parent_of(
            db, before, patch.parent, path, problems
        )
        values |= {"parent_id": parent and parent.id, "parent_slug": parent and parent.slug}
    problems.raise_if_any()
    return values


def _status(before: Ticket, status: TicketStatus, now: dt.datetime) -> Values:
    """Work starts once; it is complete for as long as the ticket stays DONE."""
    started = now if status is TicketStatus.IN_PROGRESS else None
    completed = before.completed_at or now if status is TicketStatus.DONE else None
    return {
        "status": status,
        "started_at": before.started_at or started,
        "completed_at": completed,
    }


def _relabelled(before: Ticket, patch: LabelsPatch, problems: Problems) -> tuple[str, ...]:
    if patch.set is not None:
        return patch.set
    kept = tuple(name for name in before.labels if name not in patch.remove)
    return problems.labels(("patch", "labels"), (*kept, *patch.add))


def _changes(before: Ticket, after: Ticket) -> tuple[FieldChange, ...]:
    """The fields that history names and that are not what they were."""
    return tuple(
        FieldChange(field, _plain(old), _plain(new))
        for field in TicketField
        if (old := getattr(before, field.value)) != (new := getattr(after, field.value))
    )


def _plain(value: Plain | enum.Enum) -> Plain:
    """The value as REST says it: enums by their word."""
    return value.value if isinstance(value, enum.Enum) else value


async def _current(
    db: Connection, actor: Actor, ref: TicketRef, expected_version: int | None
) -> Ticket:
    """The ticket, locked, in the version that the caller knows."""
    found = await tickets.find_ticket(db, actor.org_id, ref, lock=True)
    if found is None:
        raise NotFound("There is no such ticket.", path=("ticket",))
    if expected_version not in {None, found.version}:
        raise Conflict(
            f"The ticket is at version {found.version}, which is not the expected one.",
            code=ErrorCode.VERSION_CONFLICT,
            path=("expected_version",),
            current=found,
        )
    return found
