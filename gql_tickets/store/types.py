"""Column types that mean the same on both databases, and how their values cross the driver."""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def microseconds(moment: dt.datetime) -> int:
    """An instant as SQLite stores it, and as cursors carry it: microseconds since 1970, UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def instant(value: int) -> dt.datetime:
    """The inverse of microseconds()."""
    return _EPOCH + dt.timedelta(microseconds=value)


class Instant(TypeDecorator[dt.datetime]):
    """A moment in UTC: timestamptz on PostgreSQL, integer microseconds on SQLite."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """timestamptz where there is one."""
        if dialect.name == "postgresql":
            return postgresql.TIMESTAMP(timezone=True)
        return sa.BigInteger()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """asyncpg takes datetimes as they are."""
        if value is None or dialect.name == "postgresql":
            return value
        return microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """asyncpg gives aware datetimes in UTC."""
        if value is None or dialect.name == "postgresql":
            return value
        return instant(value)


class Code(TypeDecorator[enum.Enum]):
    """An enum as its place in the order of definition, so that the database sorts as the enum does."""

    impl = sa.SmallInteger
    cache_ok = True

    def __init__(self, members: type[enum.Enum]) -> None:
        super().__init__()
        self.members = members
        self.by_code = tuple(members)
        self.by_member: dict[enum.Enum | None, int | None] = {None: None}
        self.by_member.update((member, code) for code, member in enumerate(members))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """The member's place."""
        return self.by_member[value]

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """The member at that place."""
        return None if value is None else self.by_code[value]


def _as_tuple(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


class TextList(TypeDecorator[tuple[str, ...]]):
    """Strings in order: text[] on PostgreSQL, a JSON array on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """text[] where there is one."""
        return postgresql.ARRAY(sa.Text()) if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """A list for asyncpg, JSON for SQLite."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return list(value)
        return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """A tuple either way."""
        if value is None or dialect.name == "postgresql":
            return _as_tuple(value)
        return tuple(json.loads(value))


class WordVector(TypeDecorator[str]):
    """Words and their places, in the text form of PostgreSQL's tsvector."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """tsvector where there is one."""
        return postgresql.TSVECTOR() if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Text is what the driver takes."""
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Text is what the driver gives."""
        return value


class ListOf(TypeDecorator[tuple[Any, ...]]):
    """A bound list of values of a column's type: one parameter however many values.

    So a statement's text does not change with the length of a list, and is compiled and prepared
    once: an array on PostgreSQL, JSON for json_each on SQLite.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there is one."""
        if dialect.name != "postgresql":
            return sa.Text()
        item = self.item
        plain = item.load_dialect_impl(dialect) if isinstance(item, TypeDecorator) else item
        return postgresql.ARRAY(plain)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Each value as its column stores it."""
        to_stored = binder(self.item, dialect)
        values = [to_stored(item) for item in value] if to_stored else list(value)
        return values if dialect.name == "postgresql" else json.dumps(values)


def binder(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a value of this type is handed to the driver; None for as it is."""
    if isinstance(kind, Code):
        # Looking up is quicker than calling, and NULL is one more key.
        return kind.by_member.__getitem__
    if not isinstance(kind, TypeDecorator) or isinstance(kind, WordVector):
        return None
    if dialect.name == "postgresql" and isinstance(kind, Instant):
        return None
    return lambda value: kind.process_bind_param(value, dialect)


def reader(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a value of this type is read from the driver; None for as it is."""
    if isinstance(kind, Code):
        by_code: dict[int | None, enum.Enum | None] = {None: None, **dict(enumerate(kind.members))}
        return by_code.__getitem__
    if dialect.name == "postgresql":
        return _as_tuple if isinstance(kind, TextList) else None
    if isinstance(kind, sa.Boolean):
        return {None: None, 0: False, 1: True}.__getitem__
    if not isinstance(kind, TypeDecorator):
        return None
    return lambda value: kind.process_result_value(value, dialect)
