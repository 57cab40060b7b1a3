"""Rows bound as one parameter: so a statement that writes many rows is one statement.

They travel as JSON, of which both databases make a table: its text does not change with the number
of rows, and it is compiled, prepared and sent once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from gql_tickets.store.types import ListOf, binder

Columns = Mapping[str, TypeEngine[Any]]


class RowsOf(TypeDecorator[Any]):
    """Mappings of these columns as one JSON text. No binary columns: JSON has no word for them."""

    impl = sa.Text
    cache_ok = False

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self.columns = columns

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """json where there is one."""
        return postgresql.JSON() if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Each value as its column stores it."""
        binders = {name: binder(kind, dialect) for name, kind in self.columns.items()}
        rows = [
            {name: row[name] if bind is None else bind(row[name]) for name, bind in binders.items()}
            for row in value
        ]
        return msgspec.json.encode(rows).decode()


def given_rows(columns: Columns, dialect: str, bind: str = "rows") -> sa.FromClause:
    """A table of the rows bound as `bind`: sequences of mappings, each with all the columns."""
    rows = sa.bindparam(bind, type_=RowsOf(columns))
    if dialect == "postgresql":
        shape = [sa.column(name, kind) for name, kind in columns.items()]
        table = sa.func.json_to_recordset(rows).table_valued(*shape)
        return table.render_derived(name="given", with_types=True)
    each = sa.func.json_each(rows).table_valued("value").alias("each_given")
    given = sa.select(
        *(
            sa.type_coerce(
                sa.func.json_extract(each.c.value, sa.literal_column(f"'$.{name}'")), kind
            ).label(name)
            for name, kind in columns.items()
        )
    ).cte("given")
    # Else SQLite reads the JSON again for every ticket that it compares with the rows.
    return given.prefix_with("MATERIALIZED", dialect="sqlite")


def given_values(
    kind: TypeEngine[Any], dialect: str, bind: str
) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
    """A table of the list that is bound as `bind`, in its order, and its one column."""
    values = sa.bindparam(bind, type_=ListOf(kind))
    each: sa.FromClause
    if dialect == "postgresql":
        each = sa.func.unnest(values).table_valued("value").render_derived(f"each_of_{bind}")
    else:
        each = sa.func.json_each(values).table_valued("value").alias(f"each_of_{bind}")
    return each, sa.type_coerce(each.c.value, kind)
