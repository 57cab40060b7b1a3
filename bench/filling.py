"""The same rows for both kinds of server: the peers' simple schema, and our own.

Ours are written into the first version of our schema and then migrated, so that whatever later
versions keep beside a ticket is there as in a database that has grown. When migrations are ever
squashed, rows/ours.sql has to name the new columns: fill_ours() is the only place that reads it.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine

from bench.places import HERE
from gql_tickets import store
from gql_tickets.auth import Scope, operator
from gql_tickets.domain.tickets import ChangeKind, TicketPriority, TicketStatus, TicketType
from gql_tickets.service import directory, keys
from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.store.opening import open_store

ROWS = HERE / "rows"
MIGRATIONS = Path(store.__file__).parent / "migrations"
FIRST_VERSION = "0001"
ORGANIZATIONS = tuple(f"org-{number}" for number in range(1, 6))

PEERS_SOURCES = [ROWS / "rows.sql", ROWS / "peers.sql"]
OURS_SOURCES = [ROWS / "rows.sql", ROWS / "ours.sql", *MIGRATIONS.glob("versions/*.py")]

_WORDS = {
    "type": TicketType,
    "status": TicketStatus,
    "priority": TicketPriority,
    "change": ChangeKind,
}


async def fill_peers(dsn: str) -> None:
    """The peers' schema with its rows."""
    connection = await asyncpg.connect("postgresql:" + dsn)
    try:
        await _run(connection, "rows.sql", "peers.sql")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def fill_ours(dsn: str) -> None:
    """Our schema with its rows: written into its first version, migrated to its newest."""
    await _build_first_version(url(dsn))
    connection = await asyncpg.connect("postgresql:" + dsn)
    try:
        await connection.execute("CREATE TEMP TABLE seed_words (kind text, word text, code int)")
        await connection.executemany(
            "INSERT INTO seed_words VALUES ($1, $2, $3)",
            [
                (kind, member.value, code)
                for kind, words in _WORDS.items()
                for code, member in enumerate(words)
            ],
        )
        await _run(connection, "rows.sql", "ours.sql")
        await schema.migrate(Settings(database_url=url(dsn)))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def make_keys(dsn: str) -> dict[str, str]:
    """An API key that may read and write for each organization, by the organization's slug."""
    opened = await open_store(Settings(database_url=url(dsn)))
    try:
        made = {}
        for slug in ORGANIZATIONS:
            found = await directory.find_organization(opened, slug)
            if found is None:
                raise LookupError(slug)
            actor = operator(found.id, found.slug)
            _, made[slug] = await keys.create(
                opened, actor, name="bench", scopes=(Scope.TICKETS_WRITE,)
            )
        return made
    finally:
        await opened.close()


def url(dsn: str) -> str:
    """The DSN as our settings spell it."""
    return "postgresql+asyncpg:" + dsn


async def _run(connection: asyncpg.Connection, *names: str) -> None:
    for name in names:
        await connection.execute((ROWS / name).read_text("utf-8"))


async def _build_first_version(database_url: str) -> None:
    engine = create_async_engine(database_url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade_to_first)
    finally:
        await engine.dispose()


def _upgrade_to_first(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, FIRST_VERSION)
