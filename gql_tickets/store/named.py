"""Labels by their names: those that a ticket names and that are missing are created with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gql_tickets.domain.directory import LABEL_COLOR_DEFAULT
from gql_tickets.store.engine import Connection
from gql_tickets.store.parameters import org
from gql_tickets.store.rows import given_values
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import labels

_LOCK_SPACE: sa.ColumnClause[int] = sa.literal_column("7262", sa.Integer)  # beside that of trees.py
_ONE = sa.literal_column("1", sa.Integer)


def inserting(dialect: str) -> postgresql.Insert | sqlite.Insert:
    """An insert of labels that can say what becomes of conflicts."""
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(labels)


def fresh_id(dialect: str) -> sa.ColumnElement[str]:
    """16 hexadecimal digits, made where the row is, so that a list of names is all we send."""
    if dialect == "postgresql":
        return sa.literal_column("right(replace(gen_random_uuid()::text, '-', ''), 16)", sa.Text())
    return sa.literal_column("lower(hex(randomblob(8)))", sa.Text())


def adding_missing(dialect: str) -> sa.Insert:
    """A statement that creates those of the bound `names` that are not there, in `new_color`."""
    rows, name = given_values(sa.Text(), dialect, "names")
    # SQLite takes ON CONFLICT after a select only if that ends in a WHERE. On PostgreSQL it is the
    # lock that those who rename or drop labels wait for: it ends with the ticket's transaction.
    ready = _ONE == _ONE
    if dialect == "postgresql":
        lock = sa.func.pg_advisory_xact_lock_shared(_LOCK_SPACE, org())
        ready = sa.select(sa.cast(lock, sa.Text)).scalar_subquery().is_not(None)
    color = sa.bindparam("new_color", type_=sa.Text())
    return (
        inserting(dialect)
        .from_select(
            ["org_id", "name", "id", "color"],
            sa.select(org(), name, fresh_id(dialect), color).select_from(rows).where(ready),
        )
        .on_conflict_do_nothing(index_elements=[labels.c.org_id, labels.c.name])
    )


_ADD_MISSING = Statement(adding_missing)
_LOCK = Statement(sa.select(sa.cast(sa.func.pg_advisory_xact_lock(_LOCK_SPACE, org()), sa.Text)))

_SHARE = Statement(
    sa.select(sa.cast(sa.func.pg_advisory_xact_lock_shared(_LOCK_SPACE, org()), sa.Text))
)


def wanting(names: Iterable[str]) -> dict[str, Any]:
    """The parameters of adding_missing()."""
    return {"names": tuple(sorted(set(names))), "new_color": LABEL_COLOR_DEFAULT}


async def add_missing(db: Connection, org: int, names: Iterable[str]) -> None:
    """Create the labels that are not there yet, sorted so that two writers do not wait crosswise."""
    wanted = wanting(names)
    if wanted["names"]:
        await db.run(_ADD_MISSING, org=org, **wanted)


async def share_labels(db: Connection, org: int) -> None:
    """Keep out who renames or drops labels, before any ticket is locked; others may give them too."""
    if db.dialect == "postgresql":
        await db.run(_SHARE, org=org)


async def lock_labels(db: Connection, org: int) -> None:
    """Wait for writers that give labels to tickets, and keep out new ones. SQLite has one writer.

    Comes before any ticket is locked, as add_missing() does: so nobody waits crosswise.
    """
    if db.dialect == "postgresql":
        await db.run(_LOCK, org=org)
