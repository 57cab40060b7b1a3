"""The migrated schema is the one that tables.py describes, on both databases."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.store.engine import CannotOpen, Connection, Store
from gql_tickets.store.opening import open_store
from gql_tickets.store.search import FTS5
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import belongs_to, metadata

WORDS = {f"ticket_search{part}" for part in ("", "_data", "_idx", "_content", "_config")}
"""SQLite's virtual table of words, and what FTS5 keeps it in."""


async def inspected(url: str, look: Any) -> Any:
    """What `look` sees of a database, given a synchronous connection to it."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(look)
    finally:
        await engine.dispose()


def differences(connection: sa.Connection) -> list[Any]:
    """What a new migration would have to change."""
    dialect = connection.dialect.name

    def belongs(thing: Any, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        """Leaves out what tables.py keeps for the other kind of database."""
        if kind == "table":
            return name == "alembic_version" or belongs_to(thing, dialect)
        return name != "tickets_labels" or dialect == "postgresql"

    def is_ordinary(name: str | None, kind: str, _parents: object) -> bool:
        """Leaves out the virtual table of words, and the tables that FTS5 keeps behind it."""
        return dialect == "postgresql" or kind != "table" or name not in WORDS

    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_object": belongs,
        "include_name": is_ordinary,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_the_migrated_schema_is_what_the_tables_say(database: str) -> None:
    assert await inspected(database, differences) == []


async def test_a_difference_would_be_seen(database: str) -> None:
    engine = create_async_engine(database, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE users ADD COLUMN age INTEGER"))
        await connection.execute(sa.text("DROP INDEX tickets_created"))
    await engine.dispose()
    found = await inspected(database, differences)
    assert sorted(each[0] for each in found) == ["add_index", "remove_column"]


async def test_the_names_of_constraints_are_the_tables(database: str) -> None:
    """Autogenerate does not compare the names of primary keys; error messages carry them."""

    def named(connection: sa.Connection) -> dict[str, str | None]:
        look, dialect = sa.inspect(connection), connection.dialect.name
        return {
            table: look.get_pk_constraint(table)["name"]
            for table in look.get_table_names()
            if table in metadata.tables and belongs_to(metadata.tables[table], dialect)
        }

    found = await inspected(database, named)
    assert found == {table: metadata.tables[table].primary_key.name for table in found}


async def test_a_migrated_database_is_current(store: Store) -> None:
    assert await schema.current(store) == schema.head()
    assert await schema.is_current(store)


async def test_an_older_database_is_not_current(store: Store) -> None:
    async def work(db: Connection) -> None:
        table = sa.table("alembic_version", sa.column("version_num", sa.Text))
        await db.run(Statement(sa.update(table).values(version_num=sa.literal_column("'0000'"))))

    await store.write(work)
    assert not await schema.is_current(store)


async def test_an_empty_file_has_no_version_and_is_not_current(tmp_path: Path) -> None:
    store = await open_store(Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/empty.db"))
    assert await schema.current(store) is None
    assert not await schema.is_current(store)
    await store.close()


async def test_migrating_again_changes_nothing(settings: Settings, store: Store) -> None:
    await schema.migrate(settings)
    assert await schema.is_current(store)


async def test_migrations_at_the_same_time_wait_for_each_other(
    tmp_path: Path, postgres_server: str, database_kind: str
) -> None:
    if database_kind == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path}/fresh.db"
    else:
        url = f"postgresql+asyncpg://postgres@/empty?host={postgres_server}"
        await sql(
            f"postgresql+asyncpg://postgres@/postgres?host={postgres_server}",
            "CREATE DATABASE empty",
        )
    settings = Settings(database_url=url)
    await asyncio.gather(*(schema.migrate(settings) for _ in range(4)))
    store = await open_store(settings)
    assert await schema.is_current(store)
    await store.close()


async def sql(url: str, statement: str) -> None:
    """One statement outside a transaction."""
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(statement))
    await engine.dispose()


async def test_a_migration_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TABLE half (id INTEGER)"))
        raise LookupError

    monkeypatch.setattr(schema, "_upgrade", fail)
    path = tmp_path / "half.db"
    with pytest.raises(LookupError):
        await schema.migrate(Settings(database_url=f"sqlite+aiosqlite:///{path}"))
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == []
    raw.close()


async def test_a_migrated_file_has_a_write_ahead_log(sqlite_template: Path) -> None:
    raw = sqlite3.connect(sqlite_template)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:////no/such/folder/tickets.db",
        "postgresql+asyncpg://postgres@/tickets?host=/no/such/folder",
    ],
)
async def test_a_database_that_cannot_be_reached_is_unavailable(url: str) -> None:
    with pytest.raises(CannotOpen):
        await schema.migrate(Settings(database_url=url))
    with pytest.raises(CannotOpen):
        await open_store(Settings(database_url=url))


def test_the_words_of_sqlite_are_in_the_table_that_the_search_describes(
    sqlite_template: Path,
) -> None:
    with closing(sqlite3.connect(sqlite_template)) as migrated:
        rows = migrated.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        made = {name: sql for name, sql in rows if name in WORDS}
        others = migrated.execute("SELECT name FROM sqlite_master WHERE name LIKE 'ticket_search%'")
        assert {name for (name,) in others} == WORDS
    with closing(sqlite3.connect(":memory:")) as described:
        described.execute(FTS5)
        assert (
            dict(described.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
            == made
        )
