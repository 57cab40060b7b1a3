"""Programs that ask a server, as their users run them: what they say, line by line."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

WITHIN_SECONDS = 60


class Script:
    """A running program. `complaints` is what it wrote to stderr, once it has ended."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.complaints = ""

    async def line(self) -> str:
        """The next line that it says."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        async with asyncio.timeout(WITHIN_SECONDS):
            line = await self._process.stdout.readline()
            assert line, (await self._process.stderr.read()).decode()
        return line.decode().removesuffix("\n")

    async def until(self, beginning: str) -> list[str]:
        """What it says before a line that begins so."""
        said: list[str] = []
        while not (line := await self.line()).startswith(beginning):
            said.append(line)
        return said

    async def rest(self) -> list[str]:
        """What it says to its end, which is to be a good one."""
        async with asyncio.timeout(WITHIN_SECONDS):
            out, err = await self._process.communicate()
        assert self._process.returncode == 0, err.decode()
        return out.decode().splitlines()

    def tell(self, line: str) -> None:
        """Write a line to its stdin."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())


@asynccontextmanager
async def script(
    folder: Path, *command: str, url: str = "", **environment: str
) -> AsyncIterator[Script]:
    """Run a command in a folder; it is killed when it still runs at the end."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, "TICKETS_URL": url, **environment},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=2**24,
    )
    running = Script(process)
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        _, err = await process.communicate()
        running.complaints = err.decode()


async def said_by(folder: Path, *command: str, url: str = "") -> list[str]:
    """Run a command to its good end. Returns the lines that it said."""
    async with script(folder, *command, url=url) as running:
        return await running.rest()
