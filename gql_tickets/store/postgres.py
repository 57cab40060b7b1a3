"""PostgreSQL: asyncpg's own pool, statements prepared once a connection, no BEGIN around reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import asyncpg
import sqlalchemy as sa

from gql_tickets.errors import Unavailable
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Connection, IntegrityViolated, Store, Work
from gql_tickets.store.statements import Compiled

T = TypeVar("T")

CONNECT_TIMEOUT_SECONDS = 3
COMMAND_TIMEOUT_SECONDS = 10
CONNECTION_AGE_MAX_SECONDS = 1800
SERVER_SETTINGS = {
    "statement_timeout": "8000",
    "lock_timeout": "3000",
    "idle_in_transaction_session_timeout": "10000",
    "application_name": "gql-tickets",
}

# The transaction is certainly rolled back: always safe to run again.
_ROLLED_BACK = {"40001", "40P01"}
# The connection is gone, or the server is going; whether a commit arrived is unknown.
_GONE = {"57P01", "57P02", "57P03"}
# A lock, a statement or a transaction timed out; connections, disk or memory ran out; the disk
# failed; the server became a standby.
_BUSY = {"55P03", "57014", "25P03", "53100", "53200", "53300", "58030", "25006"}


class _AsyncpgConnection(asyncpg.Connection):  # type: ignore[misc]
    """A pooled connection without the reset batch: nothing here sets state outside a transaction."""

    def get_reset_query(self) -> str:
        return ""


class _PostgresConnection(Connection):
    dialect = "postgresql"

    def __init__(
        self, raw: Any, observer: Callable[[str], None] | None, *, prepares: bool = True
    ) -> None:
        self._raw = raw
        self._prepares = prepares
        self.observer = observer

    async def fetch(self, compiled: Compiled, arguments: list[Any]) -> list[Any]:
        rows: list[Any]
        if compiled.by_value and self._prepares:
            # Prepared for this once: a plan that is kept would be one for any values.
            prepared = await self._raw.prepare(compiled.sql)
            rows = await prepared.fetch(*arguments)
        else:
            rows = await self._raw.fetch(compiled.sql, *arguments)
        return rows

    async def execute(self, compiled: Compiled, arguments: list[Any]) -> int:
        status = await self._raw.execute(compiled.sql, *arguments)
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def execute_many(self, compiled: Compiled, arguments: list[list[Any]]) -> None:
        await self._raw.executemany(compiled.sql, arguments)


class PostgresStore(Store):
    """A PostgreSQL database. Open it with PostgresStore.open()."""

    dialect = "postgresql"

    def __init__(self, pool: Any, wait_seconds: float, *, prepares: bool = True) -> None:
        self.observer: Callable[[str], None] | None = None
        self._pool = pool
        self._wait_seconds = wait_seconds
        self._prepares = prepares

    @classmethod
    async def open(cls, settings: Settings) -> PostgresStore:
        """Open the pool with one connection; more are made as they are needed."""
        try:
            pool = await asyncpg.create_pool(
                dsn(settings.database_url),
                min_size=1,
                max_size=settings.postgres_pool_max,
                max_inactive_connection_lifetime=CONNECTION_AGE_MAX_SECONDS,
                connection_class=_AsyncpgConnection,
                timeout=CONNECT_TIMEOUT_SECONDS,
                command_timeout=COMMAND_TIMEOUT_SECONDS,
                statement_cache_size=0 if settings.postgres_pgbouncer else 1024,
                server_settings={} if settings.postgres_pgbouncer else SERVER_SETTINGS,
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise Unavailable(f"Cannot reach PostgreSQL: {type(error).__name__}.") from error
        # Behind PgBouncer nothing is prepared, and so everything is planned by its values.
        prepares = not settings.postgres_pgbouncer
        return cls(pool, settings.postgres_pool_wait_seconds, prepares=prepares)

    async def read(self, work: Work[T]) -> T:
        """Run on a pooled connection; once more when the connection turns out to be gone."""
        try:
            return await self._on_connection(work)
        except Exception as error:  # noqa: BLE001 - raised again, translated
            if not (_was_rolled_back(error) or _is_gone(error)):
                _raise(error)
        return await self._last_try(work, in_transaction=False)

    async def write(self, work: Work[T], *, retry: bool = False) -> T:
        """Run in a transaction; once more after a deadlock, and after a lost connection if asked."""
        try:
            return await self._in_transaction(work)
        except Exception as error:  # noqa: BLE001 - raised again, translated
            if not (_was_rolled_back(error) or (retry and _is_gone(error))):
                _raise(error)
        return await self._last_try(work, in_transaction=True)

    async def close(self) -> None:
        """Wait for the connections in use, then close them all."""
        await self._pool.close()

    def _connection(self, raw: Any) -> _PostgresConnection:
        return _PostgresConnection(raw, self.observer, prepares=self._prepares)

    async def _last_try(self, work: Work[T], *, in_transaction: bool) -> T:
        try:
            return await (self._in_transaction if in_transaction else self._on_connection)(work)
        except Exception as error:  # noqa: BLE001 - raised again, translated
            _raise(error)

    async def _on_connection(self, work: Work[T]) -> T:
        raw = await self._pool.acquire(timeout=self._wait_seconds)
        try:
            return await work(self._connection(raw))
        finally:
            await self._pool.release(raw)

    async def _in_transaction(self, work: Work[T]) -> T:
        raw = await self._pool.acquire(timeout=self._wait_seconds)
        try:
            async with raw.transaction():
                return await work(self._connection(raw))
        finally:
            await self._pool.release(raw)


def dsn(url: str) -> str:
    """asyncpg's spelling of a SQLAlchemy URL; a unix socket is `?host=/path` in both."""
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _sqlstate(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def _was_rolled_back(error: BaseException) -> bool:
    return _sqlstate(error) in _ROLLED_BACK


def _is_gone(error: BaseException) -> bool:
    if isinstance(error, asyncpg.InterfaceError):
        # Also asyncpg's word for a misuse of itself, which no second try would mend. A connection
        # that dies between two statements goes back to its pool by itself.
        return "closed" in str(error) or "released back to the pool" in str(error)
    if isinstance(error, asyncpg.InternalClientError):
        # The server's farewell came before the statement was sent.
        return "cannot switch to state" in str(error)
    state = _sqlstate(error)
    refused = isinstance(error, OSError) and not isinstance(error, TimeoutError)
    return refused or state in _GONE or state.startswith("08")


def _raise(error: Exception) -> NoReturn:
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        # Without DETAIL and HINT, which quote the row: messages are logged.
        raise IntegrityViolated(str(error.args[0]), error.constraint_name) from error
    if isinstance(error, TimeoutError) or _is_gone(error):
        raise Unavailable from error
    if _was_rolled_back(error) or _sqlstate(error) in _BUSY:
        raise Unavailable from error
    raise error
