"""A server that is told to stop breaks no answer, and is gone within ten seconds."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from gql_tickets.auth import DEMO_KEY
from gql_tickets.web.lifecycle import STOP_SECONDS
from tests.servers import Server, running

REST = "/api/v1/ext/orgs/my-org/tickets"
HEADERS = {"X-API-Key": DEMO_KEY}
CLIENTS = 16


class Load:
    """Clients that ask without pause until nobody listens any more, and how it went for them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.outcomes: Counter[str] = Counter()
        self.answered = asyncio.Event()

    async def client(self, *, keeps_connection: bool) -> None:
        """One client, over one connection for as long as the server keeps it, or a new one each time."""
        limits = httpx.Limits(max_keepalive_connections=1 if keeps_connection else 0)
        async with httpx.AsyncClient(
            base_url=self._server.url, headers=HEADERS, limits=limits, timeout=30
        ) as http:
            while True:
                try:
                    answer = await http.get(f"{REST}/AM-42")
                except httpx.ConnectError:
                    return  # nobody listens: the client knows that nothing was begun
                except httpx.TransportError as error:
                    self.outcomes[f"broken: {error!r}"] += 1
                    return
                self.outcomes[str(answer.status_code)] += 1
                if self.outcomes["200"] > CLIENTS * 5:
                    self.answered.set()

    async def run(self) -> None:
        """Start the clients, tell the server to stop once it is busy, and wait for all of them."""
        clients = [
            asyncio.create_task(self.client(keeps_connection=bool(number % 2)))
            for number in range(CLIENTS)
        ]
        await asyncio.wait_for(self.answered.wait(), timeout=60)
        self._server.terminate()
        await asyncio.gather(*clients)


@pytest.mark.parametrize("workers", [1, 2])
async def test_no_answer_is_broken_under_load(
    tmp_path: Path, sqlite_url: str, workers: int
) -> None:
    settings = {"workers": workers, "drain_seconds": 0.5, "access_log": False}
    with running(tmp_path, sqlite_url, "--demo", **settings) as server:
        load = Load(server)
        started = time.monotonic()
        await load.run()
        server.process.wait(timeout=STOP_SECONDS)
        assert set(load.outcomes) == {"200"}, load.outcomes
        assert time.monotonic() - started < 60
        assert "Traceback" not in server.log()


async def test_while_it_drains_it_answers_everybody_and_is_not_ready(
    tmp_path: Path, sqlite_url: str
) -> None:
    with running(tmp_path, sqlite_url, "--demo", drain_seconds=3) as server:
        async with httpx.AsyncClient(base_url=server.url, headers=HEADERS, timeout=30) as http:
            before = await http.get("/readyz")
            assert (before.status_code, before.headers.get("connection")) == (200, None)
            server.terminate()
            while (ready := await http.get("/readyz")).status_code == 200:
                pass
            assert ready.status_code == 503
            assert ready.json()["error"] == "The server is about to stop."
            assert ready.headers["connection"] == "close"
            assert (await http.get(f"{REST}/AM-42")).status_code == 200
            assert (await http.get("/healthz")).status_code == 200
        assert server.process.wait(timeout=STOP_SECONDS) is not None


async def test_a_request_that_hangs_is_answered_before_the_end(
    tmp_path: Path, sqlite_url: str
) -> None:
    """A write that waits for a lock which somebody else holds."""
    settings = {"drain_seconds": 0.2, "request_timeout_seconds": 60}
    with running(tmp_path, sqlite_url, "--demo", **settings) as server:
        raw = sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        try:
            async with httpx.AsyncClient(base_url=server.url, headers=HEADERS, timeout=30) as http:
                hanging = asyncio.create_task(http.post(REST, json={"title": "Waits"}))
                while not (await http.get("/healthz")).is_success:
                    pass
                started = time.monotonic()
                server.terminate()
                answer = await hanging
        finally:
            raw.close()
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        server.process.wait(timeout=30)
        assert time.monotonic() - started < STOP_SECONDS + 2
