"""A disk that is full: 503, nothing acknowledged is lost, and writes go on when there is space."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from gql_tickets.settings import Settings
from tests.faults.disks import Disk, mounted
from tests.faults.postgres import Postgres
from tests.faults.writers import REST, new_key, stored
from tests.servers import running

SIZES_MIB = {"sqlite": 4, "postgresql": 16}
"""An empty database of PostgreSQL takes 9 of them."""
WRITES_MAX = 400
CREATE = """mutation($title: String!, $description: String) {
  ticketCreate(input: {title: $title, description: $description}) { ticket { slug } } }"""


@pytest.fixture
def disk(database_kind: str) -> Iterator[Disk]:
    """A small one, where PostgreSQL may go too."""
    with tempfile.TemporaryDirectory(prefix="gql-tickets-") as folder:
        Path(folder).chmod(0o755)
        with mounted(Path(folder) / "disk", SIZES_MIB[database_kind]) as disk:
            yield disk


@pytest.fixture
def url_on_disk(database_kind: str, disk: Disk, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database on it: its file, or its tablespace."""
    if database_kind == "sqlite":
        yield f"sqlite+aiosqlite:///{disk.folder}/tickets.sqlite3"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    owner = next(Path(postgres.socket).glob(".s.PGSQL.*")).owner()
    shutil.chown(disk.folder, owner)
    asyncio.run(move_to(postgres, disk.folder))
    yield postgres.url.replace("/postgres?", "/small?")
    postgres.stop("immediate")  # so that nothing is on the disk any more


async def move_to(postgres: Postgres, folder: Path) -> None:
    """Make the database `small`, which lies in that folder."""
    connection = await asyncpg.connect(host=postgres.socket, user="postgres", database="postgres")
    await connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
    await connection.execute("CREATE DATABASE small TABLESPACE small")
    await connection.close()


async def test_a_full_disk_is_503_and_what_was_acknowledged_is_stored(
    tmp_path: Path, url_on_disk: str, disk: Disk
) -> None:
    settings = Settings(database_url=url_on_disk)
    key = await new_key(settings)
    acknowledged: list[tuple[str, str]] = []
    with running(tmp_path, url_on_disk, rate_limit_points=0) as server:
        async with httpx.AsyncClient(
            base_url=server.url, headers={"X-API-Key": key}, timeout=30
        ) as client:

            async def create(title: str) -> int:
                variables = {"title": title, "description": incompressible()}
                asked = {"query": CREATE, "variables": variables}
                answer = await client.post("/graphql", json=asked)
                if answer.status_code == 200:
                    slug = answer.json()["data"]["ticketCreate"]["ticket"]["slug"]
                    acknowledged.append((title, slug))
                else:
                    assert answer.headers["retry-after"] == "1"
                return answer.status_code

            statuses = [await create("0")]
            while statuses[-1] == 200 and len(statuses) < WRITES_MAX:
                statuses.append(await create(str(len(statuses))))
            statuses += [await create(f"Full {number}") for number in range(5)]
            assert set(statuses) == {200, 503}
            assert (await client.get(REST)).json()["total"] == len(acknowledged)
            await asyncio.to_thread(disk.grow, 256)
            assert await create("There is space again") == 200
        assert "Traceback" not in server.log()
    assert sorted(await stored(settings)) == sorted(acknowledged)


def incompressible() -> str:
    """40,000 signs of words that nobody has used before."""
    return " ".join(uuid.uuid4().hex for _ in range(1_200))
