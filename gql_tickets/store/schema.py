"""The schema's version: bringing a database up to date, and telling whether it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from gql_tickets.errors import Unavailable
from gql_tickets.settings import Settings
from gql_tickets.store import row_security
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import check_url
from gql_tickets.store.statements import Statement

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


async def migrate(settings: Settings) -> None:
    """Bring the database to the newest version, in one transaction, one process at a time."""
    is_sqlite = check_url(settings.database_url) == "sqlite"
    engine = create_async_engine(settings.database_url, poolclass=NullPool)
    if is_sqlite:
        _prepare_file(settings.database_url)
        _begin_immediately(engine.sync_engine)
    try:
        async with engine.begin() as connection:
            if not is_sqlite:
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            await connection.run_sync(_upgrade)
            if settings.postgres_row_security and not is_sqlite:
                for statement in row_security.preparations():
                    await connection.exec_driver_sql(statement)
    except (OSError, sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        raise Unavailable(f"Cannot reach the database: {type(error).__name__}.") from error
    finally:
        await engine.dispose()


def _prepare_file(url: str) -> None:
    """Set the write-ahead log, once for the file; and see that the file can be opened at all."""
    path = sa.make_url(url).database or ""
    try:
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise Unavailable(f"Cannot open the SQLite file {path}: {error}") from error


def _upgrade(connection: sa.Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _begin_immediately(engine: sa.Engine) -> None:
    """SQLite's driver would begin late and commit around DDL; we begin ourselves."""

    @event.listens_for(engine, "connect")
    def _connect(raw: object, _record: object) -> None:
        raw.isolation_level = None  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
