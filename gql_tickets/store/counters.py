"""Counters: how many tickets each column of an organization holds, kept by every write of a ticket.

An exact count reads an index from end to end; these are a few rows. They are changed last in the
transaction of the write, so that they are exact and locked for the shortest time. On PostgreSQL each
is spread over slots, of which a connection writes its own: writers of one organization hardly ever
wait for each other. SQLite has one writer, and one slot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gql_tickets.domain.tickets import TicketField, TicketStatus
from gql_tickets.store.engine import Connection
from gql_tickets.store.events import Event
from gql_tickets.store.parameters import org
from gql_tickets.store.rows import given_rows
from gql_tickets.store.shapes import All, AnyOf, Leaf, Not, Shape
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_counts, tickets

SLOTS = 16

_c = ticket_counts.c
_DELTA = {"status": _c.status.type, "tickets": _c.tickets.type}
_NONE = sa.literal_column("0", sa.SmallInteger)
_WORDS = {status.value: status for status in TicketStatus}

Delta = Mapping[TicketStatus, int]


def slot(dialect: str) -> sa.ColumnElement[int]:
    """The slot that the connection writes to."""
    if dialect != "postgresql":
        return _NONE
    return sa.func.mod(sa.func.pg_backend_pid(), sa.literal_column(str(SLOTS), sa.Integer))


def counted(select: sa.Select[tuple[int, int, int, int]], dialect: str) -> sa.Insert:
    """A statement that adds the rows of a select: organization, status, slot and a difference."""
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(ticket_counts)
    adding = insert.from_select(["org_id", "status", "slot", "tickets"], select)
    return adding.on_conflict_do_update(
        index_elements=[_c.org_id, _c.status, _c.slot],
        set_={"tickets": _c.tickets + adding.excluded.tickets},
    )


def _change(dialect: str) -> sa.Insert:
    rows = given_rows(_DELTA, dialect)
    # SQLite takes ON CONFLICT after a select only if that has a WHERE.
    select = sa.select(org(), rows.c.status, slot(dialect), rows.c.tickets).where(sa.true())
    return counted(select, dialect)


_CHANGE = Statement(_change)


async def change_counts(db: Connection, org: int, delta: Delta) -> None:
    """Add a difference to each counter. To be called last in a transaction, and once.

    In the order of the statuses, so that two writers do not wait crosswise.
    """
    rows = [
        {"status": status, "tickets": delta[status]} for status in TicketStatus if delta.get(status)
    ]
    if rows:
        await db.run(_CHANGE, org=org, rows=rows)


def difference(events: Iterable[Event]) -> Delta:
    """What changes of status that are written down in events do to the counters."""
    delta: Counter[TicketStatus] = Counter()
    for event in events:
        for change in event.changes:
            if change.field is TicketField.STATUS:
                delta[_WORDS[str(change.before)]] -= 1
                delta[_WORDS[str(change.after)]] += 1
    return delta


def can_count(shape: Shape) -> bool:
    """Whether the counters know how many tickets match: when nothing but the status is looked at."""
    match shape:
        case All(parts) | AnyOf(parts):
            return all(map(can_count, parts))
        case Not(part):
            return can_count(part)
        case Leaf(test, column):
            return column == "status" and test in {"is", "in"}


def total() -> sa.ColumnElement[int]:
    """The sum of some counters."""
    none = sa.literal_column("0", sa.BigInteger)
    return sa.cast(sa.func.coalesce(sa.func.sum(_c.tickets), none), sa.BigInteger)


_KEPT = Statement(sa.select(_c.status, total()).where(_c.org_id == org()).group_by(_c.status))
_ACTUAL = Statement(
    sa.select(tickets.c.status, sa.func.count())
    .where(tickets.c.org_id == org())
    .group_by(tickets.c.status)
)
_LOCK = Statement(sa.text("LOCK TABLE tickets IN SHARE MODE"))
_CLEAR = Statement(sa.delete(ticket_counts).where(_c.org_id == org()))


async def find_counts(db: Connection, org: int) -> dict[TicketStatus, int]:
    """What the counters say."""
    kept = dict(await db.rows(_KEPT, org=org))
    return {status: kept.get(status, 0) for status in TicketStatus}


async def find_actual_counts(db: Connection, org: int) -> dict[TicketStatus, int]:
    """What there is: counted one by one."""
    actual = dict(await db.rows(_ACTUAL, org=org))
    return {status: actual.get(status, 0) for status in TicketStatus}


async def lock_tickets(db: Connection) -> None:
    """Let nobody write a ticket before the transaction ends. SQLite has one writer: it is us."""
    if db.dialect == "postgresql":
        await db.run(_LOCK)


async def change_to_actual(db: Connection, org: int) -> None:
    """Set the counters to what there is, while nobody writes."""
    await lock_tickets(db)
    await db.run(_CLEAR, org=org)
    await change_counts(db, org, await find_actual_counts(db, org))
