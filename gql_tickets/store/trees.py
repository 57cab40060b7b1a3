"""Parents and children: walks along the tree of tickets, and the lock that keeps it a tree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import ChangeKind, FieldChange, TicketField
from gql_tickets.store import events
from gql_tickets.store.criteria import among, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import tickets

_LOCK_SPACE = sa.literal_column("7261", sa.Integer)  # ours among the advisory locks of a database
_ONE = sa.literal_column("1", sa.Integer)
_id = sa.bindparam("id", type_=sa.Integer)

_LOCK = Statement(sa.select(sa.cast(sa.func.pg_advisory_xact_lock(_LOCK_SPACE, org()), sa.Text)))
_SHARE = Statement(
    sa.select(sa.cast(sa.func.pg_advisory_xact_lock_shared(_LOCK_SPACE, org()), sa.Text))
)


async def lock_tree(db: Connection, org: int, *, shared: bool = False) -> None:
    """Keep others from re-hanging tickets until the transaction ends; before any row is locked.

    `shared` admits others that only add leaves. SQLite has one writer, and needs no lock.
    """
    if db.dialect == "postgresql":
        await db.run(_SHARE if shared else _LOCK, org=org)


def _upward() -> sa.Select[Any]:
    up = (
        sa.select(tickets.c.id, tickets.c.parent_id)
        .where(tickets.c.org_id == org(), tickets.c.id == _id)
        .cte("up", recursive=True)
    )
    parent = tickets.alias()
    # UNION, not UNION ALL: it ends even if there were a cycle.
    up = up.union(
        sa.select(parent.c.id, parent.c.parent_id).where(
            parent.c.org_id == org(), parent.c.id == up.c.parent_id
        )
    )
    return sa.select(up.c.id)


def _downward() -> sa.CTE:
    down = (
        sa.select(tickets.c.id, _ONE.label("level"))
        .where(tickets.c.org_id == org(), tickets.c.id == _id)
        .cte("down", recursive=True)
    )
    child = tickets.alias()
    return down.union_all(
        sa.select(child.c.id, down.c.level + _ONE).where(
            child.c.org_id == org(), child.c.parent_id == down.c.id
        )
    )


_down = _downward()
_LINEAGE = Statement(_upward())
_HEIGHT = Statement(sa.select(sa.func.max(_down.c.level)))
_BENEATH = Statement(sa.select(_down.c.id).where(_down.c.level > _ONE))
_CHILDREN = Statement(
    sa.select(tickets.c.id)
    .where(tickets.c.org_id == org(), tickets.c.parent_id == _id)
    .order_by(tickets.c.id)
)


async def find_lineage(db: Connection, org: int, id: int) -> list[int]:
    """The ticket, its parent, and so on up to the top."""
    return [row[0] for row in await db.rows(_LINEAGE, org=org, id=id)]


async def find_height(db: Connection, org: int, id: int) -> int:
    """How many levels the ticket and what is beneath it span; 1 for a leaf."""
    return int(await db.value(_HEIGHT, org=org, id=id) or 1)


async def find_children(db: Connection, org: int, id: int) -> list[int]:
    """The direct children."""
    return [row[0] for row in await db.rows(_CHILDREN, org=org, id=id)]


async def find_beneath(db: Connection, org: int, id: int) -> list[int]:
    """Everything below the ticket, at every depth."""
    return [row[0] for row in await db.rows(_BENEATH, org=org, id=id)]


def _depths(dialect: str) -> sa.Select[Any]:
    up = (
        sa.select(tickets.c.id.label("start"), tickets.c.id, tickets.c.parent_id)
        .where(tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect))
        .cte("up", recursive=True)
    )
    parent = tickets.alias()
    up = up.union(
        sa.select(up.c.start, parent.c.id, parent.c.parent_id).where(
            parent.c.org_id == org(), parent.c.id == up.c.parent_id
        )
    )
    return sa.select(up.c.start, sa.func.count()).group_by(up.c.start)


def _subtrees(dialect: str) -> sa.Select[Any]:
    down = (
        sa.select(tickets.c.id, tickets.c.parent_id)
        .where(tickets.c.org_id == org(), among(tickets.c.parent_id, "ids", sa.Integer(), dialect))
        .cte("down", recursive=True)
    )
    child = tickets.alias()
    down = down.union(
        sa.select(child.c.id, child.c.parent_id).where(
            child.c.org_id == org(), child.c.parent_id == down.c.id
        )
    )
    return sa.select(down.c.id, down.c.parent_id)


_DEPTHS = Statement(_depths)
_SUBTREES = Statement(_subtrees)


async def find_depths(db: Connection, org: int, ids: Collection[int]) -> dict[int, int]:
    """How many levels each of the tickets is from the top; 1 for one without a parent."""
    return dict(await db.rows(_DEPTHS, org=org, ids=tuple(ids))) if ids else {}


async def find_subtrees(db: Connection, org: int, ids: Collection[int]) -> list[tuple[int, int]]:
    """Everything below any of the tickets, at every depth, each with its parent."""
    return await db.rows(_SUBTREES, org=org, ids=tuple(ids)) if ids else []


_SLUGS = Statement(
    lambda dialect: (
        sa.select(tickets.c.id, tickets.c.version, tickets.c.slug)
        .where(tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect))
        .order_by(tickets.c.id)
        .with_for_update(key_share=True)
    )
)


async def find_versions(
    db: Connection, org: int, ids: Collection[int]
) -> list[tuple[int, int, str]]:
    """Id, version and slug of the tickets, which are locked in the order of their ids."""
    return await db.rows(_SLUGS, org=org, ids=tuple(ids)) if ids else []


_MOVE = Statement(
    lambda dialect: (
        sa.update(tickets)
        .where(tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect))
        .values(
            parent_id=sa.bindparam("parent", type_=sa.Integer),
            version=tickets.c.version + _ONE,
            updated_at=sa.bindparam("at", type_=tickets.c.updated_at.type),
        )
    )
)


async def change_parent(
    db: Connection,
    org: int,
    actor: Actor,
    at: dt.datetime,
    children: Collection[tuple[int, int, str]],
    before: str,
    after: tuple[int, str] | None,
) -> None:
    """Hang children, as find_versions() gave them, from the ticket with slug `before` elsewhere."""
    if not children:
        return
    parent, slug = after or (None, None)
    change = FieldChange(TicketField.PARENT, before, slug)
    await db.run(_MOVE, org=org, ids=tuple(child for child, *_ in children), parent=parent, at=at)
    await events.add_events(
        db,
        org,
        actor,
        at,
        [
            events.Event(child, version + 1, its_slug, ChangeKind.UPDATED, (change,))
            for child, version, its_slug in children
        ],
    )
