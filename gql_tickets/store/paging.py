"""Sorting and keyset pages of tickets: what a page asks for, as SQL and as cursors.

A sort key is an expression that is never null, so that the comparison of keys need not know: for a
column that can be, what is unset is given a value below all others.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, overload

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression

from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.paging import (
    CursorKey,
    Order,
    OrderField,
    Page,
    PageRequest,
    read_cursor,
    write_cursor,
)
from gql_tickets.domain.search import Query, rank
from gql_tickets.domain.tickets import Ticket, TicketPriority, TicketStatus
from gql_tickets.errors import ValidationFailed
from gql_tickets.store import search
from gql_tickets.store.columns import IDENTITY
from gql_tickets.store.parameters import PLUS
from gql_tickets.store.tables import NEVER
from gql_tickets.store.types import instant, microseconds

R = TypeVar("R")


class Key(NamedTuple):
    """One sort key: how SQL computes it, and how a cursor carries it.

    `bound` raises OverflowError or IndexError for what no ticket can have. A `coarse` key is alike
    for many tickets.
    """

    name: str
    expression: Callable[[sa.FromClause, str], sa.ColumnElement[Any]]
    of: Callable[[Ticket, Query], int | str]
    bound: Callable[[Any], Any]
    kind: type = int
    unique: bool = False
    coarse: bool = False


class Window(NamedTuple):
    """The shape of a page: which of its bounds are given, and from which end it counts."""

    after: bool
    before: bool
    offset: bool
    backward: bool


def _int32(value: int) -> int:
    if not 0 <= value <= INT32_MAX:
        raise OverflowError(value)
    return value


def _column(name: str) -> Callable[[sa.FromClause, str], sa.ColumnElement[Any]]:
    return lambda source, _: source.c[name]


def _timed(name: str) -> Key:
    return Key(name, _column(name), lambda it, _: microseconds(getattr(it, name)), instant)


def _ranked(name: str, members: type[enum.Enum]) -> Key:
    places = {member: place for place, member in enumerate(members)}

    def bound(value: int) -> enum.Enum:
        return tuple(members)[_int32(value)]

    return Key(name, _column(name), lambda it, _: places[getattr(it, name)], bound, coarse=True)


def _text(name: str) -> Key:
    return Key(name, _column(name), lambda it, _: getattr(it, name), str, str)


_ID = Key("id", _column("id"), lambda it, _: it.id, _int32, unique=True)
_CREATED_AT = _timed("created_at")
_KEYS: dict[OrderField, Key] = {
    OrderField.CREATED_AT: _CREATED_AT,
    OrderField.UPDATED_AT: _timed("updated_at"),
    OrderField.COMPLETED_AT: Key(
        "completed_at",
        _column("completed_or_never"),
        lambda it, _: microseconds(it.completed_at or NEVER),
        instant,
    ),
    OrderField.PRIORITY: _ranked("priority", TicketPriority),
    OrderField.STATUS: _ranked("status", TicketStatus),
    OrderField.TITLE: _text("title"),
    OrderField.NUMBER: Key(
        "number", _column("number"), lambda it, _: it.number, _int32, unique=True
    ),
    OrderField.RELEVANCE: Key(
        "relevance", search.relevance, lambda it, query: rank(query, it.title), _int32
    ),
    OrderField.POSITION: _text("position"),
}


class Sorting:
    """A total order of tickets; compared by identity, since sorting() gives one for each order."""

    __slots__ = ("keys", "name", "reads")

    def __init__(self, keys: tuple[tuple[Key, bool], ...]) -> None:
        self.keys = keys
        self.name = ",".join(f"{'-' if descending else ''}{key.name}" for key, descending in keys)
        # Relevance is told from the title.
        self.reads = (
            frozenset("title" if key.name == "relevance" else key.name for key, _ in keys)
            | IDENTITY
        )

    def columns(
        self, source: sa.FromClause, dialect: str, *, backward: bool, unindexed: bool = False
    ) -> list[sa.ColumnElement[Any]]:
        """ORDER BY; backward lists are read from their end.

        `unindexed` keeps SQLite from walking an index for the sake of this order: it does so
        gladly, and then looks at every ticket for a few that something else would have found. The
        last key, which no index holds and which decides nothing, keeps it from walking another
        because all it needs is there.
        """
        keys = [(key.expression(source, dialect), descending) for key, descending in self.keys]
        if unindexed:
            keys = [(UnaryExpression(each, operator=PLUS), falling) for each, falling in keys]
            keys.append((source.c.version, False))
        return [each.desc() if falling != backward else each.asc() for each, falling in keys]

    def beyond(
        self, source: sa.FromClause, dialect: str, prefix: str, *, backward: bool
    ) -> sa.ColumnElement[bool]:
        """Whether a row lies past the cursor bound as `prefix0`, `prefix1`, …"""
        sides = [
            (
                expression := key.expression(source, dialect),
                _bind(f"{prefix}{i}", expression),
                descending != backward,
            )
            for i, (key, descending) in enumerate(self.keys)
        ]
        if len({falling for *_, falling in sides}) == 1:
            # One direction: a row comparison, which both databases answer from the index.
            here = sa.tuple_(*(expression for expression, *_ in sides))
            there = sa.tuple_(*(bind for _, bind, _ in sides))
            return here < there if sides[0][2] else here > there
        past: sa.ColumnElement[bool] | None = None
        for expression, bind, falling in reversed(sides):
            step = expression < bind if falling else expression > bind
            past = step if past is None else sa.or_(step, sa.and_(expression == bind, past))
        expression, bind, falling = sides[0]
        # Implied by the rest; it is what an index can be entered by.
        entry = expression <= bind if falling else expression >= bind
        return sa.and_(entry, past) if past is not None else entry

    def cursor(self, ticket: Ticket, query: Query) -> str:
        """The opaque cursor of a ticket in this order."""
        return write_cursor(self.name, tuple(key.of(ticket, query) for key, _ in self.keys))

    def bounds(self, prefix: str, cursor: str, path: str) -> dict[str, Any]:
        """The parameters of beyond(). Raises ValidationFailed for a cursor that is not ours."""
        kinds = [key.kind for key, _ in self.keys]
        values: CursorKey = read_cursor(cursor, self.name, kinds, path)
        try:
            return {
                f"{prefix}{i}": key.bound(value)
                for i, ((key, _), value) in enumerate(zip(self.keys, values, strict=True))
            }
        except (OverflowError, IndexError) as error:
            raise ValidationFailed.of(path, "This cursor is not one of ours.") from error


class Cursors(Sequence[str]):
    """The cursors of a page, each written when it is asked for: most are not."""

    __slots__ = ("_items", "_query", "_sorting")

    def __init__(self, sorting: Sorting, items: Sequence[Ticket], query: Query) -> None:
        self._sorting = sorting
        self._items = items
        self._query = query

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[str]:
        return (self._sorting.cursor(item, self._query) for item in self._items)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return Cursors(self._sorting, self._items[index], self._query)
        return self._sorting.cursor(self._items[index], self._query)


@lru_cache(maxsize=1_024)
def sorting(order: tuple[Order, ...]) -> Sorting:
    """The total order that a caller asked for: no key twice, nothing after one that is unique."""
    keys: dict[str, tuple[Key, bool]] = {}
    descending = True
    for wanted in order:
        key, descending = _KEYS[wanted.field], wanted.descending
        keys.setdefault(key.name, (key, descending))
        if key.unique:
            return Sorting(tuple(keys.values()))
    if keys and all(key.coarse for key, _ in keys.values()):
        # So that one index serves "by priority" and "by priority, the newest first" alike.
        keys[_CREATED_AT.name] = (_CREATED_AT, descending)
    keys[_ID.name] = (_ID, descending)
    return Sorting(tuple(keys.values()))


def window(page: PageRequest, order: Sorting) -> tuple[Window, dict[str, Any]]:
    """The shape of a page, and the values that go with it; `limit` is one more than asked for."""
    values: dict[str, Any] = {"limit": page.size + 1}
    if page.after is not None:
        values |= order.bounds("after_", page.after, "after")
    if page.before is not None:
        values |= order.bounds("before_", page.before, "before")
    if page.offset:
        values["offset"] = page.offset
    return (
        Window(page.after is not None, page.before is not None, bool(page.offset), page.backward),
        values,
    )


def windowed(
    select: sa.Select[Any],
    source: sa.FromClause,
    order: Sorting,
    shape: Window,
    dialect: str,
    *,
    unindexed: bool = False,
) -> sa.Select[Any]:
    """The select, sorted and cut to the page; `unindexed` as in Sorting.columns()."""
    if shape.after:
        select = select.where(order.beyond(source, dialect, "after_", backward=False))
    if shape.before:
        select = select.where(order.beyond(source, dialect, "before_", backward=True))
    select = select.order_by(
        *order.columns(source, dialect, backward=shape.backward, unindexed=unindexed)
    )
    select = select.limit(sa.bindparam("limit", type_=sa.Integer))
    return select.offset(sa.bindparam("offset", type_=sa.BigInteger)) if shape.offset else select


def page_of(rows: list[Ticket], page: PageRequest, order: Sorting, query: Query) -> Page[Ticket]:
    """The page, out of tickets in the order they were read, of which there may be one too many."""
    return cut(rows, page, lambda items: Cursors(order, items, query))


def cut(
    rows: list[R], page: PageRequest, cursors_of: Callable[[list[R]], Sequence[str]]
) -> Page[R]:
    """The page, out of rows in the order they were read, of which there may be one too many."""
    more = len(rows) > page.size
    items = rows[: page.size]
    if page.backward:
        items.reverse()
    return Page(
        items,
        cursors_of(items),
        has_next=page.before is not None if page.backward else more,
        has_previous=more if page.backward else page.after is not None or page.offset > 0,
    )


def _bind(name: str, expression: sa.ColumnElement[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=expression.type)
