"""What no client would send: bytes that are hardly HTTP, each on a connection of its own."""

from __future__ import annotations

import asyncio
from contextlib import suppress

ANSWER_SECONDS = 0.5

_HEAD = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
RAW = {
    "length and chunks": _HEAD
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "two lengths": _HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a negative length": _HEAD + b"Content-Length: -1\r\n\r\n{}",
    "a large length": _HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "a bad chunk": _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a large chunk": _HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",
    "many chunks": _HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"1\r\na\r\n" * 400_000
    + b"0\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n",
    "a long line": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
    "half a body": _HEAD + b'Content-Length: 100\r\n\r\n{"query":',
    "no end of headers": b"GET / HTTP/1.1\r\nHost: a\r\n",
    "an upgrade to nothing": b"GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 99\r\n\r\n",
}


async def send_raw(port: int, data: bytes) -> bytes:
    """The first line of what comes back, before we leave; empty for nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    line = b""
    # Whoever is sent nonsense may hang up before they have heard all of it, or wait for more.
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            writer.write(data)
            await writer.drain()
            line = await reader.readline()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return line
