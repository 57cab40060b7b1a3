"""Many tickets at once: found and locked, added, changed. Each is one statement, however many."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression

from gql_tickets.auth import Actor
from gql_tickets.domain import positions
from gql_tickets.domain.tickets import ChangeKind, Ticket
from gql_tickets.store import counters, events, search
from gql_tickets.store.columns import SHAPES_MAX, ticket_columns
from gql_tickets.store.criteria import Criteria, Shape, clause
from gql_tickets.store.engine import Connection
from gql_tickets.store.parameters import PLUS, among, org
from gql_tickets.store.rows import given_rows, given_values
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import organizations, ticket_labels, tickets
from gql_tickets.store.tickets import DRAFTED, Values, drop_labels

_ADDED = tuple(name for name in Ticket.__struct_fields__ if name not in {"org_id", "parent_slug"})
_VERSIONED = {"id": tickets.c.id.type, "version": tickets.c.version.type}


def _referred(dialect: str) -> sa.Select[Any]:
    called = tickets.alias("called")
    slugs = among(called.c.slug, "slugs", sa.Text(), dialect)
    by_slug = sa.select(called.c.id).where(called.c.org_id == org(), slugs)
    # Not one condition on the row: for OR SQLite would look at every ticket of the organization.
    each, id = given_values(sa.Integer(), dialect, "ids")
    listed = sa.union_all(sa.select(id).select_from(each), by_slug)
    return sa.select(*ticket_columns(tickets)).where(
        tickets.c.org_id == org(), tickets.c.id.in_(listed)
    )


def _locking(select: sa.Select[Any], dialect: str) -> sa.Select[Any]:
    """In the order of the ids, which all that lock many tickets keep to: nobody waits crosswise."""
    if dialect == "sqlite":
        # Which needs no lock, and would walk all the tickets of the organization for this order.
        return select.order_by(UnaryExpression(tickets.c.id, operator=PLUS))
    return select.order_by(tickets.c.id).with_for_update(of=tickets, key_share=True)


_REFERRED = {
    False: Statement(_referred),
    True: Statement(lambda dialect: _locking(_referred(dialect), dialect)),
}


async def find_referred(
    db: Connection,
    org: int,
    *,
    ids: Collection[int] = (),
    slugs: Collection[str] = (),
    lock: bool = False,
) -> list[Ticket]:
    """Those of the tickets that there are, by id; locked against other writers if asked for."""
    if not (ids or slugs):
        return []
    values = {"org": org, "ids": tuple(ids), "slugs": tuple(slugs)}
    return await _seen_again(db, org, await db.records(_REFERRED[lock], Ticket, **values))


_CHILDREN = Statement(
    lambda dialect: _locking(
        sa.select(*ticket_columns(tickets)).where(
            tickets.c.org_id == org(), among(tickets.c.parent_id, "ids", sa.Integer(), dialect)
        ),
        dialect,
    )
)


async def find_children(db: Connection, org: int, ids: Collection[int]) -> list[Ticket]:
    """The direct children of any of the tickets, by id, locked against other writers."""
    return await db.records(_CHILDREN, Ticket, org=org, ids=tuple(ids)) if ids else []


@lru_cache(maxsize=SHAPES_MAX)
def _matching(shape: Shape) -> Statement:
    return Statement(
        lambda dialect: _locking(
            sa.select(*ticket_columns(tickets))
            .where(tickets.c.org_id == org(), clause(shape, tickets, dialect))
            .limit(sa.bindparam("limit", type_=sa.Integer)),
            dialect,
        )
    )


async def find_matching(db: Connection, org: int, wanted: Criteria, *, limit: int) -> list[Ticket]:
    """The first `limit` of the tickets that match, by id, locked against other writers."""
    statement = _matching(wanted.shape)
    found = await db.records(statement, Ticket, org=org, limit=limit, **wanted.values)
    return await _seen_again(db, org, found)


async def _seen_again(db: Connection, org: int, found: list[Ticket]) -> list[Ticket]:
    """Locking may have waited for a writer that moved one beneath a parent newer than our look."""
    if all(ticket.parent_id is None or ticket.parent_slug is not None for ticket in found):
        return found
    ids = tuple(ticket.id for ticket in found)
    again = await db.records(_REFERRED[False], Ticket, org=org, ids=ids, slugs=())
    return sorted(again, key=lambda ticket: ticket.id)


_NUMBERS = Statement(
    sa.update(organizations)
    .where(organizations.c.id == org())
    .values(
        last_ticket_id=organizations.c.last_ticket_id + sa.bindparam("count", type_=sa.Integer),
        last_ticket_number=organizations.c.last_ticket_number
        + sa.bindparam("count", type_=sa.Integer),
    )
    .returning(
        organizations.c.last_ticket_id,
        organizations.c.last_ticket_number,
        organizations.c.ticket_prefix,
    )
)


def _add(dialect: str) -> sa.Executable:
    rows = given_rows({name: tickets.c[name].type for name in _ADDED}, dialect)
    return sa.insert(tickets).from_select(
        ["org_id", *_ADDED],
        sa.select(org(), *(rows.c[name] for name in _ADDED)).select_from(rows),
    )


_ADD = Statement(_add)


async def add_tickets(
    db: Connection, org: int, actor: Actor, at: dt.datetime, drafted: Sequence[Values]
) -> list[Values]:
    """Number and store tickets, and their first events: all the columns. To be called last.

    `drafted` are mappings of the columns that add_ticket() takes.
    """
    if not drafted:
        return []
    row = await db.row(_NUMBERS, org=org, count=len(drafted))
    if row is None:
        raise LookupError("the organization is gone")
    last_id, last_number, prefix = row
    added: list[Values] = []
    for back, values in zip(range(len(drafted) - 1, -1, -1), drafted, strict=True):
        number = last_number - back
        added.append(
            {
                **{name: values[name] for name in DRAFTED},
                "id": last_id - back,
                "number": number,
                "slug": f"{prefix}-{number}",
                "position": positions.of_new(number),
                "version": 1,
            }
        )
    await add_numbered(db, org, actor, at, added)
    await counters.change_counts(db, org, Counter(each["status"] for each in added))
    return added


async def add_numbered(
    db: Connection, org: int, actor: Actor, at: dt.datetime, rows: Sequence[Values]
) -> None:
    """Store tickets that have all their columns, and their first events; not their counters."""
    await db.run(_ADD, org=org, rows=rows)
    if db.dialect != "postgresql":
        await db.run(_COPY_LABELS, org=org, ids=tuple(each["id"] for each in rows))
    await search.add_documents(
        db,
        org,
        [(each["id"], each["title"], search.texts_of(each["description"])) for each in rows],
    )
    created = [
        events.Event(each["id"], each["version"], each["slug"], ChangeKind.CREATED) for each in rows
    ]
    await events.add_events(db, org, actor, at, created)


@lru_cache(maxsize=SHAPES_MAX)
def _change(columns: frozenset[str]) -> Statement:
    names = sorted(columns)

    def build(dialect: str) -> sa.Executable:
        kinds = {name: tickets.c[name].type for name in names}
        rows = given_rows({**_VERSIONED, **kinds}, dialect)
        return (
            sa.update(tickets)
            .where(tickets.c.org_id == org(), tickets.c.id == rows.c.id)
            .values(
                version=rows.c.version,
                updated_at=sa.bindparam("at", type_=tickets.c.updated_at.type),
                **{name: rows.c[name] for name in names},
            )
        )

    return Statement(build)


_COPY_LABELS = Statement(
    lambda dialect: sa.insert(ticket_labels).from_select(
        ["org_id", "name", "ticket_id"],
        sa.select(
            org(),
            (name := sa.func.json_each(tickets.c.labels).table_valued("value")).c.value,
            tickets.c.id,
        )
        .select_from(tickets.join(name, sa.true()))
        .where(tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect)),
    )
)


async def change_tickets(
    db: Connection,
    org: int,
    actor: Actor,
    at: dt.datetime,
    changes: Sequence[tuple[Values, events.Event]],
) -> None:
    """Write the given columns of each event's ticket, its version and updated_at, and the events.

    All changes give the same columns.
    """
    if changes:
        await rewrite_tickets(db, org, actor, at, changes)
        await counters.change_counts(db, org, counters.difference(event for _, event in changes))


async def rewrite_tickets(
    db: Connection,
    org: int,
    actor: Actor,
    at: dt.datetime,
    changes: Sequence[tuple[Values, events.Event]],
) -> None:
    """As change_tickets(), but for the counters, for a transaction that changes those at its end."""
    columns = frozenset(changes[0][0])
    rows = [{**values, "id": it.ticket_id, "version": it.version} for values, it in changes]
    await db.run(_change(columns), org=org, at=at, rows=rows)
    if columns & {"title", "description"}:
        await search.change_documents(db, org, [row["id"] for row in rows])
    if "labels" in columns and db.dialect != "postgresql":
        ids = tuple(row["id"] for row in rows)
        await drop_labels(db, org, ids)
        await db.run(_COPY_LABELS, org=org, ids=ids)
    await events.add_events(db, org, actor, at, [event for _, event in changes])
