"""A client of npm that keeps a copy of the tickets (follow.mjs), and what it says."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

WITHIN_SECONDS = 60


class Follower:
    """The running client. `start` is its first cursor, `lost` where it was when it lost the server."""

    def __init__(self, node: Process) -> None:
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
        assert self._node.stdin is not None
        self._node.stdin.write(f"{cursor}\n".encode())
        async with asyncio.timeout(WITHIN_SECONDS):
            while "tickets" not in (said := await self._hear()):
                pass
        return said

    async def _hear(self) -> dict[str, Any]:
        assert self._node.stdout is not None
        assert self._node.stderr is not None
        line = await self._node.stdout.readline()
        assert line, (await self._node.stderr.read()).decode()
        said: dict[str, Any] = json.loads(line)
        self.start = said.get("start", self.start)
        self.copied = said.get("copied", self.copied)
        self.heard = said.get("heard", self.heard)
        if said.get("lost") not in (None, *self.lost[-1:]):
            self.lost.append(said["lost"])
        return said


@asynccontextmanager
async def follower(clients: Path, transport: str, url: str, key: str) -> AsyncIterator[Follower]:
    """A client over `ws` or `sse`."""
    node = await asyncio.create_subprocess_exec(
        *("node", "follow.mjs", transport, f"{url}/graphql", key),
        cwd=clients,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=2**24,
    )
    try:
        yield Follower(node)
    finally:
        if node.returncode is None:
            node.kill()
        await node.communicate()
