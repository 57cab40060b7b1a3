"""A PgBouncer in transaction mode in front of a PostgreSQL, as its operators start it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.servers import free_port

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
START_SECONDS = 10
POOL = 4
"""Connections to PostgreSQL, which all clients share."""


class Bouncer:
    """`url` is how the service reaches the database through it."""

    def __init__(self, folder: Path, socket: str, name: str) -> None:
        port = free_port()
        self.url = f"postgresql+asyncpg://postgres@127.0.0.1:{port}/{name}"
        self._settings = folder / "bouncer.ini"
        self._log = folder / "bouncer.log"
        self._settings.write_text(
            f"[databases]\n{name} = host={socket} dbname={name} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\nlogfile = {self._log}\n"
            f"pool_mode = transaction\ndefault_pool_size = {POOL}\nmax_client_conn = 200\n"
        )
        self._owner = next(Path(socket).glob(".s.PGSQL.*")).owner()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it takes connections. As root it runs as who owns PostgreSQL's socket."""
        assert PROGRAM is not None
        user = ["--user", self._owner] if os.geteuid() == 0 else []
        self._log.write_text("")
        self._log.chmod(0o666)
        self._process = subprocess.Popen([PROGRAM, "--quiet", *user, str(self._settings)])
        until = time.monotonic() + START_SECONDS
        while "process up" not in self._log.read_text():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < until, self._log.read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL, which ends every connection through it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=START_SECONDS)
