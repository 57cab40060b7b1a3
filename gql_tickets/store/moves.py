"""Columns of the board, as moves see them: who stands beside whom, and the lock on their order."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from gql_tickets.domain.tickets import TicketStatus
from gql_tickets.store.criteria import org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import organizations, tickets

Standing = tuple[str, int]
"""Where a ticket stands: its position and its id."""

_LOCK_SPACE = sa.literal_column("7263", sa.Integer)  # beside those of trees.py and labels.py

_LOCK = Statement(sa.select(sa.cast(sa.func.pg_advisory_xact_lock(_LOCK_SPACE, org()), sa.Text)))


async def lock_moves(db: Connection, org: int) -> None:
    """Let no other move go on before this one ends; before any row is locked.

    Only moves write positions of tickets that are there. SQLite has one writer, and needs no lock.
    """
    if db.dialect == "postgresql":
        await db.run(_LOCK, org=org)


@lru_cache(maxsize=4)
def _beside(*, up: bool, end: bool) -> Statement:
    columns = tickets.c
    standing = (columns.position, columns.id)
    select: sa.Select[Any] = sa.select(*standing).where(
        columns.org_id == org(),
        columns.status == sa.bindparam("status", type_=columns.status.type),
        columns.id != sa.bindparam("moved", type_=sa.Integer),
    )
    if not end:
        here = sa.tuple_(*standing)
        there = sa.tuple_(
            sa.bindparam("position", type_=columns.position.type),
            sa.bindparam("id", type_=sa.Integer),
        )
        select = select.where(here < there if up else here > there)
    order = [each.desc() if up else each.asc() for each in standing]
    return Statement(select.order_by(*order).limit(sa.bindparam("limit", type_=sa.Integer)))


async def find_beside(
    db: Connection,
    org: int,
    status: TicketStatus,
    moved: int,
    edge: Standing | None,
    *,
    up: bool,
    limit: int,
) -> list[Standing]:
    """The tickets of a column above the edge or beneath it, nearest first, but for the moved one.

    No edge: those above the end of the column, or beneath its start.
    """
    values: dict[str, Any] = {} if edge is None else {"position": edge[0], "id": edge[1]}
    statement = _beside(up=up, end=edge is None)
    return await db.rows(statement, org=org, status=status, moved=moved, limit=limit, **values)


_LAST_NUMBER = Statement(
    sa.select(organizations.c.last_ticket_number).where(organizations.c.id == org())
)


async def find_last_number(db: Connection, org: int) -> int:
    """The number of the newest ticket. To be asked after the neighbours: it only grows."""
    return int(await db.value(_LAST_NUMBER, org=org) or 0)
