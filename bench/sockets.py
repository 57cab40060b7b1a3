"""Subscriptions: what an event costs that is delivered to many sockets of graphql-transport-ws.

One ticket is written at a time, and the next when every socket has heard of it. The cost of the
same writes without a listener is measured before, and taken off.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from bench.answers import Lacking, Refused, ask
from bench.catalogue import Case
from bench.requests import Request, picks, request_of, variables_of

ORG = "org-1"
PATIENCE_SECONDS = 2
TRIES_MAX = 10

_PROTOCOL = Subprotocol("graphql-transport-ws")
_LACKING = ("Cannot query field", "no subscription", "not configured", "HTTP 4")

Cpu = Callable[[], tuple[float, float]]
"""Seconds of CPU so far, of the server and of PostgreSQL."""


class Delivered(Struct, frozen=True):
    """What a window came to: CPU times are seconds an event, `waits` seconds from write to event."""

    events: int
    seconds: float
    server: float
    postgres: float
    waits: list[float]


class Writes:
    """Writes of tickets of one organization, each with the slug that its event will name."""

    def __init__(self, case: Case, port: int, keys: Mapping[str, str]) -> None:
        self._case = case
        self._port = port
        self._keys = keys
        self._picked = iter(picks(case.workload, org=ORG))

    async def one(self, told: Callable[[str], None] | None = None) -> None:
        """Write a ticket; `told` hears the slug beforehand."""
        picked = next(self._picked)
        if told is not None:
            told(picked["slug"])
        request: Request = request_of(self._case, self._keys, picked)
        await asyncio.to_thread(ask, self._port, request)


class Listeners:
    """Open sockets, and which of them have heard of the ticket that is being written."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._slug = ""
        self._written_at = 0.0
        self._left = 0
        self._all = asyncio.Event()
        self.waits: list[float] = []

    def expect(self, slug: str) -> None:
        """The next write is to this ticket, and begins now."""
        self._slug, self._left = slug, self._count
        self._all.clear()
        self._written_at = time.perf_counter()

    def heard(self, slug: str) -> None:
        """A socket was told of a ticket."""
        if slug != self._slug:
            return
        self.waits.append(time.perf_counter() - self._written_at)
        self._left -= 1
        if self._left == 0:
            self._all.set()

    async def all(self) -> None:
        """Wait for every socket. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._all.wait()


async def first_event(case: Case, writing: Case, port: int, keys: Mapping[str, str]) -> Any:
    """The event of the first write, as a socket hears it. Raises Lacking, Refused."""
    writes = Writes(writing, port, keys)
    async with _socket(case, port, keys) as socket:
        for _ in range(TRIES_MAX):
            await writes.one()
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    return _payload(await socket.recv())
            except TimeoutError:  # it listened only after the write
                continue
    raise Refused("no event came")


async def deliver(
    case: Case, writing: Case, port: int, keys: Mapping[str, str], seconds: int, cpu: Cpu
) -> Delivered:
    """Write for some seconds without a listener, and as long with all of them."""
    writes = Writes(writing, port, keys)
    alone, alone_cpu, _ = await _spent(seconds, cpu, writes.one)
    async with AsyncExitStack() as stack:
        listeners = Listeners(case.workload.sockets)
        for _ in range(case.workload.sockets):
            socket = await stack.enter_async_context(_socket(case, port, keys))
            reading = asyncio.create_task(_read(socket, listeners))
            stack.callback(reading.cancel)

        async def heard_by_all() -> None:
            await writes.one(listeners.expect)
            await listeners.all()

        await _until_all_listen(heard_by_all)
        listeners.waits.clear()
        count, spent, took = await _spent(seconds, cpu, heard_by_all)
    events = count * case.workload.sockets
    server, postgres = (
        (with_them - without * count / alone) / events
        for with_them, without in zip(spent, alone_cpu, strict=True)
    )
    return Delivered(events, took, max(server, 0.0), max(postgres, 0.0), listeners.waits)


async def _until_all_listen(heard_by_all: Callable[[], Awaitable[None]]) -> None:
    for _ in range(TRIES_MAX):
        try:
            return await heard_by_all()
        except TimeoutError:  # some had not begun to listen
            continue
    raise Refused("not every socket hears of a write")


async def _spent(
    seconds: int, cpu: Cpu, step: Callable[[], Awaitable[None]]
) -> tuple[int, tuple[float, float], float]:
    """How many steps fit into the time, what they cost, and how long they took."""
    before, began, count = cpu(), time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        await step()
        count += 1
    after = cpu()
    return count, (after[0] - before[0], after[1] - before[1]), time.perf_counter() - began


@asynccontextmanager
async def _socket(
    case: Case, port: int, keys: Mapping[str, str]
) -> AsyncIterator[ClientConnection]:
    """A socket that has subscribed."""
    document = case.peer.document(case.workload.name) or ""
    picked = next(iter(picks(case.workload, org=ORG)))
    headers = {"X-API-Key": keys[ORG]} if keys else {}
    try:
        async with connect(
            f"ws://127.0.0.1:{port}{case.peer.graphql}",
            subprotocols=[_PROTOCOL],
            additional_headers=headers,
            compression=None,
            ping_interval=None,
        ) as socket:
            await socket.send('{"type":"connection_init"}')
            await socket.recv()
            payload = {"query": document, "variables": variables_of(document, picked)}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            yield socket
    except WebSocketException as error:
        raise _refusal(str(error)) from error


async def _read(socket: ClientConnection, listeners: Listeners) -> None:
    async for message in socket:
        listeners.heard(_payload(message)["ticketChanged"]["slug"])


def _payload(message: str | bytes) -> Any:
    frame = msgspec.json.decode(message)
    data = frame.get("payload") if frame["type"] == "next" else None
    if not isinstance(data, dict) or not data.get("data"):
        raise _refusal(str(message))
    return data["data"]


def _refusal(text: str) -> Lacking | Refused:
    return Lacking(text) if any(word in text for word in _LACKING) else Refused(text)
