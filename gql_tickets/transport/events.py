"""Server-sent events: the distinct connections of graphql-sse, one operation a request.

Each result is `event: next` with a line of JSON, the end is `event: complete`. Lines end with LF
alone. A comment now and then keeps proxies from closing a silent stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from starlette.types import Receive, Send

from gql_tickets.errors import TicketsError
from gql_tickets.schema import Results
from gql_tickets.transport.answers import encode, error_payload, payload_of

_COMMENT = b":\n\n"
_COMPLETE = b"event: complete\ndata: \n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"vary", b"Accept"),
]


async def stream(
    results: Results,
    receive: Receive,
    send: Send,
    *,
    heartbeat_seconds: float,
    refused: Callable[[], Coroutine[Any, Any, TicketsError]],
    leaving: asyncio.Event | None = None,
) -> None:
    """Send results until they end, the client leaves, its key is refused or the server stops."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    # The first bytes tell the client that it is connected, however long the first event takes.
    await _send(send, _COMMENT)
    pump = asyncio.create_task(_pump(results, send))
    refusal = asyncio.create_task(refused())
    waits: list[asyncio.Task[Any]] = [
        asyncio.create_task(_departure(receive)),
        asyncio.create_task(_heartbeat(send, heartbeat_seconds)),
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
        await _send(send, _next({"errors": [error_payload(outcomes[1])]}))
        await _send(send, _COMPLETE)
    elif failed is None:
        await _send(send, _COMPLETE)
    # A server that stops completes nothing: its clients are to come again.
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _pump(results: Results, send: Send) -> None:
    async with aclosing(results):
        async for result in results:
            await _send(send, _next(payload_of(result)))


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _heartbeat(send: Send, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _send(send, _COMMENT)


def _next(payload: dict[str, Any]) -> bytes:
    return b"event: next\ndata: " + encode(payload) + b"\n\n"


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
