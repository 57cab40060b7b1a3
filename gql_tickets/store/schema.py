"""The schema's version: bringing a database up to date, and telling whether it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from msgspec import Struct
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from gql_tickets.settings import Settings
from gql_tickets.store import row_security
from gql_tickets.store.engine import CannotOpen, Connection, Store
from gql_tickets.store.opening import check_url
from gql_tickets.store.postgres import connect
from gql_tickets.store.reasons import why_not_postgres, why_not_sqlite
from gql_tickets.store.statements import Statement


class Migrated(Struct, frozen=True):
    """The versions before and after; None before for a database that was empty."""

    before: str | None
    after: str


_LOCK = 7_140_513  # any number of our own: it keeps two migrations of one database apart
_HAS_VERSION = Statement(
    lambda dialect: (
        sa.select(sa.func.to_regclass("alembic_version").is_not(None))
        if dialect == "postgresql"
        else sa.select(sa.literal_column("1"))
        .select_from(sa.table("sqlite_master", sa.column("name")))
        .where(sa.column("name") == "alembic_version")
    )
)
_VERSION = Statement(
    sa.select(sa.column("version_num", sa.Text)).select_from(sa.table("alembic_version"))
)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def head() -> str:
    """The newest version that this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


async def current(store: Store) -> str | None:
    """The version of the database; None when it is empty."""

    async def work(db: Connection) -> str | None:
        if not await db.value(_HAS_VERSION):
            return None
        version: str | None = await db.value(_VERSION)
        return version

    return await store.read(work)


async def is_current(store: Store) -> bool:
    """Whether the database is at the newest version."""
    return await current(store) == head()


async def check_known(store: Store) -> bool:
    """Whether the database is at the newest version. Raises CannotOpen for one that is newer."""
    version = await current(store)
    _check_known(version)
    return version == head()


async def migrate(settings: Settings) -> Migrated:
    """Bring the database to the newest version, in one transaction, one process at a time.

    Raises CannotOpen, which says why.
    """
    url = settings.database_url
    if check_url(url) == "sqlite":
        _prepare_file(url)
        engine = create_async_engine(url, poolclass=NullPool)
        _begin_immediately(engine.sync_engine)
        lock = None
    else:
        # By the very function that the pool connects by, so that both take the same options.
        raw = await connect(url)

        async def opened() -> Any:
            return raw

        engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=opened, poolclass=NullPool
        )
        lock = sa.select(sa.func.pg_advisory_xact_lock(_LOCK))
    try:
        async with engine.begin() as connection:
            if lock is not None:
                await connection.execute(lock)
            migrated: Migrated = await connection.run_sync(_upgrade)
            if settings.postgres_row_security and lock is not None:
                for statement in row_security.preparations():
                    await connection.exec_driver_sql(statement)
            return migrated
    except (OSError, sa.exc.DBAPIError) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise CannotOpen(_why(cause)) from error
    finally:
        await engine.dispose()


def _why(cause: BaseException | None) -> str:
    if isinstance(cause, sqlite3.Error):
        return why_not_sqlite(cause)
    # Below SQLAlchemy's error lies the driver's own.
    return why_not_postgres(
        (cause and cause.__cause__) or cause or OSError("the connection is lost")
    )


def _check_known(version: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        raise CannotOpen(
            f"it was made by a newer version of gql-tickets: it is at {version}, "
            f"and this version knows {head()}"
        )


def _prepare_file(url: str) -> None:
    """Set the write-ahead log, once for the file; and see that it is a database, and ours."""
    try:
        with closing(sqlite3.connect(sa.make_url(url).database or "")) as raw:
            names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
            if names and "alembic_version" not in names:
                raise CannotOpen("it holds the tables of another program; name another file")
            raw.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise CannotOpen(why_not_sqlite(error)) from error


def _upgrade(connection: sa.Connection) -> Migrated:
    before = MigrationContext.configure(connection).get_current_revision()
    _check_known(before)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return Migrated(before, head())


def _begin_immediately(engine: sa.Engine) -> None:
    """SQLite's driver would begin late and commit around DDL; we begin ourselves."""

    @event.listens_for(engine, "connect")
    def _connect(raw: object, _record: object) -> None:
        raw.isolation_level = None  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
