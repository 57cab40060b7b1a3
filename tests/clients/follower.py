"""A client of npm that keeps a copy of the tickets (follow.mjs), and what it says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.clients.scripts import WITHIN_SECONDS, Script, script


class Follower:
    """The running client. `start` is its first cursor, `lost` where it was when it lost the server."""

    def __init__(self, node: Script) -> None:
        self._node = node
        self.start = ""
        self.copied = 0
        self.heard = 0
        self.lost: list[str] = []

    async def until(self, holds: Callable[[], bool]) -> None:
        """Listen until something holds."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while not holds():
                await self._hear()

    async def finish(self, cursor: str) -> dict[str, Any]:
        """Let it go on to that cursor. Returns its tickets, and the cursors that it handled."""
        self._node.tell(cursor)
        async with asyncio.timeout(WITHIN_SECONDS):
            while "tickets" not in (said := await self._hear()):
                pass
        return said

    async def _hear(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(await self._node.line())
        self.start = said.get("start", self.start)
        self.copied = said.get("copied", self.copied)
        self.heard = said.get("heard", self.heard)
        if said.get("lost") not in (None, *self.lost[-1:]):
            self.lost.append(said["lost"])
        return said


@asynccontextmanager
async def follower(clients: Path, transport: str, url: str, key: str) -> AsyncIterator[Follower]:
    """A client over `ws` or `sse`."""
    async with script(clients, "node", "follow.mjs", transport, f"{url}/graphql", key) as node:
        yield Follower(node)
