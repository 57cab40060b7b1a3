"""No database, no connection: a clear answer, and recovery by itself."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import httpx
import pytest

from gql_tickets.settings import Settings
from gql_tickets.store.postgres import dsn
from tests.faults.writers import REST, new_key
from tests.lifecycle.locks import locked
from tests.servers import running

POOL = 2
WAIT_SECONDS = 0.5


def refused_start(folder: Path, url: str) -> list[str]:
    """The lines that `serve` writes when it refuses to start."""
    ended = subprocess.run(
        [sys.executable, "-m", "gql_tickets", "serve", "--database-url", url, "--port", "0"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    return ended.stderr.splitlines()


def test_without_its_database_serve_says_so_in_one_line(tmp_path: Path) -> None:
    url = f"postgresql+asyncpg://postgres:secret@/tickets?host={tmp_path}"
    [line] = refused_start(tmp_path, url)
    assert "cannot be opened: there is no such socket (is it running?)" in line
    assert "secret" not in line


def test_a_database_that_does_not_answer_is_one_line_too(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+asyncpg://postgres@127.0.0.1:{silent.getsockname()[1]}/tickets"
        [line] = refused_start(tmp_path, url)
    assert "cannot be opened: there was no answer in 3 s" in line


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_without_a_free_connection_a_request_is_503_within_the_wait(
    tmp_path: Path, database: str
) -> None:
    settings = Settings(database_url=database)
    key = await new_key(settings)
    options = {"postgres_pool_max": POOL, "postgres_pool_wait_seconds": WAIT_SECONDS}
    with running(tmp_path, database, rate_limit_points=0, **options) as server:
        async with httpx.AsyncClient(
            base_url=server.url, headers={"X-API-Key": key}, timeout=30
        ) as client:
            assert (await client.get(REST)).status_code == 200
            async with locked(settings):
                holders = [asyncio.create_task(client.get(REST)) for _ in range(POOL)]
                await waiting(settings, POOL)
                started = time.monotonic()
                answers = await asyncio.gather(*(client.get(REST) for _ in range(8)))
                took = time.monotonic() - started
            assert {(each.status_code, each.headers.get("retry-after")) for each in answers} == {
                (503, "1")
            }
            assert WAIT_SECONDS <= took < WAIT_SECONDS + 1
            assert {(await holder).status_code for holder in holders} == {200}
            assert (await client.get(REST)).status_code == 200


async def waiting(settings: Settings, count: int) -> None:
    """Until that many sessions wait for a lock."""
    connection = await asyncpg.connect(dsn(settings.database_url))
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    try:
        async with asyncio.timeout(10):
            while await connection.fetchval(sessions) < count:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.01)
    finally:
        await connection.close()
