"""Pages of lists that are sorted by one unique column: users, repositories, labels."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.paging import Page, PageRequest, read_cursor, write_cursor
from gql_tickets.errors import ValidationFailed
from gql_tickets.store.criteria import org
from gql_tickets.store.engine import Connection
from gql_tickets.store.paging import Window, cut
from gql_tickets.store.statements import Statement

R = TypeVar("R")


class Listing(Generic[R]):
    """The records of one table in the order of `by`, found by a piece of any `searched` column."""

    def __init__(
        self,
        record: type[R],
        columns: list[sa.Column[Any]],
        by: sa.Column[Any],
        searched: tuple[sa.Column[Any], ...],
    ) -> None:
        self._record = record
        self._columns = columns
        self._by = by
        self._searched = searched
        self._name = f"{by.table.name}.{by.name}"
        self._kind: type = by.type.python_type
        self._statements: dict[tuple[Window | None, bool], Statement] = {}

    async def page(
        self, db: Connection, org: int, page: PageRequest, containing: str | None = None
    ) -> Page[R]:
        """One page of the records that contain the text."""
        shape = Window(
            page.after is not None, page.before is not None, page.offset > 0, page.backward
        )
        values: dict[str, Any] = {"limit": page.size + 1}
        if page.after is not None:
            values["after"] = self._read(page.after, "after")
        if page.before is not None:
            values["before"] = self._read(page.before, "before")
        if page.offset:
            values["offset"] = page.offset
        if containing is not None:
            values["containing"] = containing
        statement = self._statement(shape, searching=containing is not None)
        rows = await db.records(statement, self._record, org=org, **values)
        return cut(rows, page, self._cursors)

    async def count(self, db: Connection, org: int, containing: str | None = None) -> int:
        """How many records contain the text."""
        values = {} if containing is None else {"containing": containing}
        statement = self._statement(None, searching=containing is not None)
        return int(await db.value(statement, org=org, **values) or 0)

    def _read(self, cursor: str, path: str) -> int | str:
        (value,) = read_cursor(cursor, self._name, (self._kind,), path)
        if isinstance(value, int) and not 0 <= value <= INT32_MAX:
            raise ValidationFailed.of(path, "This cursor is not one of ours.")
        return value

    def _cursors(self, items: list[R]) -> list[str]:
        return [write_cursor(self._name, (getattr(item, self._by.name),)) for item in items]

    def _statement(self, shape: Window | None, *, searching: bool) -> Statement:
        """Of a page, or without a shape of the count."""
        key = (shape, searching)
        if key not in self._statements:

            def build(dialect: str) -> sa.Select[Any]:
                columns = [sa.func.count()] if shape is None else self._columns
                table = self._by.table
                select = sa.select(*columns).select_from(table).where(table.c.org_id == org())
                if searching:
                    select = select.where(self._contains(dialect))
                return select if shape is None else self._windowed(select, shape, dialect)

            self._statements[key] = Statement(build)
        return self._statements[key]

    def _contains(self, dialect: str) -> sa.ColumnElement[bool]:
        """Without regard to the case of ASCII letters, the only ones that SQLite can fold."""
        place = sa.func.strpos if dialect == "postgresql" else sa.func.instr
        wanted = _folded(sa.bindparam("containing", type_=sa.Text()), dialect)
        nowhere = sa.literal_column("0", sa.Integer)
        return sa.or_(
            *(place(_folded(column, dialect), wanted) > nowhere for column in self._searched)
        )

    def _windowed(self, select: sa.Select[Any], shape: Window, dialect: str) -> sa.Select[Any]:
        by = _bytewise(self._by, dialect)
        if shape.after:
            select = select.where(by > sa.bindparam("after", type_=self._by.type))
        if shape.before:
            select = select.where(by < sa.bindparam("before", type_=self._by.type))
        select = select.order_by(by.desc() if shape.backward else by.asc())
        select = select.limit(sa.bindparam("limit", type_=sa.Integer))
        return select.offset(sa.bindparam("offset", type_=sa.Integer)) if shape.offset else select


def _bytewise(column: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[Any]:
    """Text in the order that SQLite has, whatever the locale of the PostgreSQL database."""
    if dialect == "postgresql" and isinstance(column.type, sa.Text):
        return sa.collate(column, "C")
    return column


def _folded(text: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[str]:
    return sa.func.lower(_bytewise(text, dialect))
