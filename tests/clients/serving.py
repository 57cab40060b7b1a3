"""`gql-tickets serve` on a port that it comes back to, however it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

import httpx

from tests.servers import START_SECONDS, free_port


class Service:
    """The command line on one database."""

    def __init__(self, folder: Path, database: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._environment = {
            **os.environ,
            "GQL_TICKETS_DATABASE_URL": database,
            "GQL_TICKETS_PORT": str(port),
            "GQL_TICKETS_RATE_LIMIT_POINTS": "0",
            "GQL_TICKETS_SQLITE_READERS": "2",
        }
        self._server: Process | None = None

    async def start(self) -> None:
        """Serve with two workers, and wait until they answer."""
        self._server = await self._run("serve", "--workers", "2")
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient() as client:
            while True:
                assert self._server.returncode is None
                try:
                    if (await client.get(f"{self.url}/readyz")).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """kill -9, the workers too."""
        server, self._server = self._server, None
        if server is not None:
            os.killpg(server.pid, signal.SIGKILL)
            await server.wait()

    async def command(self, *arguments: str) -> None:
        """Run another command, which is to succeed."""
        assert await (await self._run(*arguments)).wait() == 0

    async def _run(self, *arguments: str) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gql_tickets", *arguments),
            cwd=self._folder,
            env=self._environment,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,
        )
