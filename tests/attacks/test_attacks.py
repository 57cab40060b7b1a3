"""Attacks replayed on a real server while somebody else asks whether it lives."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from gql_tickets.settings import Settings
from tests.attacks.raw import RAW, send_raw
from tests.attacks.requests import Attack, attacks
from tests.faults.writers import new_key
from tests.servers import Server, running

PING_SECONDS = 0.005
P99_SECONDS = 1.0
"""Asked for on a machine that is busy with other tests; on a quiet one it stays under 0.1 s."""
GROWTH_MIB = 32


class Pinger:
    """A client in a thread of its own, so that what the attacker does costs it nothing."""

    def __init__(self, server: Server) -> None:
        self.seconds: list[float] = []
        self._url = f"{server.url}/healthz"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ping)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def p99(self) -> float:
        """Seconds that 99 of 100 answers took at most."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]

    def _ping(self) -> None:
        with httpx.Client(timeout=30) as client:
            while not self._over.wait(PING_SECONDS):
                started = time.monotonic()
                assert client.get(self._url).status_code == 200
                self.seconds.append(time.monotonic() - started)


def memory_mib(server: Server) -> float:
    """What the server holds, from Linux's /proc."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


async def replay(server: Server, key: str) -> list[tuple[str, int]]:
    """Send everything. Returns those that were answered with 500 or more."""
    failed = []
    async with httpx.AsyncClient(
        base_url=server.url, headers={"X-API-Key": key}, timeout=30
    ) as client:
        for attack in attacks():
            status = await send(client, attack)
            if status >= 500:
                failed.append((attack.name, status))
    port = urlsplit(server.url).port or 0
    lines = await asyncio.gather(*(send_raw(port, data) for data in RAW.values()))
    for name, line in zip(RAW, lines, strict=True):
        if re.match(rb"HTTP/1\.[01] 5", line):
            failed.append((name, int(line.split()[1])))
    return failed


async def send(client: httpx.AsyncClient, attack: Attack) -> int:
    """The status; 0 when the server hung up on a body that it will not read."""
    url = httpx.URL(f"{client.base_url}".rstrip("/")).copy_with(raw_path=attack.path.encode())
    try:
        answer = await client.request(
            attack.method, url, content=attack.body or None, headers=attack.headers
        )
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        return 0
    # A field that failed by a fault of ours is one too, whatever the status.
    return 500 if "INTERNAL_ERROR" in answer.text else answer.status_code


def test_there_are_a_hundred_of_them_and_more() -> None:
    assert len(attacks()) + len(RAW) >= 100


async def test_attacks_cause_no_fault_and_keep_nobody_waiting(
    tmp_path: Path, database: str, figure: Callable[[str, object], None]
) -> None:
    key = await new_key(Settings(database_url=database))
    with running(tmp_path, database, rate_limit_points=0, auth_failures_per_minute=0) as server:
        assert await replay(server, key) == []
        before = memory_mib(server)
        with Pinger(server) as pinger:
            assert await replay(server, key) == []
        growth = memory_mib(server) - before
        assert "Traceback" not in server.log()
    assert pinger.p99() < P99_SECONDS
    assert growth < GROWTH_MIB
    figure("attacks", len(attacks()) + len(RAW))
    figure("ping p99, ms", round(pinger.p99() * 1_000, 1))
    figure("slowest ping, ms", round(max(pinger.seconds) * 1_000, 1))
    figure("memory before and grown, MiB", (round(before), round(growth, 1)))
