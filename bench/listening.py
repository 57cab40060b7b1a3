"""A process of sockets that listen to ticketChanged over graphql-transport-ws: see live.py.

It reads frames by hand, since at tens of thousands a second a library would be what is measured.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
import os
import sys
import time

import msgspec
from msgspec import Struct

PROBES = 10
"""How many of the sockets read what they hear."""
AT_ONCE = 20
_DOCUMENT = "subscription { ticketChanged { cursor kind occurredAt ticket { id slug title } } }"
_TEXT, _CLOSE, _PING = 1, 8, 9


class Heard(Struct):
    """How many events all sockets had, and the seconds that those of the probes took."""

    events: int
    waits: list[float]


class _Occurred(Struct):
    occurredAt: dt.datetime  # noqa: N815 - as it is named there


class _Data(Struct):
    ticketChanged: _Occurred  # noqa: N815 - as it is named there


class _Payload(Struct):
    data: _Data


class _Event(Struct):
    payload: _Payload


_decode = msgspec.json.Decoder(_Event).decode


class Listener(asyncio.Protocol):
    """One socket. It subscribes, and counts what comes."""

    def __init__(self, key: str, heard: Heard, *, probes: bool) -> None:
        self._key = key
        self._heard = heard
        self._probes = probes
        self._begun = False
        self._rest = b""
        self.listens: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade, and for all else in the same breath."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream was asked for
        self._transport = transport
        nonce = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            "GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take whole frames, keep the rest."""
        now = time.time()
        data = self._rest + data
        if not self._begun:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._begun = True
            self._say({"type": "connection_init", "payload": {"X-API-Key": self._key}})
            self._say({"id": "1", "type": "subscribe", "payload": {"query": _DOCUMENT}})
            self._say({"type": "ping"})  # answered after the subscription has been taken
        start, length = 0, len(data)
        while length - start >= 4:
            size, body = data[start + 1], start + 2
            if size == 126:
                size, body = int.from_bytes(data[start + 2 : start + 4]), start + 4
            if body + size > length:
                break
            self._frame(data[start] & 15, data[body : body + size], now)
            start = body + size
        self._rest = data[start:]

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing may end while it is measured."""
        if not self.listens.done():
            self.listens.set_exception(exc or ConnectionError("A socket was closed."))

    def _frame(self, kind: int, body: bytes, now: float) -> None:
        if kind == _TEXT and body.startswith(b'{"id"'):
            self._heard.events += 1
            if self._probes:
                occurred = _decode(body).payload.data.ticketChanged.occurredAt
                self._heard.waits.append(now - occurred.timestamp())
        elif kind == _TEXT and b'"pong"' in body:
            self.listens.set_result(None)
        elif kind == _PING:
            self._send(10, body)
        elif kind == _CLOSE:
            sys.exit(f"A socket was closed: {body!r}")

    def _say(self, message: object) -> None:
        self._send(_TEXT, json.dumps(message).encode())

    def _send(self, kind: int, body: bytes) -> None:
        size = bytes([len(body) | 128]) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2)
        self._transport.write(bytes([kind | 128]) + size + bytes(4) + body)  # masked with nothing


async def listen(port: int, key: str, sockets: int) -> None:
    """Open the sockets, say so, and say what was heard whenever a line comes."""
    heard = Heard(0, [])
    loop = asyncio.get_running_loop()
    doors = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with doors:
            _, listener = await loop.create_connection(
                lambda: Listener(key, heard, probes=number % (sockets // PROBES or 1) == 0),
                "127.0.0.1",
                port,
            )
            await listener.listens

    await asyncio.gather(*(one(number) for number in range(sockets)))
    await asyncio.sleep(1)  # the last of them are charged, and begin to follow
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while True:
        print(msgspec.json.encode(heard).decode(), flush=True)
        if not await lines.readline():
            return


if __name__ == "__main__":
    asyncio.run(listen(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
