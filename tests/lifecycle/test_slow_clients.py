"""A thousand clients that send or take a byte now and then: others are served, and they are cut off."""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from gql_tickets.auth import DEMO_KEY
from tests.attacks.test_attacks import memory_mib
from tests.servers import Server, running
from tests.transport.talking import client

PATIENCE_SECONDS = 20.0
"""Long enough for all to come and others to be served meanwhile, on a busy machine too."""
CLOCK_SECONDS = 0.1
"""How much earlier the server's loop may think that it is."""
TRICKLE_SECONDS = 0.5
SERVED_MAX = 50
SERVING_SECONDS = PATIENCE_SECONDS / 4
"""How long others are served: well within the patience, so that the slow are still there."""
PING_SECONDS = 2.0
"""Asked on a machine that is busy with other tests."""
MEMORY_MIB = 128
HEAD = f"Host: a\r\nX-API-Key: {DEMO_KEY}\r\n".encode()
LIST = b"GET /api/v1/ext/orgs/my-org/tickets?limit=1000 HTTP/1.1\r\n" + HEAD + b"\r\n"
CLIENTS = {
    "silent": (250, b""),
    "slow headers": (400, b"GET /healthz HTTP/1.1\r\n" + HEAD),
    "slow bodies": (
        300,
        b"POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n"
        + HEAD
        + b"\r\n{",
    ),
    "slow readers": (50, LIST * 400),
}
"""How many of each, and what they begin with."""
DRIPS = {"silent": b"", "slow headers": b"a", "slow bodies": b" "}
"""What they send now and then."""


async def test_a_thousand_slow_clients_keep_nobody_waiting_and_are_cut_off(
    tmp_path: Path, sqlite_url: str, figure: Callable[[str, object], None]
) -> None:
    count = sum(count for count, _ in CLIENTS.values())
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 2 * count:
        pytest.skip("too few files may be open at once")
    settings = {"client_timeout_seconds": PATIENCE_SECONDS, "rate_limit_points": 0}
    with running(tmp_path, sqlite_url, "--demo", access_log=False, **settings) as server:
        before = memory_mib(server)
        async with crowd(server) as slow:
            slowest = await slowest_of_the_served(server)
            grown = memory_mib(server) - before
            assert not all(each.done() for each in slow)
            async with asyncio.timeout(PATIENCE_SECONDS * 3):
                lasted = await asyncio.gather(*slow)
            assert min(lasted) > PATIENCE_SECONDS - CLOCK_SECONDS
        assert "Traceback" not in server.log()
    assert slowest < PING_SECONDS
    assert grown < MEMORY_MIB
    figure("slow clients", count)
    figure("slowest of those served meanwhile, ms", round(slowest * 1_000))
    figure("memory grown, MiB", round(grown, 1))


async def test_a_socket_and_a_stream_that_are_quiet_for_longer_are_not_slow(
    tmp_path: Path, sqlite_url: str
) -> None:
    settings = {"client_timeout_seconds": 0.5, "stream_heartbeat_seconds": 0.2}
    with running(tmp_path, sqlite_url, "--demo", **settings) as server:
        headers = {"X-API-Key": DEMO_KEY, "Accept": "text/event-stream"}
        asked = {"query": "subscription { ticketChanged { slug } }"}
        async with (
            client(f"{server.url.replace('http', 'ws')}/graphql", X_API_Key=DEMO_KEY) as socket,
            httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http,
            http.stream("POST", "/graphql", json=asked) as stream,
        ):
            await socket.init()
            started = time.monotonic()
            async for _ in stream.aiter_lines():
                if time.monotonic() - started > 2:
                    break
            await socket.subscribe("1", "{ syncCursor }")
            assert (await socket.hear())["type"] == "next"


@asynccontextmanager
async def crowd(server: Server) -> AsyncIterator[list[asyncio.Task[float]]]:
    """All of them, connected. Each task ends when the server hangs up, with how long that took."""
    port = urlsplit(server.url).port or 0
    connections = [
        (name, time.monotonic(), await connected(port, beginning))
        for name, (count, beginning) in CLIENTS.items()
        for _ in range(count)
    ]
    clients = [
        asyncio.create_task(
            lasting(
                since,
                not_reading(client) if name == "slow readers" else trickling(client, DRIPS[name]),
            )
        )
        for name, since, client in connections
    ]
    try:
        yield clients
    finally:
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        for *_, connection in connections:
            connection.close()


async def connected(port: int, beginning: bytes) -> socket.socket:
    """A connection that takes in little at a time, after what it begins with."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, ("127.0.0.1", port))
    await loop.sock_sendall(connection, beginning)
    return connection


async def lasting(since: float, client: Coroutine[Any, Any, None]) -> float:
    """How many seconds the client lasts."""
    await client
    return time.monotonic() - since


async def trickling(connection: socket.socket, drip: bytes) -> None:
    """Send a byte now and then, or none, until the server hangs up."""
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TRICKLE_SECONDS):
                    while await loop.sock_recv(connection, 4_096):
                        pass
                    return
            await loop.sock_sendall(connection, drip)


async def not_reading(connection: socket.socket) -> None:
    """Take nothing at all, until the server hangs up: then what is sent is refused."""
    with suppress(ConnectionError):
        while True:
            await asyncio.sleep(TRICKLE_SECONDS)
            with suppress(BlockingIOError):  # what it asks is not taken either, for now
                connection.send(b"\r\n")  # which may stand between requests


async def slowest_of_the_served(server: Server) -> float:
    """Seconds that the slowest of some readers waited."""
    took: list[float] = []
    async with httpx.AsyncClient(
        base_url=server.url, headers={"X-API-Key": DEMO_KEY}, timeout=30
    ) as client:
        until = time.monotonic() + SERVING_SECONDS
        while len(took) < SERVED_MAX and (started := time.monotonic()) < until:
            answer = await client.get("/api/v1/ext/orgs/my-org/tickets")
            took.append(time.monotonic() - started)
            assert answer.status_code == 200
    return max(took)
