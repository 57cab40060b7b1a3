"""The parameters that many statements share: the organization, and lists bound as one value."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.operators import custom_op

from gql_tickets.store.types import ListOf

PLUS = custom_op[Any]("+")
"""A sign before a column that keeps SQLite from any index on it."""


def org() -> sa.BindParameter[int]:
    """The organization, in every statement."""
    return sa.bindparam("org", type_=sa.Integer)


def among(
    column: sa.ColumnElement[Any], bind: str, kind: sa.types.TypeEngine[Any], dialect: str
) -> sa.ColumnElement[bool]:
    """Whether the column's value is in the list bound as one parameter."""
    values = sa.bindparam(bind, type_=ListOf(kind))
    if dialect == "postgresql":
        return column == sa.any_(values)
    return column.in_(sa.select(sa.func.json_each(values).table_valued("value").c.value))
