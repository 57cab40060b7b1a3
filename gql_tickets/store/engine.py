"""What every store function is given (Connection) and every service function is given (Store).

    Store.read(work)     work runs on one connection, each statement seeing its own snapshot
    Store.snapshot(work) work only reads, and all its statements see one snapshot
    Store.write(work)    work runs in one transaction, committed when it returns

`work` is a coroutine function of a Connection that awaits nothing else: so SQLite can drive all of
it in one hop to the connection's thread, and a lost transaction can be run again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from gql_tickets.errors import Unavailable
from gql_tickets.store.bell import Bell
from gql_tickets.store.statements import Compiled, Statement

T = TypeVar("T")
R = TypeVar("R")


class IntegrityViolated(Exception):
    """A constraint of the schema refused the write; `constraint` names it where the database does."""

    def __init__(self, message: str, constraint: str | None = None) -> None:
        super().__init__(message)
        self.constraint = constraint


class CannotOpen(Unavailable):
    """A database that cannot be used; the message is a clause that says why, with nothing secret."""


class Locked(Unavailable):
    """Another transaction held a lock for longer than ours waits."""


class PoolState(Struct, frozen=True):
    """How many connections there are, how many of them rest, and how many calls wait for one."""

    size: int
    idle: int
    waiting: int


class Connection:
    """Runs statements; a driver's subclass says how. Results are converted by column type.

    `statements` counts those that were run, which the store adds to the notes on the request.
    """

    dialect: str
    observer: Callable[[str], None] | None = None
    touched: set[int]
    """The organizations to whose change log the transaction has added."""
    statements = 0
    statements_max: int | None = None
    """How many may be run: one where that is a transaction by itself."""

    async def fetch(self, compiled: Compiled, arguments: list[Any]) -> list[Any]:
        """The driver's rows."""
        raise NotImplementedError

    async def execute(self, compiled: Compiled, arguments: list[Any]) -> int:
        """How many rows were affected."""
        raise NotImplementedError

    async def execute_many(self, compiled: Compiled, arguments: list[list[Any]]) -> None:
        """The same statement for each list of arguments."""
        raise NotImplementedError

    def _ready(self, statement: Statement) -> Compiled:
        compiled = statement.compiled(self.dialect)
        if self.statements == self.statements_max:
            raise RuntimeError("More statements than the transaction was said to have.")
        self.statements += 1
        if self.observer is not None:
            self.observer(compiled.sql)
        return compiled

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        compiled = self._ready(statement)
        return compiled.convert(await self.fetch(compiled, compiled.arguments(parameters)))

    async def row(self, statement: Statement, /, **parameters: Any) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        rows = await self.rows(statement, **parameters)
        return rows[0] if rows else None

    async def value(self, statement: Statement, /, **parameters: Any) -> Any:
        """The first column of the first row; None where there is no row."""
        row = await self.row(statement, **parameters)
        return None if row is None else row[0]

    async def columns(self, statement: Statement, /, **parameters: Any) -> list[Any]:
        """The values of each column; nothing when there is no row."""
        compiled = self._ready(statement)
        rows = await self.fetch(compiled, compiled.arguments(parameters))
        return compiled.columns(rows) if rows else []

    async def records(
        self, statement: Statement, record: Callable[..., R], /, **parameters: Any
    ) -> list[R]:
        """Each row as a record, whose fields the columns are, in order."""
        columns = await self.columns(statement, **parameters)
        return list(map(record, *columns)) if columns else []

    async def record(
        self, statement: Statement, record: Callable[..., R], /, **parameters: Any
    ) -> R | None:
        """The first row as a record, if there is one."""
        records = await self.records(statement, record, **parameters)
        return records[0] if records else None

    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        """Run for the effect. Returns the number of affected rows."""
        compiled = self._ready(statement)
        return await self.execute(compiled, compiled.arguments(parameters))

    async def run_many(self, statement: Statement, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run once for each mapping of parameters, handed to the driver together."""
        if parameters:
            compiled = self._ready(statement)
            await self.execute_many(compiled, [compiled.arguments(each) for each in parameters])


Work = Callable[[Connection], Awaitable[T]]


class Store(Protocol):
    """A database of either kind."""

    dialect: str
    observer: Callable[[str], None] | None
    bell: Bell
    """Rung after a commit that added to a change log, by whichever process."""

    def of(self, org: int) -> Store:  # noqa: ARG002 - for a store that can
        """The store as it is for requests of one organization: of no other, where it can see to that."""
        return self

    async def read(self, work: Work[T]) -> T:
        """Run `work` on a connection, without a transaction around it."""

    async def snapshot(self, work: Work[T]) -> T:
        """Run `work`, which only reads and may take its time: it sees one moment of the database."""

    async def write(self, work: Work[T], *, retry: bool = False, single: bool = False) -> T:
        """Run `work` in a transaction; `retry` says that running it twice is safe.

        `single` says that on PostgreSQL it runs one statement, which is a transaction by itself:
        that saves two round trips. A second statement raises RuntimeError, and is not run.
        """

    async def listen(self) -> None:
        """Ring the bell for the commits of other processes too, until it is cancelled."""

    def pool(self) -> PoolState:
        """The state of the connections, as it is now."""

    async def close(self) -> None:
        """Give every connection back."""
