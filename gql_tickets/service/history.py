"""The history of tickets: what changed, who changed it and when, through whichever door."""

from __future__ import annotations

from collections.abc import Sequence

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.history import TicketEvent
from gql_tickets.domain.paging import Page, PageRequest
from gql_tickets.domain.tickets import TicketField
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.history import EVENTS, find_events

Fields = tuple[TicketField, ...]


async def pages(
    store: Store,
    actor: Actor,
    ticket_ids: Sequence[int],
    *,
    page: PageRequest,
    fields: Fields | None = None,
) -> list[Page[TicketEvent]]:
    """The same page of each ticket's events, newest first; with `fields` those that changed one."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[Page[TicketEvent]]:
        return await EVENTS.pages(db, actor.org_id, ticket_ids, page, **_narrowed(fields))

    return await store.read(work)


async def counts(
    store: Store, actor: Actor, ticket_ids: Sequence[int], *, fields: Fields | None = None
) -> list[int]:
    """How many events each ticket has, in the order of the ids."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[int]:
        return await EVENTS.counts(db, actor.org_id, ticket_ids, **_narrowed(fields))

    return await store.read(work)


async def by_keys(
    store: Store, actor: Actor, keys: Sequence[tuple[int, int]]
) -> list[TicketEvent | None]:
    """The events of these tickets and versions, in their order; None where there is none."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[TicketEvent | None]:
        found = await find_events(db, actor.org_id, set(keys))
        by_key = {(event.ticket_id, event.version): event for event in found}
        return [by_key.get(key) for key in keys]

    return await store.read(work)


def _narrowed(fields: Fields | None) -> dict[str, tuple[str, ...]]:
    return {} if fields is None else {"fields": tuple(field.value for field in fields)}
