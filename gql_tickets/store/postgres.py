"""PostgreSQL: asyncpg's own pool, statements prepared once a connection, no BEGIN around reads."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, NoReturn, TypeVar, cast

import asyncpg
import sqlalchemy as sa

from gql_tickets.errors import Unavailable
from gql_tickets.observability.logs import Seldom
from gql_tickets.observability.requests import noted
from gql_tickets.settings import Settings
from gql_tickets.store import row_security
from gql_tickets.store.bell import Bell
from gql_tickets.store.engine import (
    CannotOpen,
    Connection,
    IntegrityViolated,
    Locked,
    PoolState,
    Store,
    Work,
)
from gql_tickets.store.lending import Lender
from gql_tickets.store.notices import Notices
from gql_tickets.store.reasons import CONNECT_TIMEOUT_SECONDS, why_not_postgres
from gql_tickets.store.statements import Compiled

T = TypeVar("T")
Run = Callable[[Work[T]], Awaitable[T]]
"""How work comes to its connection."""


class PoolTrouble(Seldom):
    """What asyncpg's pool says, each second with a traceback, while the server is away: a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written, now that it is a line."""
        cause = record.exc_info[1] if record.exc_info else None
        if isinstance(cause, _NOT_OPENED):
            record.msg = f"The database cannot be reached: {why_not_postgres(cause)}."
            record.exc_info = None
        return super().filter(record)


logging.getLogger("asyncpg.pool").addFilter(PoolTrouble())

COMMAND_TIMEOUT_SECONDS = 10
CONNECTION_AGE_MAX_SECONDS = 1800
DEAF_SECONDS = 0.2
DEADLOCK_PAUSES_SECONDS = (0.02, 0.1)
"""Before a second and a third try, which come later by up to as much again."""
SERVER_SETTINGS = {
    "statement_timeout": "8000",
    "lock_timeout": "3000",
    "idle_in_transaction_session_timeout": "10000",
    "application_name": "gql-tickets",
}

_NOT_OPENED = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
# The transaction is certainly rolled back: always safe to run again.
_ROLLED_BACK = {"40001", "40P01"}
# The connection is gone, or the server is going; whether a commit arrived is unknown.
_GONE = {"57P01", "57P02", "57P03"}
# A statement or a transaction timed out; connections, disk or memory ran out; the disk
# failed; the server became a standby.
_BUSY = {"57014", "25P03", "53100", "53200", "53300", "58030", "25006"}


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
        self.touched = set()

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """A context that commits at its end."""
        transaction: AbstractAsyncContextManager[None] = self._raw.transaction()
        return transaction

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        """A transaction that reads one moment; whoever is given what is read may be slow to take it."""
        async with self._raw.transaction(isolation="repeatable_read", readonly=True):
            await self._raw.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield

    @asynccontextmanager
    async def within(self, org: int) -> AsyncIterator[None]:
        """A transaction that sees one organization; its beginning is a single round trip."""
        await self._raw.execute(row_security.begin(org))
        try:
            yield
        except BaseException:
            if not self._raw.is_closed():
                await self._raw.execute("ROLLBACK")
            raise
        await self._raw.execute("COMMIT")

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

    def __init__(self, pool: Any, settings: Settings) -> None:
        self.observer: Callable[[str], None] | None = None
        self.bell = Bell()
        self._pool = pool
        self._lender = Lender(pool, settings.postgres_pool_wait_seconds)
        self._hears = self._prepares = not settings.postgres_pgbouncer
        self._has_wall = settings.postgres_row_security
        self._notices = Notices(self._lender, lambda: connect(settings.database_url), self.bell)

    @classmethod
    async def open(cls, settings: Settings) -> PostgresStore:
        """Open the pool with one connection; more are made as they are needed."""
        own = {} if settings.postgres_pgbouncer else SERVER_SETTINGS
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
                server_settings={**own, **_application_name(settings.database_url)},
            )
        except _NOT_OPENED as error:
            raise CannotOpen(why_not_postgres(error)) from error
        if settings.postgres_row_security and not await pool.fetchval(row_security.IS_READY):
            await pool.close()
            raise CannotOpen(
                f"the role {row_security.ROLE} is missing. Run `gql-tickets migrate` with "
                "postgres_row_security on, as a role that may create roles"
            )
        return cls(pool, settings)

    def of(self, org: int) -> Store:
        """With row security, a store that sees this organization only; else this one."""
        return _Walled(self, org) if self._has_wall else self

    async def read(self, work: Work[T]) -> T:
        """Run on a pooled connection; once more when the connection turns out to be gone."""
        return await self.reading(self._on_connection, work)

    async def snapshot(self, work: Work[T]) -> T:
        """Run in a transaction of its own kind; once, since what was read may be used already."""

        async def whole(db: Connection) -> T:
            async with cast("_PostgresConnection", db).snapshot():
                return await work(db)

        return await self._last_try(self._on_connection, whole)

    async def write(self, work: Work[T], *, retry: bool = False, single: bool = False) -> T:
        """Run in a transaction; again after a deadlock, and after a lost connection if asked."""
        if single:
            return await self.writing(self._on_connection, _one_statement(work), retry=retry)
        return await self.writing(self._in_transaction, work, retry=retry)

    async def reading(self, run: Run[T], work: Work[T]) -> T:
        """A read that is run that way."""
        try:
            return await run(work)
        except Exception as error:  # noqa: BLE001 - raised again, translated
            if not (_was_rolled_back(error) or _is_gone(error)):
                _raise(error)
        return await self._last_try(run, work)

    async def writing(self, run: Run[T], work: Work[T], *, retry: bool) -> T:
        """A write that is run that way."""
        for pause in DEADLOCK_PAUSES_SECONDS:
            try:
                return await run(work)
            except Exception as error:  # noqa: BLE001 - raised again, translated
                if retry and _is_gone(error):
                    break
                if not _was_rolled_back(error):
                    _raise(error)
            # Whom it met has waited for its locks, and yet would lose them to one who is quick.
            await asyncio.sleep(pause * random.uniform(1, 2))  # noqa: S311 - no secret
        return await self._last_try(run, work)

    async def listen(self) -> None:
        """Hear what other processes commit; behind PgBouncer, which has no LISTEN, ask often."""
        if self._hears:
            await self._notices.listen()
        while True:
            self.bell.ring(None)
            await asyncio.sleep(DEAF_SECONDS)

    def pool(self) -> PoolState:
        """The state of this worker's pool."""
        idle = self._pool.get_idle_size() + self._lender.kept
        return PoolState(self._pool.get_size(), idle, self._lender.waiting)

    async def close(self) -> None:
        """Wait for the connections in use, then close them all."""
        await self._notices.close()
        await self._lender.close()

    async def _last_try(self, run: Run[T], work: Work[T]) -> T:
        try:
            return await run(work)
        except Exception as error:  # noqa: BLE001 - raised again, translated
            _raise(error)

    async def _on_connection(self, work: Work[T]) -> T:
        raw, is_sound = await self._lender.take(), False
        # Behind PgBouncer nothing is prepared, and so everything is planned by its values.
        db = _PostgresConnection(raw, self.observer, prepares=self._prepares)
        try:
            result = await work(db)
            is_sound = True
        finally:
            noted().statements += db.statements
            await self._lender.give(raw, is_sound=is_sound)
        if db.touched:
            self.bell.ring(db.touched)
            self._notices.send(db.touched)
        return result

    async def _in_transaction(self, work: Work[T]) -> T:
        async def whole(db: Connection) -> T:
            async with cast("_PostgresConnection", db).transaction():
                return await work(db)

        return await self._on_connection(whole)

    async def within(self, org: int, work: Work[T]) -> T:
        """Run in a transaction that row security holds to the organization."""

        async def whole(db: Connection) -> T:
            async with cast("_PostgresConnection", db).within(org):
                return await work(db)

        return await self._on_connection(whole)


class _Walled(Store):
    """What a PostgresStore is to requests of one organization. Every work is a transaction."""

    dialect = "postgresql"

    def __init__(self, store: PostgresStore, org: int) -> None:
        self._store = store
        self._org = org
        self.bell = store.bell
        self.observer = store.observer

    async def read(self, work: Work[T]) -> T:
        """As the store does, within the wall."""
        return await self._store.reading(self._within, work)

    async def snapshot(self, work: Work[T]) -> T:
        """As the store does. The wall is for requests, and none of them asks for this."""
        return await self._store.snapshot(work)

    async def write(self, work: Work[T], *, retry: bool = False, single: bool = False) -> T:
        """As the store does, within the wall; `single` saves nothing here."""
        work = _one_statement(work) if single else work
        return await self._store.writing(self._within, work, retry=retry)

    async def listen(self) -> None:
        """As the store does."""
        await self._store.listen()

    def pool(self) -> PoolState:
        """The store's."""
        return self._store.pool()

    async def close(self) -> None:
        """Close the store."""
        await self._store.close()

    async def _within(self, work: Work[T]) -> T:
        return await self._store.within(self._org, work)


def _one_statement(work: Work[T]) -> Work[T]:
    async def held_to_it(db: Connection) -> T:
        db.statements_max = 1
        return await work(db)

    return held_to_it


def dsn(url: str) -> str:
    """asyncpg's spelling of our URL, whose options are those of opening.py; `ssl` is `sslmode`."""
    parsed = sa.make_url(url)
    options = {"sslmode" if name == "ssl" else name: each for name, each in parsed.query.items()}
    spelt = parsed.set(drivername="postgresql", query=options)
    return spelt.render_as_string(hide_password=False)


async def connect(url: str) -> Any:
    """A connection of asyncpg's without our time limits: to migrate, and to listen.

    Raises CannotOpen, which says why.
    """
    try:
        return await asyncpg.connect(
            dsn(url), timeout=CONNECT_TIMEOUT_SECONDS, server_settings=_application_name(url)
        )
    except _NOT_OPENED as error:
        raise CannotOpen(why_not_postgres(error)) from error


def _application_name(url: str) -> dict[str, str]:
    default = SERVER_SETTINGS["application_name"]
    return {"application_name": str(sa.make_url(url).query.get("application_name", default))}


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
    if isinstance(error, asyncpg.LockNotAvailableError):
        raise Locked from error
    if isinstance(error, TimeoutError) or _is_gone(error):
        raise Unavailable from error
    if _was_rolled_back(error) or _sqlstate(error) in _BUSY:
        raise Unavailable from error
    raise error
