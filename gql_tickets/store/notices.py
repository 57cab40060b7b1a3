"""The bell across processes on PostgreSQL: NOTIFY after a commit, LISTEN on a connection of its own.

A notice is sent outside of the transaction it speaks of: one within makes all the commits of a
cluster queue for a lock. One that is lost with its process costs a moment, as bell.py says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

from gql_tickets.errors import Unavailable
from gql_tickets.store.bell import Bell
from gql_tickets.store.lending import Lender

CHANNEL = "gql_tickets_changes"
SEND_PAUSE_SECONDS = 0.01
RETRY_SECONDS = 0.5
HEARTBEAT_SECONDS = 10
HEARTBEAT_TIMEOUT_SECONDS = 3
PAYLOAD_BYTES_MAX = 7_000  # of the 8,000 that PostgreSQL takes

_AWAY = (Unavailable, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Notices:
    """Sends and hears which organizations were written to."""

    def __init__(self, lender: Lender, connect: Callable[[], Awaitable[Any]], bell: Bell) -> None:
        self._lender = lender
        self._connect = connect
        self._bell = bell
        self._unsent: set[int] = set()
        self._sending: asyncio.Task[None] | None = None

    def send(self, organizations: set[int]) -> None:
        """Tell the others, soon: what comes while a notice is on its way goes with the next."""
        self._unsent |= organizations
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    async def listen(self) -> None:
        """Ring the bell for what the others send; connects again for as long as it takes."""
        while True:
            with suppress(*_AWAY):
                await self._listen_once()
            await asyncio.sleep(RETRY_SECONDS)

    async def close(self) -> None:
        """Send what is left."""
        if self._sending is not None:
            await self._sending

    async def _send(self) -> None:
        try:
            while self._unsent:
                payload = ",".join(map(str, sorted(self._unsent)))
                self._unsent.clear()
                with suppress(*_AWAY):
                    await self._lender.execute(
                        "SELECT pg_notify($1, $2)",
                        CHANNEL,
                        payload if len(payload) <= PAYLOAD_BYTES_MAX else "",
                    )
                await asyncio.sleep(SEND_PAUSE_SECONDS)
        finally:
            self._sending = None

    async def _listen_once(self) -> None:
        connection = await self._connect()
        gone = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener(CHANNEL, self._heard)
            # Whatever was said while nobody listened.
            self._bell.ring(None)
            while not gone.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await gone.wait()
                if not gone.is_set():
                    await connection.execute("SELECT 1", timeout=HEARTBEAT_TIMEOUT_SECONDS)
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _process: int, _channel: str, payload: str) -> None:
        self._bell.ring(set(map(int, payload.split(","))) if payload else None)
