"""Tests of what a ticket refers to, and of what refers to it: people, repositories, parents, children."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gql_tickets.store.parameters import among, org
from gql_tickets.store.tables import tickets, users

Clause = sa.ColumnElement[bool]

_ONE = sa.literal_column("1", sa.Integer)
_NAMES = {"assignee_id": users.c.username, "creator_id": users.c.username}


def named_is(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, __: str) -> Clause:
    """Whether the column refers to what has this name."""
    return sa.type_coerce(column == _called(column, bind).scalar_subquery(), sa.Boolean)


def named_in(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, dialect: str) -> Clause:
    """Whether the column refers to what has one of these names."""
    ids, name = _named(column)
    return sa.type_coerce(column.in_(ids.where(among(name, bind, sa.Text(), dialect))), sa.Boolean)


def parental(_: sa.ColumnElement[Any], source: sa.FromClause, __: str, ___: str) -> Clause:
    """Whether any ticket has this one for its parent."""
    child = tickets.alias()
    select = sa.select(_ONE).where(child.c.org_id == org(), child.c.parent_id == source.c.id)
    return select.correlate(source).exists()


def beneath(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, __: str) -> Clause:
    """Whether the ticket hangs from the one with this id, at any depth."""
    return _descends(column, bind, sa.bindparam(bind, type_=sa.Integer))


def beneath_named(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, __: str) -> Clause:
    """Whether the ticket hangs from the one with this slug, at any depth."""
    return _descends(column, bind, _called(tickets.c.parent_id, bind).scalar_subquery())


def _descends(column: sa.ColumnElement[Any], bind: str, root: sa.ColumnElement[Any]) -> Clause:
    child, grandchild = tickets.alias(), tickets.alias()
    down = (
        sa.select(child.c.id)
        .where(child.c.org_id == org(), child.c.parent_id == root)
        .cte(f"beneath_{bind}", recursive=True)
    )
    # UNION, not UNION ALL: it ends even if there were a cycle.
    down = down.union(
        sa.select(grandchild.c.id).where(
            grandchild.c.org_id == org(), grandchild.c.parent_id == down.c.id
        )
    )
    return sa.type_coerce(column.in_(sa.select(down.c.id)), sa.Boolean)


def _called(column: sa.ColumnElement[Any], bind: str) -> sa.Select[Any]:
    ids, name = _named(column)
    return ids.where(name == sa.bindparam(bind, type_=sa.Text()))


def _named(column: sa.ColumnElement[Any]) -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    """The ids of what the column refers to, and the names that they are looked up by."""
    name = _NAMES.get(str(column.key), tickets.c.slug)
    target = name.table.alias()
    return sa.select(target.c.id).where(target.c.org_id == org()), target.c[name.name]
