"""Organizations, and their users and repositories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gql_tickets.domain.directory import Organization, Repository, User
from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.store.criteria import among, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.lists import Listing
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import organizations, repositories, users

Row = Mapping[str, Any]
"""The id, and those of the other columns that are given."""

_ORGANIZATION = [organizations.c[name] for name in Organization.__struct_fields__]
_USER = [users.c[name] for name in User.__struct_fields__]
_REPOSITORY = [repositories.c[name] for name in Repository.__struct_fields__]
_LISTED_MAX = sa.literal_column("10000", sa.Integer)

USERS = Listing(User, _USER, users.c.id, (users.c.username, users.c.name))
REPOSITORIES = Listing(Repository, _REPOSITORY, repositories.c.id, (repositories.c.name,))

_slug = sa.bindparam("slug", type_=sa.Text())
_id = sa.bindparam("id", type_=sa.Integer())
_FIND_ORGANIZATION = Statement(sa.select(*_ORGANIZATION).where(organizations.c.slug == _slug))
_GET_ORGANIZATION = Statement(sa.select(*_ORGANIZATION).where(organizations.c.id == org()))
_ALL_ORGANIZATIONS = Statement(
    sa.select(*_ORGANIZATION).order_by(organizations.c.id).limit(_LISTED_MAX)
)
_ADD_ORGANIZATION = Statement(
    sa.insert(organizations)
    .values(
        {
            name: sa.bindparam(f"new_{name}", type_=organizations.c[name].type)
            for name in Organization.__struct_fields__
            if name != "id"
        }
    )
    .returning(*_ORGANIZATION)
)
_LOCK_ORGANIZATION = Statement(
    sa.select(organizations.c.id).where(organizations.c.id == org()).with_for_update(key_share=True)
)


async def find_organization_by_slug(db: Connection, slug: str) -> Organization | None:
    """The tenant of that name."""
    return await db.record(_FIND_ORGANIZATION, Organization, slug=slug)


async def find_organizations(db: Connection) -> list[Organization]:
    """Every tenant, the oldest first: for operators only."""
    return await db.records(_ALL_ORGANIZATIONS, Organization)


async def find_organization(db: Connection, org: int) -> Organization | None:
    """The tenant itself."""
    return await db.record(_GET_ORGANIZATION, Organization, org=org)


async def lock_organization(db: Connection, org: int) -> None:
    """Let no other transaction that asks for the same go on before this one ends."""
    await db.row(_LOCK_ORGANIZATION, org=org)


async def add_organization(
    db: Connection, *, slug: str, name: str, ticket_prefix: str, at: dt.datetime
) -> Organization:
    """A new tenant, without anything in it."""
    added = await db.record(
        _ADD_ORGANIZATION,
        Organization,
        new_slug=slug,
        new_name=name,
        new_ticket_prefix=ticket_prefix,
        new_created_at=at,
    )
    if added is None:
        raise LookupError("the database returned no row of the insert")
    return added


_USER_BY_ID = Statement(sa.select(*_USER).where(users.c.org_id == org(), users.c.id == _id))
_USER_BY_NAME = Statement(
    sa.select(*_USER).where(
        users.c.org_id == org(), users.c.username == sa.bindparam("username", type_=sa.Text())
    )
)
_USERS_BY_NAMES = Statement(
    lambda dialect: sa.select(*_USER).where(
        users.c.org_id == org(), among(users.c.username, "usernames", sa.Text(), dialect)
    )
)


async def find_user(
    db: Connection, org: int, *, id: int | None = None, username: str | None = None
) -> User | None:
    """The user with the id, or else the username; None for a reference that names neither."""
    if id is not None:
        known = 0 < id <= INT32_MAX
        return await db.record(_USER_BY_ID, User, org=org, id=id) if known else None
    if username is not None:
        return await db.record(_USER_BY_NAME, User, org=org, username=username)
    return None


async def find_users_named(db: Connection, org: int, usernames: Collection[str]) -> list[User]:
    """The users who have one of these usernames, in any order."""
    return await db.records(_USERS_BY_NAMES, User, org=org, usernames=tuple(usernames))


_REPOSITORY_BY_ID = Statement(
    sa.select(*_REPOSITORY).where(repositories.c.org_id == org(), repositories.c.id == _id)
)


async def find_repository(db: Connection, org: int, id: int) -> Repository | None:
    """The repository, or None."""
    if not 0 < id <= INT32_MAX:
        return None
    return await db.record(_REPOSITORY_BY_ID, Repository, org=org, id=id)


@lru_cache(maxsize=64)
def _upsert(table: sa.Table, given: frozenset[str]) -> Statement:
    """A new row, or the given columns of the one that is there."""

    def build(dialect: str) -> sa.Executable:
        names = sorted(given | {"id"})
        insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).values(
            org_id=org(),
            **{name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names},
        )
        key = [table.c.org_id, table.c.id]
        changed = {name: insert.excluded[name] for name in names if name != "id"}
        if not changed:
            return insert.on_conflict_do_nothing(index_elements=key)
        return insert.on_conflict_do_update(index_elements=key, set_=changed)

    return Statement(build)


async def add_users(db: Connection, org: int, rows: Sequence[Row]) -> None:
    """Add users, and change the given columns of those that are there."""
    await _add(db, org, users, rows)


async def add_repositories(db: Connection, org: int, rows: Sequence[Row]) -> None:
    """Add repositories, and change the given columns of those that are there."""
    await _add(db, org, repositories, rows)


async def _add(db: Connection, org: int, table: sa.Table, rows: Sequence[Row]) -> None:
    """One statement for each set of columns; by id, so that two writers do not wait crosswise."""
    by_shape: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: int(row["id"])):
        values = {f"new_{name}": value for name, value in row.items()}
        by_shape.setdefault(frozenset(row), []).append({"org": org, **values})
    for shape, parameters in by_shape.items():
        await db.run_many(_upsert(table, shape), parameters)
