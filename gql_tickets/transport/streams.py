"""Results as they come, in one answer that stays open: whatever the framing, a stream behaves alike.

The first bytes come at once, and some bytes now and then keep proxies from closing a silent stream.
Each framing (events.py, multipart.py) says how results, silence and the end are written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from msgspec import Struct
from starlette.types import Receive, Send

from gql_tickets.errors import TicketsError
from gql_tickets.schema import Results
from gql_tickets.transport.answers import payload_of


class Framing(Struct, frozen=True):
    """How a stream is written: `result` frames a payload, `refusal` the error that ends it."""

    content_type: bytes
    start: bytes
    silence: bytes
    result: Callable[[dict[str, Any]], bytes]
    refusal: Callable[[TicketsError], bytes]
    end: bytes


async def stream(
    results: Results,
    framing: Framing,
    receive: Receive,
    send: Send,
    *,
    heartbeat_seconds: float,
    refused: Callable[[], Coroutine[Any, Any, TicketsError]],
    leaving: asyncio.Event | None = None,
) -> None:
    """Send results until they end, the client leaves, its key is refused or the server stops."""
    await send({"type": "http.response.start", "status": 200, "headers": _headers(framing)})
    # The first bytes tell the client that it is connected, however long the first event takes.
    await _send(send, framing.start)
    pump = asyncio.create_task(_pump(results, framing, send))
    refusal = asyncio.create_task(refused())
    waits: list[asyncio.Task[Any]] = [
        asyncio.create_task(_departure(receive)),
        asyncio.create_task(_heartbeat(framing, send, heartbeat_seconds)),
    ]
    if leaving is not None:
        waits.append(asyncio.create_task(leaving.wait()))
    tasks = [pump, refusal, *waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        departed = waits[0].done()
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    failed = outcomes[0]
    if departed:
        return
    if isinstance(failed, Exception):
        raise failed
    if isinstance(outcomes[1], TicketsError):
        await _send(send, framing.refusal(outcomes[1]))
        await _send(send, framing.end)
    elif failed is None:
        await _send(send, framing.end)
    # A server that stops completes nothing: its clients are to come again.
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _headers(framing: Framing) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", framing.content_type),
        (b"cache-control", b"no-cache, no-transform"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"Accept"),
    ]


async def _pump(results: Results, framing: Framing, send: Send) -> None:
    async with aclosing(results):
        async for result in results:
            await _send(send, framing.result(payload_of(result)))


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _heartbeat(framing: Framing, send: Send, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _send(send, framing.silence)


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
