"""Moves: giving a ticket its place in a column of the board.

A place is a key between those of its neighbours. Where two of them leave no room, or the key would
grow long, the tickets around the place are given new keys, evenly spread: a write to each of them.
"""

from __future__ import annotations

import datetime as dt

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain import positions
from gql_tickets.domain.tickets import Place, Ticket, TicketRef, TicketStatus
from gql_tickets.errors import ValidationFailed
from gql_tickets.service import drafts, idempotency, writing
from gql_tickets.store import many, tickets
from gql_tickets.store import moves as standing
from gql_tickets.store.engine import Connection, Store

_WINDOW = 8


async def move(
    store: Store,
    actor: Actor,
    *,
    ticket: TicketRef,
    place: Place,
    status: TicketStatus | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> Ticket:
    """Put a ticket somewhere in a column: its own, unless `status` names another.

    Raises NotFound, Conflict, and ValidationFailed for a neighbour that is not in the column.
    """
    actor.require(Scope.TICKETS_WRITE)
    ticket = drafts.spelled(ticket)

    async def work(db: Connection) -> Ticket:
        await standing.lock_moves(db, actor.org_id)
        before = await writing.current(db, actor, ticket, expected_version)
        now = dt.datetime.now(dt.UTC)
        column = before.status if status is None else status
        above = await _above(db, before, column, place)
        key = await _key(db, before, column, above)
        if key is None:
            key = await _make_room(db, actor, now, before, column, above)
        given = {} if status is None else writing.with_status(before, status, now)
        return await writing.rewrite(db, actor, before, {**given, "position": key}, now)

    return await idempotency.write(
        store,
        actor,
        work,
        key=idempotency_key,
        operation="ticket.move",
        arguments=(ticket, place, status, expected_version),
        answer=Ticket,
    )


async def _above(
    db: Connection, moved: Ticket, column: TicketStatus, place: Place
) -> standing.Standing | None:
    """The ticket to stand beneath; None at the top of the column."""
    if place.first:
        return None
    edge = None
    if place.before is not None:
        edge = await _neighbour(db, moved, column, place.before, "before")
    if place.after is not None:
        return await _neighbour(db, moved, column, place.after, "after")
    nearest = await standing.find_beside(db, moved.org_id, column, moved.id, edge, up=True, limit=1)
    return nearest[0] if nearest else None


async def _neighbour(
    db: Connection, moved: Ticket, column: TicketStatus, ref: TicketRef, side: str
) -> standing.Standing:
    path = ("place", side)
    found = await tickets.find_ticket(db, moved.org_id, ref)
    if found is None:
        raise ValidationFailed.of(path, "There is no such ticket to stand beside.")
    if found.id == moved.id:
        raise ValidationFailed.of(path, "A ticket cannot stand beside itself.")
    if found.status is not column:
        raise ValidationFailed.of(path, f"{found.slug} is not in that column.")
    return found.position, found.id


async def _key(
    db: Connection, moved: Ticket, column: TicketStatus, above: standing.Standing | None
) -> str | None:
    """A key beneath `above`, or None when there is no good one."""
    under = await standing.find_beside(db, moved.org_id, column, moved.id, above, up=False, limit=1)
    low = await _top(db, moved.org_id) if above is None else above[0]
    high = under[0][0] if under else None
    key = positions.between(low, high, moved.id, near_high=above is None)
    return key if key is not None and len(key) <= positions.LENGTH_MAX else None


async def _make_room(
    db: Connection,
    actor: Actor,
    now: dt.datetime,
    moved: Ticket,
    column: TicketStatus,
    above: standing.Standing | None,
) -> str:
    """New keys for the tickets around the place, as few as will do; gives that of the moved one."""
    org, size = moved.org_id, _WINDOW
    while True:
        over = [] if above is None else [above]
        if above is not None:
            over += await standing.find_beside(
                db, org, column, moved.id, above, up=True, limit=size
            )
        under = await standing.find_beside(
            db, org, column, moved.id, above, up=False, limit=size + 1
        )
        low = over.pop()[0] if len(over) > size else await _top(db, org)
        high = under.pop()[0] if len(under) > size else None
        ids = [*(id for _, id in reversed(over)), moved.id, *(id for _, id in under)]
        keys = positions.spread(low, high, ids)
        if keys is not None and max(map(len, keys)) <= positions.LENGTH_MAX // 2:
            break
        size *= 2
    places = dict(zip(ids, keys, strict=True))
    others = [id for id in ids if id != moved.id]
    changes = []
    for before in await many.find_referred(db, org, ids=others, lock=True):
        given = {"position": places[before.id]}
        after = writing.rewritten(before, given, now)
        changes.append((given, writing.event(before, after)))
    await many.change_tickets(db, org, actor, now, changes)
    return places[moved.id]


async def _top(db: Connection, org: int) -> str:
    """Where the next new ticket will stand, above all that are there."""
    return positions.of_new(await standing.find_last_number(db, org) + 1)
