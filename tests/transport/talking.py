"""A client of WebSockets that speaks graphql-transport-ws, and can speak it badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")
WITHIN_SECONDS = 30


class Client:
    """A client that speaks the protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, message: Any) -> None:
        """Send a message; what is text or bytes already, as it is."""
        is_raw = isinstance(message, str | bytes)
        await self.socket.send(message if is_raw else json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(WITHIN_SECONDS):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        return message

    async def init(self, payload: Any = None) -> dict[str, Any]:
        """Begin; the answer to it."""
        message = {"type": "connection_init"}
        await self.say(message if payload is None else {**message, "payload": payload})
        return await self.hear()

    async def subscribe(self, id: str, query: str, **more: Any) -> None:
        """Ask for an operation."""
        await self.say({"id": id, "type": "subscribe", "payload": {"query": query, **more}})

    async def closed(self) -> tuple[int, str]:
        """How the socket is closed, whatever comes before."""
        async with asyncio.timeout(WITHIN_SECONDS):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed:
                return self.socket.close_code or 0, self.socket.close_reason or ""


@asynccontextmanager
async def client(
    url: str, *, origin: str | None = None, protocol: str = PROTOCOL, **headers: str
) -> AsyncIterator[Client]:
    """A connected client."""
    async with connect(
        url,
        subprotocols=[Subprotocol(protocol)],
        additional_headers={"-".join(name.split("_")): value for name, value in headers.items()},
        origin=origin,  # type: ignore[arg-type]
        compression=None,
    ) as socket:
        yield Client(socket)
