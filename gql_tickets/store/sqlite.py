"""SQLite: one writer and several readers a process, one thread hop a service call.

A service's coroutine awaits nothing but its Connection, and this Connection never suspends. So the
whole of it is driven by one `send` inside the connection's thread, instead of a hop a statement.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar, cast

import aiosqlite
import sqlalchemy as sa

from gql_tickets.errors import Unavailable
from gql_tickets.observability.requests import noted
from gql_tickets.settings import Settings
from gql_tickets.store.bell import Bell
from gql_tickets.store.engine import (
    CannotOpen,
    Connection,
    IntegrityViolated,
    PoolState,
    Store,
    Work,
)
from gql_tickets.store.reasons import why_not_sqlite
from gql_tickets.store.statements import Compiled

T = TypeVar("T")

BUSY_TIMEOUT_SECONDS = 5
LOOK_SECONDS = 0.001
LISTEN_SECONDS = 0.05
_AWAY = ("database is locked", "disk I/O error", "database or disk is full", "unable to open")


def pragmas(settings: Settings) -> list[str]:
    """What each connection is told when it opens."""
    durability = "FULL" if settings.sqlite_durability == "full" else "NORMAL"
    return [
        "PRAGMA journal_mode=WAL",
        f"PRAGMA synchronous={durability}",
        "PRAGMA foreign_keys=ON",
        "PRAGMA temp_store=MEMORY",
        "PRAGMA cache_size=-65536",
        "PRAGMA mmap_size=268435456",
        "PRAGMA trusted_schema=OFF",
    ]


class _Threaded(aiosqlite.Connection):
    """aiosqlite's connection, able to run a function of ours in its thread, in one hop."""

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn

    async def run_in_thread(self, function: Callable[[], T]) -> T:
        return cast("T", await self._execute(function))  # type: ignore[no-untyped-call]


class _SqliteConnection(Connection):
    """Runs each statement at once, in the thread that it is in."""

    dialect = "sqlite"

    def __init__(self, raw: sqlite3.Connection, observer: Callable[[str], None] | None) -> None:
        self.raw = raw
        self.observer = observer
        self.touched = set()
        self.abandoned = False

    async def fetch(self, compiled: Compiled, arguments: list[Any]) -> list[Any]:
        """All rows, so that no cursor stays open."""
        return self.raw.execute(compiled.sql, arguments).fetchall()

    async def execute(self, compiled: Compiled, arguments: list[Any]) -> int:
        """The number of affected rows."""
        return self.raw.execute(compiled.sql, arguments).rowcount

    async def execute_many(self, compiled: Compiled, arguments: list[list[Any]]) -> None:
        """One prepared statement for all."""
        self.raw.executemany(compiled.sql, arguments)


class SqliteStore(Store):
    """A SQLite file. Open it with SqliteStore.open()."""

    dialect = "sqlite"

    def __init__(self, writer: _Threaded, readers: list[_Threaded]) -> None:
        self.observer: Callable[[str], None] | None = None
        self.bell = Bell()
        self._writer = writer
        self._readers = readers
        self._waiting = 0
        self._idle: asyncio.LifoQueue[_Threaded] = asyncio.LifoQueue()
        for reader in readers:
            self._idle.put_nowait(reader)

    @classmethod
    async def open(cls, settings: Settings) -> SqliteStore:
        """Connect the writer first: it sets the write-ahead log, which readers only use."""
        path = sa.make_url(settings.database_url).database or ""
        reading = [*pragmas(settings)[1:], "PRAGMA query_only=ON"]
        opened: list[_Threaded] = []
        try:
            opened.append(await _connect(path, pragmas(settings)))
            await opened[0].run_in_thread(partial(_wait_no_longer, opened[0].raw))
            for _ in range(settings.sqlite_readers):
                opened.append(await _connect(path, reading))  # noqa: PERF401 - closed below
        except sqlite3.Error as error:
            for connection in opened:
                await connection.close()
            raise CannotOpen(why_not_sqlite(error)) from error
        return cls(opened[0], opened[1:])

    async def read(self, work: Work[T]) -> T:
        """Run on an idle reader; waits for one while all are busy.

        A caller who is cancelled takes the statement that runs with it.
        """
        reader = await self._idle_reader()
        db = _SqliteConnection(reader.raw, self.observer)
        try:
            return await reader.run_in_thread(partial(self._work, work, db))
        except sqlite3.Error as error:
            raise _translated(error) from error
        except asyncio.CancelledError:
            # Nothing else is in this thread yet, so that it is our statement which ends.
            reader.raw.interrupt()
            raise
        finally:
            noted().statements += db.statements
            self._idle.put_nowait(reader)

    async def snapshot(self, work: Work[T]) -> T:
        """Run on an idle reader, in a transaction: its first statement says what all of them see."""

        async def whole(db: Connection) -> T:
            raw = cast("_SqliteConnection", db).raw
            raw.execute("BEGIN")
            try:
                return await work(db)
            finally:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")

        return await self.read(whole)

    async def write(
        self,
        work: Work[T],
        *,
        retry: bool = False,  # noqa: ARG002
        single: bool = False,  # noqa: ARG002
    ) -> T:
        """Run on the writer, whose thread takes one transaction after the other.

        A caller who is cancelled leaves a transaction that is not committed, unless it was already.
        """
        db = _SqliteConnection(self._writer.raw, self.observer)
        try:
            result = await self._writer.run_in_thread(partial(self._transaction, work, db))
        except sqlite3.Error as error:
            raise _translated(error) from error
        except asyncio.CancelledError:
            db.abandoned = True
            raise
        finally:
            noted().statements += db.statements
        if db.touched:
            self.bell.ring(db.touched)
        return result

    async def listen(self) -> None:
        """Ask a reader, many times a second, whether another connection has committed.

        The answer costs no lock and reads no page; whose commit it was, it does not say.
        """
        seen = None
        while True:
            version = await self._data_version()
            if seen is not None and version != seen:
                self.bell.ring(None)
            seen = version
            await asyncio.sleep(LISTEN_SECONDS)

    def pool(self) -> PoolState:
        """The state of this worker's readers."""
        return PoolState(len(self._readers), self._idle.qsize(), self._waiting)

    async def close(self) -> None:
        """Close the writer last, so that it folds the write-ahead log into the file."""
        for connection in (*self._readers, self._writer):
            await connection.close()

    async def _data_version(self) -> int | None:
        """Of one certain reader, since each counts for itself; None while the file is away."""
        reader = self._readers[0]
        try:
            return await reader.run_in_thread(
                lambda: int(reader.raw.execute("PRAGMA data_version").fetchone()[0])
            )
        except sqlite3.Error:
            return None

    async def _idle_reader(self) -> _Threaded:
        self._waiting += 1
        try:
            return await self._idle.get()
        finally:
            self._waiting -= 1

    def _transaction(self, work: Work[T], db: _SqliteConnection) -> T:
        _still_wanted(db)
        _begin(db.raw)
        try:
            result = self._work(work, db)
            _still_wanted(db)
            db.raw.execute("COMMIT")
        except BaseException:
            if db.raw.in_transaction:
                db.raw.execute("ROLLBACK")
            raise
        return result

    def _work(self, work: Work[T], db: _SqliteConnection) -> T:
        coroutine = cast("Coroutine[Any, Any, T]", work(db))
        try:
            coroutine.send(None)
        except StopIteration as finished:
            return cast("T", finished.value)
        coroutine.close()
        raise RuntimeError("Inside the store only the store's own connection can be awaited.")


def _wait_no_longer(raw: sqlite3.Connection) -> None:
    """From now on it is _begin() that waits."""
    raw.execute("PRAGMA busy_timeout=0")


def _begin(raw: sqlite3.Connection) -> None:
    """Begin to write, in our turn among the processes that do.

    IMMEDIATE: a transaction that upgrades from reading to writing fails under concurrency. SQLite's
    own way of waiting sleeps for up to 100 ms between two looks, and starves while another process
    writes one transaction after the other; so we look each millisecond.
    """
    until = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(LOOK_SECONDS)
        else:
            return


async def _connect(path: str, statements: list[str]) -> _Threaded:
    def connector() -> sqlite3.Connection:
        raw = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
        try:
            for statement in statements:
                raw.execute(statement)
        except sqlite3.Error:
            raw.close()
            raise
        return raw

    connection = _Threaded(connector, iter_chunk_size=64)
    try:
        return cast("_Threaded", await connection)
    except sqlite3.Error:
        # The thread has a last word for the event loop, which must not be closed by then.
        await asyncio.to_thread(connection._thread.join)
        raise


def _still_wanted(db: _SqliteConnection) -> None:
    if db.abandoned:
        raise Unavailable


def _translated(error: sqlite3.Error) -> Exception:
    if isinstance(error, sqlite3.IntegrityError):
        return IntegrityViolated(str(error))
    if isinstance(error, sqlite3.OperationalError) and str(error).startswith(_AWAY):
        return Unavailable()
    return error
