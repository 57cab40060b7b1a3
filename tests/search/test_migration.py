"""The migration to the search: tickets that were there before it can be found after it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from gql_tickets.auth import operator
from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.store.opening import open_store
from tests.search.test_documents import assert_documents_fit, found
from tests.store.test_migrations import sql

TICKETS = 1_203
ORGANIZATIONS = """INSERT INTO organizations (slug, name, ticket_prefix, created_at)
  VALUES ('o1', 'O', 'AM', {now}), ('o2', 'O', 'AM', {now})"""
INSERT = """INSERT INTO tickets (org_id, id, number, slug, title, description, type, status, priority,
  labels, version, created_at, updated_at) VALUES
  (:org, :id, :id, :slug, :title, :text, 0, 0, 0, {labels}, 1, {now}, {now})"""
_numbers = itertools.count()


@pytest.fixture
def empty(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database without anything in it."""
    if database_kind == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/before.db"
    socket = request.getfixturevalue("postgres_server")
    name = f"before{next(_numbers)}"
    admin = f"postgresql+asyncpg://postgres@/postgres?host={socket}"
    asyncio.run(sql(admin, f"CREATE DATABASE {name}"))
    return f"postgresql+asyncpg://postgres@/{name}?host={socket}"


def upgrade_to(revision: str) -> Callable[[sa.Connection], None]:
    """What schema.migrate() runs, but not to the end."""

    def upgrade(connection: sa.Connection) -> None:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    return upgrade


async def add_tickets(url: str) -> None:
    """Two organizations' tickets, as the first version of the schema has them."""
    is_sqlite = url.startswith("sqlite")
    now, labels = ("0", "'[]'") if is_sqlite else ("now()", "'{}'")
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(sa.text(ORGANIZATIONS.format(now=now)))
        await connection.execute(
            sa.text(INSERT.format(now=now, labels=labels)),
            [
                {
                    "org": 1 + id % 2,
                    "id": id,
                    "slug": f"AM-{id}",
                    "title": f"Number {id} of Zürich",
                    "text": None if id % 3 else f"Text {id} 東京",
                }
                for id in range(1, TICKETS + 1)
            ],
        )
    await engine.dispose()


async def test_tickets_from_before_the_search_are_found_after_it(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=empty, sqlite_readers=1)
    with monkeypatch.context() as patched:
        patched.setattr(schema, "_upgrade", upgrade_to("0001"))
        await schema.migrate(settings)
    await add_tickets(empty)
    await schema.migrate(settings)
    store = await open_store(settings)
    await assert_documents_fit(store)
    assert await found(store, operator(1, "o1"), "zurich 1202") == [1202]
    assert await found(store, operator(2, "o2"), "zurich 1202") == []
    assert await found(store, operator(2, "o2"), "東京 1203") == [1203]
    await store.close()
