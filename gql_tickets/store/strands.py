"""Strands: what hangs from tickets, in the order of one integer. Pages of many tickets, one statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression

from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.paging import Page, PageRequest, read_cursor, write_cursor
from gql_tickets.errors import ValidationFailed
from gql_tickets.store.engine import Connection
from gql_tickets.store.paging import Window, cut
from gql_tickets.store.parameters import PLUS, among, org
from gql_tickets.store.rows import given_values
from gql_tickets.store.statements import Statement

Clause = sa.ColumnElement[bool]
Narrowing = Callable[[sa.FromClause, str], Clause]


class Hanging(Protocol):
    """A record that hangs from a ticket."""

    @property
    def ticket_id(self) -> int:
        """The ticket."""


R = TypeVar("R", bound=Hanging)


class Strand(Generic[R]):
    """The rows of one table that hang from a ticket, by `by`, which is unique within the ticket.

    `narrowing` is a condition on the rows, for callers that give it values.
    """

    def __init__(
        self,
        record: Callable[..., R],
        columns: list[sa.Column[Any]],
        by: sa.Column[Any],
        *,
        descending: bool = False,
        narrowing: Narrowing | None = None,
    ) -> None:
        self._record = record
        self._columns = columns
        self._by = by
        self._descending = descending
        self._narrowing = narrowing
        self._name = f"{by.table.name}.{'-' if descending else ''}{by.name}"
        self._pages: dict[tuple[Window, bool], Statement] = {}
        self._counts: dict[bool, Statement] = {}

    async def pages(
        self, db: Connection, org: int, ids: Sequence[int], page: PageRequest, **narrowed: Any
    ) -> list[Page[R]]:
        """The same page of each of the tickets, in the order of the ids."""
        shape = Window(page.after is not None, page.before is not None, False, page.backward)
        values: dict[str, Any] = {"limit": page.size + 1, **narrowed}
        if page.after is not None:
            values["after"] = self._read(page.after, "after")
        if page.before is not None:
            values["before"] = self._read(page.before, "before")
        key = (shape, bool(narrowed))
        if key not in self._pages:
            self._pages[key] = self._page_statement(*key)
        members: dict[int, list[R]] = {id: [] for id in ids}
        rows = await db.records(
            self._pages[key], self._record, org=org, tickets=tuple(members), **values
        )
        for row in rows:
            members[row.ticket_id].append(row)
        pages = {id: cut(found, page, self._cursors) for id, found in members.items()}
        return [pages[id] for id in ids]

    async def counts(
        self, db: Connection, org: int, ids: Sequence[int], **narrowed: Any
    ) -> list[int]:
        """How many rows hang from each of the tickets, in the order of the ids."""
        key = bool(narrowed)
        if key not in self._counts:
            self._counts[key] = self._count_statement(narrowed=key)
        rows = await db.rows(self._counts[key], org=org, tickets=tuple(set(ids)), **narrowed)
        found: dict[int, int] = dict(rows)
        return [found.get(id, 0) for id in ids]

    def _page_statement(self, shape: Window, narrowed: bool) -> Statement:
        falling = self._descending != shape.backward

        def build(dialect: str) -> sa.Select[Any]:
            table = self._by.table
            inner = table.alias("inner_rows")
            each, ticket = given_values(sa.Integer(), dialect, "tickets")
            members = self._bounded(inner, shape, dialect, narrowed=narrowed).where(
                inner.c.ticket_id == ticket
            )
            members = members.correlate(each).limit(sa.bindparam("limit", type_=sa.Integer))
            rows: sa.FromClause
            if dialect == "postgresql":
                rows = members.lateral("hanging")
                source = each.join(rows, sa.true())
            else:
                rows = table
                source = each.join(
                    rows,
                    sa.and_(
                        rows.c.org_id == org(),
                        rows.c.ticket_id == ticket,
                        rows.c[self._by.name].in_(
                            members.with_only_columns(inner.c[self._by.name])
                        ),
                    ),
                )
            by: sa.ColumnElement[Any] = rows.c[self._by.name]
            if dialect == "sqlite":
                # Else it walks all the rows of the organization for the sake of their order.
                by = UnaryExpression(by, operator=PLUS)
            columns = [rows.c[column.name] for column in self._columns]
            select = sa.select(*columns).select_from(source)
            return select.order_by(by.desc() if falling else by.asc())

        return Statement(build)

    def _bounded(
        self, inner: sa.FromClause, shape: Window, dialect: str, *, narrowed: bool
    ) -> sa.Select[Any]:
        """Rows of the page, before they are cut to its size."""
        by, kind = inner.c[self._by.name], self._by.type
        select = sa.select(inner).where(inner.c.org_id == org())
        if shape.after:
            bound = sa.bindparam("after", type_=kind)
            select = select.where(by < bound if self._descending else by > bound)
        if shape.before:
            bound = sa.bindparam("before", type_=kind)
            select = select.where(by > bound if self._descending else by < bound)
        if narrowed and self._narrowing is not None:
            select = select.where(self._narrowing(inner, dialect))
        return select.order_by(by.desc() if self._descending != shape.backward else by.asc())

    def _count_statement(self, *, narrowed: bool) -> Statement:
        table = self._by.table

        def build(dialect: str) -> sa.Select[Any]:
            select = sa.select(table.c.ticket_id, sa.func.count()).where(
                table.c.org_id == org(),
                among(table.c.ticket_id, "tickets", sa.Integer(), dialect),
            )
            if narrowed and self._narrowing is not None:
                select = select.where(self._narrowing(table, dialect))
            return select.group_by(table.c.ticket_id)

        return Statement(build)

    def _read(self, cursor: str, path: str) -> int:
        (value,) = read_cursor(cursor, self._name, (int,), path)
        if not isinstance(value, int) or not 0 <= value <= INT32_MAX:
            raise ValidationFailed.of(path, "This cursor is not one of ours.")
        return value

    def _cursors(self, items: list[R]) -> list[str]:
        return [write_cursor(self._name, (getattr(item, self._by.name),)) for item in items]
