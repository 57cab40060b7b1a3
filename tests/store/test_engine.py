"""The engine: one thread hop, one writer, transactions, second tries, and errors that say why."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gql_tickets.errors import Unavailable
from gql_tickets.settings import Settings
from gql_tickets.store import postgres
from gql_tickets.store.engine import Connection, IntegrityViolated, Store
from gql_tickets.store.opening import check_url, open_store
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
BACKEND = Statement(sa.select(sa.func.pg_backend_pid(type_=sa.Integer)))


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


async def test_a_write_is_committed(store: Store) -> None:
    await add(store, "b", "a")
    assert await slugs(store) == ["a", "b"]


async def test_an_error_rolls_the_whole_write_back(store: Store) -> None:
    async def work(db: Connection) -> None:
        await db.run(ADD, slug="a", at=NOW)
        raise LookupError("of the work's own")

    with pytest.raises(LookupError, match="of the work's own"):
        await store.write(work)
    assert await slugs(store) == []
    await add(store, "still-works")
    assert await slugs(store) == ["still-works"]


async def test_a_broken_constraint_rolls_back_and_is_named(store: Store) -> None:
    with pytest.raises(IntegrityViolated) as caught:
        await add(store, "a", "a")
    assert await slugs(store) == []
    if store.dialect == "postgresql":
        assert caught.value.constraint == "organizations_slug_key"
    assert "(a)" not in str(caught.value), "a message that may be logged holds no data"


@on_sqlite
async def test_work_on_sqlite_runs_in_one_hop_to_a_thread(store: Store) -> None:
    threads = set()

    async def work(db: Connection) -> None:
        for _ in range(3):
            await db.rows(SLUGS)
            threads.add(threading.get_ident())

    await store.read(work)
    assert len(threads) == 1
    assert threads.isdisjoint({threading.get_ident()})


async def suspends(db: Connection) -> None:
    """Work that awaits something beside its connection, after it wrote."""
    await db.run(ADD, slug="a", at=NOW)
    await asyncio.sleep(0)


@on_sqlite
async def test_work_that_suspends_is_refused_and_rolled_back_on_sqlite(store: Store) -> None:
    with pytest.raises(RuntimeError, match="only the store's own connection"):
        await store.write(suspends)
    assert await slugs(store) == []
    await add(store, "still-works")


@on_sqlite
async def test_a_reader_of_sqlite_cannot_write(store: Store) -> None:
    async def work(db: Connection) -> None:
        await db.run(ADD, slug="a", at=NOW)

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await store.read(work)


async def test_many_reads_at_once_share_the_connections(store: Store) -> None:
    await add(store, "a")
    assert await asyncio.gather(*(slugs(store) for _ in range(40))) == [["a"]] * 40


async def test_a_read_that_is_cancelled_gives_its_connection_back(store: Store) -> None:
    for _ in range(20):
        reading = asyncio.create_task(slugs(store))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    assert await asyncio.wait_for(slugs(store), 5) == []


COUNTER = """
import asyncio, sys
import sqlalchemy as sa
from gql_tickets.settings import Settings
from gql_tickets.store.opening import open_store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import organizations as o

READ = Statement(sa.select(o.c.last_ticket_id).with_for_update())
WRITE = Statement(sa.update(o).values(last_ticket_id=sa.bindparam("n", type_=sa.Integer)))

async def increment(db):
    # Read, then write: what a transaction that begins late loses.
    await db.run(WRITE, n=await db.value(READ) + 1)

async def main():
    store = await open_store(Settings(database_url=sys.argv[1], sqlite_readers=1))
    for _ in range(25):
        await asyncio.gather(*(store.write(increment) for _ in range(4)))
    await store.close()

asyncio.run(main())
"""


async def test_increments_by_several_processes_are_never_lost(store: Store, database: str) -> None:
    await add(store, "a")
    processes = [
        subprocess.Popen(  # noqa: ASYNC220 - no more than a start
            [sys.executable, "-c", COUNTER, database], stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in processes:
        _, errors = await asyncio.to_thread(process.communicate, timeout=60)
        assert (process.returncode, errors) == (0, "")

    async def work(db: Connection) -> int:
        return int(await db.value(Statement(sa.select(organizations.c.last_ticket_id))) or 0)

    assert await store.read(work) == 4 * 25 * 4


async def killed_once(store: Store, *, write: bool, retry: bool = False) -> list[int]:
    """Run work whose connection is terminated in its first run; the backends that it ran on."""
    backends: list[int] = []

    async def work(db: Connection) -> list[int]:
        backends.append(int(await db.value(BACKEND) or 0))
        if write:
            await db.run(ADD, slug=f"run-{len(backends)}", at=NOW)
        if len(backends) == 1:
            await terminate(store, backends[0])
        await db.rows(SLUGS)
        return backends

    return await (store.write(work, retry=retry) if write else store.read(work))


async def terminate(store: Store, backend: int) -> None:
    """Cut a connection off, from another."""
    kill = Statement(sa.select(sa.func.pg_terminate_backend(sa.bindparam("pid", type_=sa.Integer))))

    async def work(db: Connection) -> None:
        await db.value(kill, pid=backend)

    await store.read(work)


@on_postgresql
async def test_a_read_whose_connection_is_lost_runs_again(store: Store) -> None:
    first, second = await killed_once(store, write=False)
    assert first != second


@on_postgresql
async def test_a_write_that_may_be_repeated_runs_again_and_is_stored_once(store: Store) -> None:
    assert len(await killed_once(store, write=True, retry=True)) == 2
    assert await slugs(store) == ["run-2"]


@on_postgresql
async def test_any_other_write_whose_connection_is_lost_is_unavailable(store: Store) -> None:
    with pytest.raises(Unavailable):
        await killed_once(store, write=True)
    assert await slugs(store) == []


@on_postgresql
async def test_connections_that_died_while_idle_are_replaced(store: Store) -> None:
    await asyncio.gather(*(slugs(store) for _ in range(10)))
    others = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    ).columns(sa.column("gone", sa.Boolean))

    async def work(db: Connection) -> None:
        await db.rows(Statement(others))

    await store.read(work)
    await asyncio.sleep(0.1)
    assert await asyncio.gather(*(slugs(store) for _ in range(10))) == [[]] * 10


@on_postgresql
async def test_a_deadlock_is_run_again_without_being_asked(store: Store) -> None:
    await add(store, "a", "b")
    rename = Statement(
        sa.update(organizations)
        .where(organizations.c.slug == sa.bindparam("slug"))
        .values(last_ticket_id=organizations.c.last_ticket_id + sa.literal_column("1"))
    )
    runs = 0
    met = asyncio.Barrier(2)

    async def cross(first: str, second: str) -> None:
        async def work(db: Connection) -> None:
            nonlocal runs
            runs += 1
            await db.run(rename, slug=first)
            if runs <= 2:
                await met.wait()
            await db.run(rename, slug=second)

        await store.write(work)

    await asyncio.gather(cross("a", "b"), cross("b", "a"))
    assert runs >= 3


@on_sqlite
async def test_sqlite_connections_are_set_up_for_durability(database: str) -> None:
    store = await open_store(Settings(database_url=database))

    async def work(db: Connection) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        texts = [sa.text(f"PRAGMA {name}").columns(sa.column(name)) for name in names]
        return [await db.value(Statement(text)) for text in texts]

    assert await store.write(work) == ["wal", 2, 1, 0, 0]
    assert await store.read(work) == ["wal", 2, 1, 5000, 1]
    await store.close()


async def test_relaxed_durability_is_a_setting_of_sqlite(settings: Settings) -> None:
    store = await open_store(settings.model_copy(update={"sqlite_durability": "relaxed"}))
    if store.dialect == "sqlite":

        async def work(db: Connection) -> Any:
            text = sa.text("PRAGMA synchronous").columns(sa.column("synchronous"))
            return await db.value(Statement(text))

        assert await store.write(work) == 1
    await store.close()


@on_postgresql
async def test_a_statement_that_postgresql_does_not_finish_is_cancelled(store: Store) -> None:
    async def work(db: Connection) -> list[Any]:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        shows = [sa.text(f"SHOW {name}").columns(sa.column(name)) for name in names]
        return [await db.value(Statement(show)) for show in shows]

    assert await store.read(work) == ["8s", "3s", "10s"]


async def test_behind_pgbouncer_no_statement_stays_prepared(settings: Settings) -> None:
    store = await open_store(settings.model_copy(update={"postgres_pgbouncer": True}))
    if store.dialect == "postgresql":
        prepared = sa.text("SELECT count(*) FROM pg_prepared_statements").columns(
            sa.column("count", sa.BigInteger)
        )

        async def work(db: Connection) -> Any:
            await db.rows(SLUGS)
            await db.rows(SLUGS)
            return await db.value(Statement(prepared))

        # asyncpg's own unnamed statement of the moment may be counted; a kept one has a name.
        assert await store.read(work) == 0
    await store.close()


async def test_a_store_that_could_not_open_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    path = tmp_path / "not-a-database"
    path.write_bytes(b"plain text, and rather a lot of it" * 100)
    with pytest.raises(Unavailable, match="not a SQLite database"):
        await open_store(Settings(database_url=f"sqlite+aiosqlite:///{path}"))
    await asyncio.sleep(0.1)
    added = set(threading.enumerate()) - before
    assert not [thread for thread in added if "_connection_worker" in thread.name]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://x/y",
        "sqlite:///x",
        "postgresql://x/y",
        "nonsense",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///x?mode=ro",
        "postgresql+asyncpg://me:p@ss@db/t",
        "postgresql+asyncpg://me:p@s/s@db/t",
        "postgresql+asyncpg://db:port/t",
        "postgresql+asyncpg://db/t?sslmode=always",
        "postgresql+asyncpg://db/t?ssl=require&sslmode=require",
        "postgresql+asyncpg://db/t?ssl=require&ssl=require",
        "postgresql+asyncpg://db/t?port=x",
        "postgresql+asyncpg://db/t?connect_timeout=5",
    ],
)
def test_a_url_of_another_kind_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValueError, match=r"^The database URL"):
        check_url(url)


def test_asyncpg_is_given_the_url_without_the_drivers_name() -> None:
    url = "postgresql+asyncpg://me:p%40ss@db.example:6432/tickets"
    assert postgres.dsn(url) == "postgresql://me:p%40ss@db.example:6432/tickets"
    assert postgres.dsn(f"{url}?ssl=verify-full").endswith("?sslmode=verify-full")
    assert "host=%2Frun%2Fpg" in postgres.dsn("postgresql+asyncpg://me@/tickets?host=/run/pg")
