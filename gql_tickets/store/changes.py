"""The change log: reading it from a position on, and cutting off its old end.

What a position is, and why everything before the watermark is final, events.py says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from itertools import takewhile
from typing import Any

import msgspec
import sqlalchemy as sa

from gql_tickets.domain.changes import Change, Position
from gql_tickets.domain.tickets import ChangeKind, TicketField
from gql_tickets.store.columns import SHAPES_MAX
from gql_tickets.store.criteria import Criteria, Shape, among, clause, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.events import log_watermark
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import organizations, ticket_events, tickets

_e = ticket_events.c
_here = sa.tuple_(_e.log_epoch, _e.log_sequence)
_there = sa.tuple_(
    sa.bindparam("epoch", type_=sa.BigInteger), sa.bindparam("sequence", type_=sa.BigInteger)
)
_limit = sa.bindparam("limit", type_=sa.Integer)
_ENTRY = [
    _e.log_epoch,
    _e.log_sequence,
    _e.ticket_id,
    _e.version,
    _e.slug,
    _e.kind,
    _e.changes,
    _e.occurred_at,
]


def _final(dialect: str) -> list[sa.ColumnElement[bool]]:
    """What readers may see: on SQLite all that is committed."""
    return [_e.log_epoch < log_watermark()] if dialect == "postgresql" else []


_AFTER = Statement(
    lambda dialect: (
        sa.select(*_ENTRY)
        .where(_e.org_id == org(), _here > _there, *_final(dialect))
        .order_by(_e.log_epoch, _e.log_sequence)
        .limit(_limit)
    )
)
_LAST = Statement(
    lambda dialect: (
        sa.select(_e.log_epoch, _e.log_sequence)
        .where(_e.org_id == org(), *_final(dialect))
        .order_by(_e.log_epoch.desc(), _e.log_sequence.desc())
        .limit(sa.literal_column("1"))
    )
)
_UNSETTLED = Statement(
    sa.select(_e.log_epoch)
    .where(_e.org_id == org(), _e.log_epoch >= log_watermark())
    .limit(sa.literal_column("1"))
)
_FLOOR = Statement(
    sa.select(organizations.c.log_floor_epoch, organizations.c.log_floor_sequence).where(
        organizations.c.id == org()
    )
)


async def find_changes(db: Connection, org: int, after: Position, *, limit: int) -> list[Change]:
    """The entries after a position, in order, at most `limit`; without their tickets."""
    rows = await db.rows(_AFTER, org=org, epoch=after.epoch, sequence=after.sequence, limit=limit)
    return [
        Change(
            org, Position(epoch, sequence), ticket, version, slug, kind, changed_fields(said), at
        )
        for epoch, sequence, ticket, version, slug, kind, said, at in rows
    ]


async def find_last(db: Connection, org: int) -> Position:
    """The position of the newest entry that is final, or the floor when there is none."""
    row = await db.row(_LAST, org=org)
    return await find_floor(db, org) if row is None else Position(*row)


async def find_floor(db: Connection, org: int) -> Position:
    """The position up to which the log has been cut off."""
    row = await db.row(_FLOOR, org=org)
    return Position(0, 0) if row is None else Position(*row)


async def find_unsettled(db: Connection, org: int) -> bool:
    """Whether there are committed entries that cannot be read yet, for a transaction that still runs."""
    return db.dialect == "postgresql" and await db.row(_UNSETTLED, org=org) is not None


def changed_fields(said: str) -> tuple[TicketField, ...]:
    """The fields that an event names, out of its `changes`."""
    return tuple(TicketField(field) for field, *_ in msgspec.json.decode(said))


@lru_cache(maxsize=SHAPES_MAX)
def _matching(shape: Shape) -> Statement:
    return Statement(
        lambda dialect: sa.select(tickets.c.id).where(
            tickets.c.org_id == org(),
            among(tickets.c.id, "ids", sa.Integer(), dialect),
            clause(shape, tickets, dialect),
        )
    )


async def find_matching(
    db: Connection, org: int, wanted: Criteria, ids: Collection[int]
) -> set[int]:
    """Those of the tickets that match."""
    if not ids:
        return set()
    rows = await db.rows(_matching(wanted.shape), org=org, ids=tuple(ids), **wanted.values)
    return {id for (id,) in rows}


_RAISE_FLOOR = Statement(
    sa.update(organizations)
    .where(
        organizations.c.id == org(),
        sa.tuple_(organizations.c.log_floor_epoch, organizations.c.log_floor_sequence) < _there,
    )
    .values(
        log_floor_epoch=sa.bindparam("epoch", type_=sa.BigInteger),
        log_floor_sequence=sa.bindparam("sequence", type_=sa.BigInteger),
    )
)
_UP_TO = sa.tuple_(
    sa.bindparam("last_epoch", type_=sa.BigInteger),
    sa.bindparam("last_sequence", type_=sa.BigInteger),
)


def _deleted() -> sa.Select[Any]:
    """The tickets whose deletion lies between two positions."""
    gone = ticket_events.alias("gone")
    position = sa.tuple_(gone.c.log_epoch, gone.c.log_sequence)
    return sa.select(gone.c.ticket_id).where(
        gone.c.org_id == org(),
        position > _there,
        position <= _UP_TO,
        gone.c.kind == sa.bindparam("deleted", type_=_e.kind.type),
    )


_DROP_DELETED = Statement(
    sa.delete(ticket_events).where(_e.org_id == org(), _e.ticket_id.in_(_deleted()))
)


async def drop_changes(db: Connection, org: int, before: dt.datetime, *, limit: int) -> int:
    """Cut off entries, at most `limit`, that are older than `before`; gives how many.

    A cut raises the floor. The rows stay as the history of their tickets, but for those of tickets
    whose deletion was cut off: nobody can ask for them any more.
    """
    floor = await find_floor(db, org)
    entries = await find_changes(db, org, floor, limit=limit)
    old = list(takewhile(lambda entry: entry.occurred_at < before, entries))
    if not old:
        return 0
    last = old[-1].position
    await db.run(_RAISE_FLOOR, org=org, epoch=last.epoch, sequence=last.sequence)
    await db.run(
        _DROP_DELETED,
        org=org,
        epoch=floor.epoch,
        sequence=floor.sequence,
        last_epoch=last.epoch,
        last_sequence=last.sequence,
        deleted=ChangeKind.DELETED,
    )
    return len(old)


def _settle(_: str) -> sa.Executable:
    newest = (
        sa.select(sa.func.max(_e.log_epoch))
        .where(_e.org_id == organizations.c.id)
        .scalar_subquery()
    )
    own = sa.cast(sa.cast(sa.func.pg_current_xact_id(), sa.Text), sa.BigInteger)
    ahead = newest - (own + organizations.c.log_epoch_offset)
    return (
        sa.update(organizations)
        .where(organizations.c.id == org(), ahead > sa.literal_column("0", sa.BigInteger))
        .values(log_epoch_offset=organizations.c.log_epoch_offset + ahead)
    )


_SETTLE = Statement(_settle)


async def settle_log(db: Connection, org: int) -> bool:
    """See that new entries come after old ones; True where they would not have.

    A PostgreSQL database that was restored into another cluster has entries that are ahead of the
    cluster's transaction ids. For as long as it stays where it is there is nothing to settle.
    """
    return db.dialect == "postgresql" and bool(await db.run(_SETTLE, org=org))
