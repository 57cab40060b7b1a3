"""What passes by itself is Unavailable; every other error stays what it is."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from gql_tickets.errors import Unavailable
from gql_tickets.settings import Settings
from gql_tickets.store import sqlite
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import open_store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import organizations
from gql_tickets.store.types import Instant

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)

NOW = dt.datetime(2025, 1, 10, 8, 0, 0, 123456, tzinfo=dt.UTC)
ADD = Statement(
    sa.insert(organizations).values(
        slug=sa.bindparam("slug", type_=sa.Text()),
        name=sa.bindparam("slug", type_=sa.Text()),
        ticket_prefix=sa.literal_column("'AM'"),
        created_at=sa.bindparam("at", type_=Instant()),
    )
)
SLUGS = Statement(sa.select(organizations.c.slug).order_by(organizations.c.slug))


async def slugs(store: Store) -> list[str]:
    """What is stored."""

    async def work(db: Connection) -> list[str]:
        return [slug for (slug,) in await db.rows(SLUGS)]

    return await store.read(work)


async def add(store: Store, *names: str) -> None:
    """Store organizations, in one transaction."""

    async def work(db: Connection) -> None:
        for name in names:
            await db.run(ADD, slug=name, at=NOW)

    await store.write(work)


def failing(error: Exception) -> Any:
    """Work that raises."""

    async def work(_: Connection) -> None:
        raise error

    return work


POSTGRES_AWAY = [
    asyncpg.CannotConnectNowError("starting up"),
    asyncpg.TooManyConnectionsError("full"),
    asyncpg.AdminShutdownError("going down"),
    asyncpg.ConnectionDoesNotExistError("closed in the middle"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cannot switch to state 12; another operation is in progress"),
    asyncpg.DiskFullError("disk"),
    asyncpg.QueryCanceledError("statement timeout"),
    asyncpg.LockNotAvailableError("lock timeout"),
    asyncpg.SerializationError("twice"),
    asyncpg.IdleInTransactionSessionTimeoutError("idle"),
    asyncpg.PostgresIOError("disk"),
    asyncpg.ReadOnlySQLTransactionError("a standby"),
    ConnectionRefusedError("refused"),
    TimeoutError(),
]


@on_postgresql
@pytest.mark.parametrize("error", POSTGRES_AWAY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
async def test_what_passes_by_itself_is_unavailable(
    store: Store, error: Exception, write: bool
) -> None:
    with pytest.raises(Unavailable):
        await (store.write if write else store.read)(failing(error))


async def test_other_errors_stay_what_they_are(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        await store.read(failing(ZeroDivisionError()))


async def test_waiting_too_long_for_a_connection_is_unavailable(settings: Settings) -> None:
    few = settings.model_copy(update={"postgres_pool_max": 1, "postgres_pool_wait_seconds": 0.1})
    store = await open_store(few)
    if store.dialect == "postgresql":
        done = asyncio.Event()

        async def slow(_: Connection) -> None:
            await done.wait()

        holding = asyncio.create_task(store.read(slow))
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable):
            await slugs(store)
        done.set()
        await holding
        assert await slugs(store) == []
    await store.close()


@on_sqlite
async def test_a_locked_sqlite_file_is_unavailable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.1)
    impatient = await open_store(settings)
    other = sqlite3.connect(sa.make_url(settings.database_url).database or "")
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(Unavailable):
            await add(impatient, "a")
        assert await slugs(impatient) == [], "readers do not wait for a writer"
    finally:
        other.close()
    await add(impatient, "a")
    await impatient.close()


@on_sqlite
async def test_a_full_disk_is_unavailable_and_nothing_is_stored(store: Store) -> None:
    async def shrink(db: Connection) -> None:
        await db.rows(Statement(sa.text("PRAGMA max_page_count = 1").columns(sa.column("pages"))))

    await store.write(shrink)
    with pytest.raises(Unavailable):
        await add(store, "x" * 200_000)
    assert await slugs(store) == []
