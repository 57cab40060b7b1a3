"""What kind of database this is, and the filling of an empty one. All of it stands above tenants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gql_tickets.store.criteria import org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import belongs_to, installation, metadata, organizations

_ONE = sa.literal_column("1", sa.Integer)

_IS_DEMO = Statement(sa.select(installation.c.is_demo))
_ANY_ORGANIZATION = Statement(sa.select(organizations.c.id).limit(_ONE))
_COUNTERS = Statement(
    sa.update(organizations)
    .where(organizations.c.id == org())
    .values(
        last_ticket_id=sa.bindparam("new_id", type_=sa.Integer),
        last_ticket_number=sa.bindparam("new_number", type_=sa.Integer),
    )
)


def _add(dialect: str) -> sa.Executable:
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(installation)
    return (
        insert.values(id=_ONE, is_demo=sa.bindparam("new_is_demo", type_=sa.Boolean))
        .on_conflict_do_nothing(index_elements=[installation.c.id])
        .returning(installation.c.id)
    )


_ADD = Statement(_add)


async def find_is_demo(db: Connection) -> bool | None:
    """Whether this is a demo; None while it is nothing yet."""
    is_demo: bool | None = await db.value(_IS_DEMO)
    return is_demo


async def add_installation(db: Connection, *, is_demo: bool) -> bool:
    """Say what this database is; False when it was said before.

    On PostgreSQL this waits for another transaction that is saying so, and sees how it ended.
    """
    return await db.row(_ADD, new_is_demo=is_demo) is not None


async def find_any_organization(db: Connection) -> bool:
    """Whether there is any tenant."""
    return await db.row(_ANY_ORGANIZATION) is not None


async def change_counters(db: Connection, org: int, *, id: int, number: int) -> None:
    """The last id and number that a ticket of the organization has had."""
    await db.run(_COUNTERS, org=org, new_id=id, new_number=number)


@lru_cache(maxsize=16)
def _insert(table: str, columns: tuple[str, ...]) -> Statement:
    target = metadata.tables[table]
    return Statement(
        sa.insert(target).values(
            org_id=org(),
            **{name: sa.bindparam(f"new_{name}", type_=target.c[name].type) for name in columns},
        )
    )


async def add_rows(db: Connection, org: int, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows of the organization at once, all with the same columns, into a table that is new to them.

    Does nothing for a table that this kind of database does not have.
    """
    if rows and belongs_to(metadata.tables[table], db.dialect):
        statement = _insert(table, tuple(rows[0]))
        await db.run_many(
            statement,
            [{"org": org, **{f"new_{name}": row[name] for name in row}} for row in rows],
        )
