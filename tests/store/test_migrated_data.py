"""Migrations keep what was there: a database of the first version, brought up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from gql_tickets.auth import operator
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import BOARD_ORDER, PageRequest
from gql_tickets.domain.tickets import Place, TicketDraft, TicketRef
from gql_tickets.service import history, moves, tickets
from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.store.opening import open_store

NUMBERS = (3, 12, 7, 4_000)
ORGANIZATION = """INSERT INTO organizations
  (id, slug, name, ticket_prefix, last_ticket_id, last_ticket_number, created_at)
  VALUES (1, 'acme', 'Acme', 'AM', 4, 4000, {now})"""
TICKET = """INSERT INTO tickets
  (org_id, id, number, slug, title, type, status, priority, labels, version, created_at, updated_at)
  VALUES (1, {id}, {number}, 'AM-{number}', 'Old', 0, 0, 2, {none}, 1, {now}, {now})"""
EVENT = """INSERT INTO ticket_events
  (org_id, ticket_id, version, slug, kind, occurred_at, changes)
  VALUES (1, {id}, 1, 'AM-{number}', 0, {now}, '[]')"""


@pytest.fixture
def empty(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a table."""
    if database_kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/old.db"
        return
    socket = request.getfixturevalue("postgres_server")
    admin = f"postgresql+asyncpg://postgres@/postgres?host={socket}"
    asyncio.run(run(admin, "CREATE DATABASE old"))
    yield f"postgresql+asyncpg://postgres@/old?host={socket}"
    asyncio.run(run(admin, "DROP DATABASE old WITH (FORCE)"))


async def run(url: str, *statements: str) -> None:
    """SQL, each statement for itself."""
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))
    await engine.dispose()


def upgrade_a_little(connection: sa.Connection) -> None:
    """To the first version only."""
    config = schema._config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


async def test_tickets_without_positions_stand_newest_first(
    empty: str, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=empty)
    with monkeypatch.context() as patched:
        patched.setattr(schema, "_upgrade", upgrade_a_little)
        await schema.migrate(settings)
    sqlite = database_kind == "sqlite"
    words = {"now": "1" if sqlite else "now()", "none": "'[]'" if sqlite else "'{}'"}
    await run(empty, ORGANIZATION.format(**words))
    for id, number in enumerate(NUMBERS, start=1):
        both = (
            TICKET.format(id=id, number=number, **words),
            EVENT.format(id=id, number=number, **words),
        )
        await run(empty, *both)
    await schema.migrate(settings)
    store = await open_store(settings)
    actor = operator(1, "acme")

    async def board() -> list[int]:
        page = await tickets.list_page(
            store, actor, filter=TicketFilter(), order=BOARD_ORDER, page=PageRequest(10)
        )
        return [ticket.number for ticket in page.items]

    try:
        assert await board() == sorted(NUMBERS, reverse=True)
        await tickets.create(store, actor, draft=TicketDraft("New"))
        await moves.move(store, actor, ticket=TicketRef(slug="AM-3"), place=Place(first=True))
        assert await board() == [3, 4_001, 4_000, 12, 7]
        assert await history.counts(store, actor, [1, 2]) == [2, 1]
    finally:
        await store.close()
