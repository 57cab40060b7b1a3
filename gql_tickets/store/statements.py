"""A statement: written by SQLAlchemy Core, compiled once for each database, run by its driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from gql_tickets.store.types import binder, reader

Convert = Callable[[Any], Any]

DIALECTS: dict[str, Dialect] = {
    "postgresql": asyncpg.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
    "sqlite": aiosqlite.dialect(paramstyle="qmark"),
}


class Compiled:
    """The text of a statement for one database, and how its values cross the driver."""

    __slots__ = ("_binders", "_defaults", "_names", "by_value", "readers", "sql")

    def __init__(self, executable: sa.Executable, dialect: Dialect, *, by_value: bool) -> None:
        self.by_value = by_value
        compiled = executable.compile(  # type: ignore[attr-defined]
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - narrows the type
        self.sql = compiled.string
        self._names = tuple(compiled.positiontup or ())
        # Values of the statement's own. A parameter without one has to be given: it is never NULL
        # by being forgotten.
        self._defaults = {
            name: value
            for name, value in compiled.params.items()
            if not compiled.binds[name].required
        }
        binders = [binder(compiled.binds[name].type, dialect) for name in self._names]
        self._binders = [(at, bind) for at, bind in enumerate(binders) if bind is not None]
        columns = getattr(executable, "exported_columns", ())
        self.readers: tuple[Convert | None, ...] = tuple(
            reader(column.type, dialect) for column in columns
        )

    def arguments(self, parameters: Mapping[str, Any]) -> list[Any]:
        """The driver's positional arguments. Raises KeyError for a parameter that is not given."""
        given = {**self._defaults, **parameters} if self._defaults else parameters
        values = list(map(given.__getitem__, self._names))
        for at, bind in self._binders:
            values[at] = bind(values[at])
        return values

    def convert(self, rows: list[Any]) -> list[tuple[Any, ...]]:
        """Rows with each value as its column's type means it."""
        if not rows or not any(self.readers):
            return list(map(tuple, rows))
        return list(zip(*self.columns(rows), strict=True))

    def columns(self, rows: list[Any]) -> list[Any]:
        """As convert, but turned: a whole column at a time costs one call a value and no more."""
        columns = zip(*rows, strict=True)
        return [
            column if read is None else list(map(read, column))
            for read, column in zip(self.readers, columns, strict=True)
        ]


class Statement:
    """An executable, or a function from a dialect's name to one where the SQL has to differ.

    `by_value` says that how it is best answered depends on its values so much that PostgreSQL had
    better plan it anew each time, instead of settling for one plan after a few.
    """

    __slots__ = ("_build", "_by_value", "_compiled")

    def __init__(
        self,
        build: Callable[[str], sa.Executable] | sa.Executable,
        *,
        by_value: bool = False,
    ) -> None:
        self._build = build
        self._by_value = by_value
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: str) -> Compiled:
        """The statement for one database, compiled at its first use."""
        found = self._compiled.get(dialect)
        if found is None:
            build = self._build
            executable = build if isinstance(build, sa.Executable) else build(dialect)
            found = self._compiled[dialect] = Compiled(
                executable, DIALECTS[dialect], by_value=self._by_value
            )
        return found
