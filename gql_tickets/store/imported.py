"""What an import asks and writes beyond what other writes do: many rows by one statement each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from gql_tickets.domain.directory import Repository, User
from gql_tickets.domain.history import Comment
from gql_tickets.domain.transfer import Counters
from gql_tickets.store.engine import Connection
from gql_tickets.store.named import fresh_id, inserting
from gql_tickets.store.parameters import among, org
from gql_tickets.store.rows import Columns, given_rows
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import (
    comments,
    external_ids,
    labels,
    organizations,
    repositories,
    ticket_events,
    tickets,
    users,
)

Rows = Sequence[Mapping[str, Any]]


class Known(NamedTuple):
    """A ticket that is there."""

    id: int
    slug: str
    created_at: dt.datetime


_KNOWN = [tickets.c[name] for name in Known._fields]
_KNOWN_BY_SLUGS = Statement(
    lambda dialect: sa.select(*_KNOWN).where(
        tickets.c.org_id == org(), among(tickets.c.slug, "slugs", sa.Text(), dialect)
    )
)
_KNOWN_BY_IDS = Statement(
    lambda dialect: sa.select(*_KNOWN).where(
        tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect)
    )
)
_KNOWN_BY_NUMBERS = Statement(
    lambda dialect: sa.select(tickets.c.number, tickets.c.slug).where(
        tickets.c.org_id == org(), among(tickets.c.number, "numbers", sa.Integer(), dialect)
    )
)
_EXTERNAL = Statement(
    lambda dialect: sa.select(external_ids.c.external_id, external_ids.c.ticket_id).where(
        external_ids.c.org_id == org(),
        external_ids.c.source == sa.bindparam("source", type_=sa.Text()),
        among(external_ids.c.external_id, "names", sa.Text(), dialect),
    )
)
_LAST_VERSIONS = Statement(
    lambda dialect: (
        sa.select(ticket_events.c.ticket_id, sa.func.max(ticket_events.c.version))
        .where(
            ticket_events.c.org_id == org(),
            among(ticket_events.c.ticket_id, "ids", sa.Integer(), dialect),
        )
        .group_by(ticket_events.c.ticket_id)
    )
)
_PARENTS = Statement(
    sa.select(tickets.c.id, tickets.c.parent_id).where(
        tickets.c.org_id == org(), tickets.c.parent_id.is_not(None)
    )
)
_USERS = Statement(
    sa.select(*(users.c[name] for name in User.__struct_fields__)).where(users.c.org_id == org())
)
_REPOSITORIES = Statement(
    sa.select(*(repositories.c[name] for name in Repository.__struct_fields__)).where(
        repositories.c.org_id == org()
    )
)


async def find_known_by_slugs(db: Connection, org: int, slugs: Collection[str]) -> list[Known]:
    """Those of the tickets that there are."""
    return await db.records(_KNOWN_BY_SLUGS, Known, org=org, slugs=tuple(slugs))


async def find_known(db: Connection, org: int, ids: Collection[int]) -> list[Known]:
    """Those of the tickets that there are."""
    return await db.records(_KNOWN_BY_IDS, Known, org=org, ids=tuple(ids))


async def find_numbered(db: Connection, org: int, numbers: Collection[int]) -> dict[int, str]:
    """The slugs of the tickets that have one of these numbers."""
    return dict(await db.rows(_KNOWN_BY_NUMBERS, org=org, numbers=tuple(numbers)))


async def find_external(
    db: Connection, org: int, source: str, names: Collection[str]
) -> dict[str, int]:
    """The ids of the tickets that the source calls so."""
    return dict(await db.rows(_EXTERNAL, org=org, source=source, names=tuple(names)))


async def find_last_versions(db: Connection, org: int, ids: Collection[int]) -> dict[int, int]:
    """The version of the last event of each of the tickets, which may be deleted by now."""
    return dict(await db.rows(_LAST_VERSIONS, org=org, ids=tuple(ids)))


async def find_parents(db: Connection, org: int) -> dict[int, int]:
    """The whole forest: the parent of each ticket that has one."""
    return dict(await db.rows(_PARENTS, org=org))


async def find_all_users(db: Connection, org: int) -> list[User]:
    """The directory."""
    return await db.records(_USERS, User, org=org)


async def find_all_repositories(db: Connection, org: int) -> list[Repository]:
    """Every repository."""
    return await db.records(_REPOSITORIES, Repository, org=org)


_COUNTED = {
    "ticket_id": organizations.c.last_ticket_id,
    "number": organizations.c.last_ticket_number,
    "comment_id": organizations.c.last_comment_id,
}


def _raise(dialect: str) -> sa.Executable:
    greatest = sa.func.greatest if dialect == "postgresql" else sa.func.max

    def raised(name: str, column: sa.Column[int]) -> sa.ColumnElement[int]:
        floor, more = (
            sa.bindparam(f"{each}_{name}", type_=sa.Integer) for each in ("floor", "more")
        )
        higher: sa.ColumnElement[int] = greatest(column, floor, type_=sa.Integer)
        return higher + more

    return (
        sa.update(organizations)
        .where(organizations.c.id == org())
        .values({column: raised(name, column) for name, column in _COUNTED.items()})
        .returning(*_COUNTED.values(), organizations.c.ticket_prefix)
    )


_RAISE = Statement(_raise)


async def raise_counters(
    db: Connection, org: int, floor: Counters, more: Counters
) -> tuple[Counters, str]:
    """Raise the counters to a floor and then by so many, and lock them; gives them, and the prefix."""
    values = {
        f"{name}_{counter}": getattr(counters, counter)
        for name, counters in (("floor", floor), ("more", more))
        for counter in _COUNTED
    }
    row = await db.row(_RAISE, org=org, **values)
    if row is None:
        raise LookupError("the organization is gone")
    return Counters(*row[:-1]), row[-1]


def _inserting(table: sa.Table, names: Sequence[str]) -> Statement:
    columns: Columns = {name: table.c[name].type for name in names}

    def build(dialect: str) -> sa.Executable:
        rows = given_rows(columns, dialect)
        given = sa.select(org(), *(rows.c[name] for name in columns)).select_from(rows)
        return sa.insert(table).from_select(["org_id", *columns], given)

    return Statement(build)


_ADD_EXTERNAL = _inserting(external_ids, ("source", "external_id", "ticket_id"))
_ADD_COMMENTS = _inserting(
    comments, [name for name in Comment.__struct_fields__ if name != "org_id"]
)


async def add_external_ids(db: Connection, org: int, rows: Rows) -> None:
    """Say what tickets are called elsewhere: `source`, `external_id` and `ticket_id` of each."""
    if rows:
        await db.run(_ADD_EXTERNAL, org=org, rows=rows)


async def add_comments(db: Connection, org: int, rows: Rows) -> None:
    """Store comments that have all their columns; their tickets' documents are made by the caller."""
    if rows:
        await db.run(_ADD_COMMENTS, org=org, rows=rows)


_BODIES = {name: comments.c[name].type for name in ("id", "body", "version")}


def _change_comments(dialect: str) -> sa.Executable:
    rows = given_rows(_BODIES, dialect)
    return (
        sa.update(comments)
        .where(comments.c.org_id == org(), comments.c.id == rows.c.id)
        .values(
            body=rows.c.body,
            version=rows.c.version,
            updated_at=sa.bindparam("at", type_=comments.c.updated_at.type),
        )
    )


_CHANGE_COMMENTS = Statement(_change_comments)


async def change_comments(db: Connection, org: int, at: dt.datetime, rows: Rows) -> None:
    """Write `body` and `version` of comments; as add_comments()."""
    if rows:
        await db.run(_CHANGE_COMMENTS, org=org, at=at, rows=rows)


_LABEL = {name: labels.c[name].type for name in ("name", "color", "description")}


def _put_labels(dialect: str) -> sa.Executable:
    rows = given_rows(_LABEL, dialect)
    # SQLite takes ON CONFLICT after a select only if that has a WHERE.
    given = sa.select(org(), fresh_id(dialect), *(rows.c[name] for name in _LABEL)).where(sa.true())
    insert = inserting(dialect).from_select(["org_id", "id", *_LABEL], given)
    changed = {name: insert.excluded[name] for name in ("color", "description")}
    return insert.on_conflict_do_update(
        index_elements=[labels.c.org_id, labels.c.name], set_=changed
    )


_PUT_LABELS = Statement(_put_labels)


async def put_labels(db: Connection, org: int, rows: Rows) -> None:
    """Add labels, and write over the color and description of those that are there."""
    if rows:
        await db.run(_PUT_LABELS, org=org, rows=rows)
