"""Tests of labels: by an index into the array on PostgreSQL, by a table beside tickets on SQLite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from gql_tickets.store.parameters import among, org
from gql_tickets.store.tables import TEXT_ARRAY, ticket_labels
from gql_tickets.store.types import ListOf

Clause = sa.ColumnElement[bool]


def held(column: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str) -> Clause:
    """Whether the ticket carries the label."""
    name = sa.bindparam(bind, type_=sa.Text())
    if dialect == "postgresql":
        # The cast: a list of varchar has no operator in common with text[].
        holds: Clause = _carrying(column).contains(sa.cast(postgresql.array([name]), TEXT_ARRAY))
        return holds
    return source.c.id.in_(_holders(lambda held: held.c.name == name))


def held_any(
    column: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str
) -> Clause:
    """Whether it carries at least one of the labels."""
    if dialect == "postgresql":
        holds: Clause = _carrying(column).overlap(_names(bind))
        return holds
    return source.c.id.in_(_holders(lambda held: among(held.c.name, bind, sa.Text(), dialect)))


def held_all(
    column: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str
) -> Clause:
    """Whether it carries every one of the labels."""
    if dialect == "postgresql":
        holds: Clause = _carrying(column).contains(_names(bind))
        return holds
    # Driven from the rarest label: the others are looked up for the tickets that carry that one.
    wanted = sa.func.json_each(_names(bind)).table_valued("value").alias()
    carried = ticket_labels.alias()
    tally = (
        sa.select(sa.func.count())
        .select_from(carried)
        .where(carried.c.org_id == org(), carried.c.name == wanted.c.value)
        .scalar_subquery()
    )
    rarest = (
        sa.select(wanted.c.value).order_by(tally).limit(sa.literal_column("1")).scalar_subquery()
    )
    other = sa.func.json_each(_names(bind)).table_valued("value").alias()
    also = ticket_labels.alias()
    carries_other = (
        sa.select(sa.literal_column("1"))
        .where(
            also.c.org_id == org(), also.c.name == other.c.value, also.c.ticket_id == source.c.id
        )
        .correlate(other, source)
        .exists()
    )
    missing: sa.Select[Any] = (
        sa.select(sa.literal_column("1")).select_from(other).where(~carries_other).correlate(source)
    )
    return source.c.id.in_(_holders(lambda held: held.c.name == rarest)) & ~missing.exists()


def bare(column: sa.ColumnElement[Any], _: sa.FromClause, __: str, dialect: str) -> Clause:
    """Whether it carries none at all."""
    if dialect == "postgresql":
        return sa.type_coerce(sa.func.cardinality(column) == sa.literal_column("0"), sa.Boolean)
    return sa.type_coerce(column == sa.literal_column("'[]'"), sa.Boolean)


def _carrying(column: sa.ColumnElement[Any]) -> Any:
    """The labels as the array that they are on PostgreSQL, with its operators."""
    return sa.type_coerce(column, TEXT_ARRAY)


def _holders(chosen: Callable[[sa.FromClause], Clause]) -> sa.Select[Any]:
    held = ticket_labels.alias()
    return sa.select(held.c.ticket_id).where(held.c.org_id == org(), chosen(held))


def _names(bind: str) -> sa.BindParameter[Any]:
    return sa.bindparam(bind, type_=ListOf(sa.Text()))
