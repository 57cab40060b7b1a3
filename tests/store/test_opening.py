"""A database that does not open says why, in a clause; and each option of a URL works throughout."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.store.engine import CannotOpen, Connection
from gql_tickets.store.opening import open_store
from gql_tickets.store.reasons import why_not_postgres
from gql_tickets.store.statements import Statement
from tests.servers import free_port

APPLICATION_NAME = Statement(
    sa.text("SHOW application_name").columns(sa.column("application_name", sa.Text))
)


async def name_of(url: str) -> str:
    """The name that a store's connections go by."""
    store = await open_store(Settings(database_url=url))

    async def work(db: Connection) -> str:
        return str(await db.value(APPLICATION_NAME))

    try:
        return await store.read(work)
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ("", "gql-tickets"),
        ("&application_name=tickets-eu", "tickets-eu"),
        ("&ssl=prefer", "gql-tickets"),
        ("&sslmode=disable&port=5432", "gql-tickets"),
    ],
)
async def test_options_mean_the_same_to_migrate_and_to_serve(
    postgres_server: str, options: str, name: str
) -> None:
    url = f"postgresql+asyncpg://postgres@/migrated?host={postgres_server}{options}"
    done = await schema.migrate(Settings(database_url=url))
    assert done.before == done.after == schema.head()
    assert await name_of(url) == name


async def said(url: str) -> str:
    """What both ways to open it say."""
    settings = Settings(database_url=url)
    with pytest.raises(CannotOpen) as opening:
        await open_store(settings)
    with pytest.raises(CannotOpen) as migrating:
        await schema.migrate(settings)
    assert migrating.value.message == opening.value.message
    return opening.value.message


async def test_what_keeps_postgresql_from_opening_is_said(postgres_server: str) -> None:
    local = f"postgresql+asyncpg://postgres@/{{}}?host={postgres_server}"
    assert 'database "nosuch" does not exist' in await said(local.format("nosuch"))
    assert "no such socket" in await said(local.format("migrated") + "/nosuch")
    stranger = local.format("migrated").replace("postgres@", "stranger:hunter2@")
    assert 'role "stranger" does not exist' in await said(stranger)
    over_tcp = f"postgresql+asyncpg://me:hunter2@127.0.0.1:{free_port()}/tickets"
    assert "nothing listens there" in await said(over_tcp)
    assert "cannot be resolved" in await said("postgresql+asyncpg://me@nosuch.invalid/tickets")
    unverified = over_tcp + "?ssl=verify-full"
    assert "root certificate" in await said(unverified)


async def test_a_server_without_tls_is_refused_where_the_url_requires_it() -> None:
    async def without_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # PostgreSQL's SSLRequest
        writer.write(b"N")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(without_tls, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"postgresql+asyncpg://me:hunter2@127.0.0.1:{port}/tickets?sslmode=require"
        assert "does not speak TLS" in await said(url)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (asyncpg.InvalidPasswordError('password authentication failed for user "me"'), "password"),
        (asyncpg.TooManyConnectionsError("sorry, too many clients already"), "max_connections"),
        (asyncpg.CannotConnectNowError("the database system is starting up"), "starting up"),
        (TimeoutError(), "no answer in 3 s"),
        (socket.gaierror(-2, "Name or service not known"), "cannot be resolved"),
        (OSError("Multiple exceptions: [Errno 111] a, [Errno 111] b"), "nothing listens"),
    ],
)
def test_a_cause_is_a_clause(error: Exception, says: str) -> None:
    sqlstates = {"InvalidPasswordError": "28P01", "TooManyConnectionsError": "53300"}
    if isinstance(error, asyncpg.PostgresError):
        error.sqlstate = error.sqlstate or sqlstates.get(type(error).__name__)
    assert says in why_not_postgres(error)


async def test_what_keeps_a_file_from_opening_is_said(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a database " * 100)
    assert "not a SQLite database" in await said(f"sqlite+aiosqlite:///{notes}")


async def test_a_file_of_another_program_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite3"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(CannotOpen, match="another program"):
        await schema.migrate(Settings(database_url=f"sqlite+aiosqlite:///{path}"))
    assert path.read_bytes() == before


async def test_a_database_of_a_newer_version_is_left_alone(database: str) -> None:
    settings = Settings(database_url=database)
    store = await open_store(settings)

    async def work(db: Connection) -> None:
        await db.run(Statement(sa.text("UPDATE alembic_version SET version_num = '9999'")))

    await store.write(work)
    with pytest.raises(CannotOpen, match="newer version"):
        await schema.check_known(store)
    await store.close()
    with pytest.raises(CannotOpen, match="newer version"):
        await schema.migrate(settings)
