"""Several processes on one database: what the writers' lock of one process cannot order."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gql_tickets.domain.directory import Organization

PROCESSES = 4
WRITERS = 8
TICKETS_EACH = 5

_ROOT = Path(__file__).parents[2]
_WRITERS = "tests.concurrency.writers"


async def test_4_processes_of_8_writers_leave_no_gap_and_repeat_no_slug(
    database: str, organization: Organization
) -> None:
    arguments = ["-m", _WRITERS, database, *map(str, (organization.id, WRITERS, TICKETS_EACH))]

    async def process() -> list[str]:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=_ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await child.communicate()
        assert child.returncode == 0, err.decode()
        return out.decode().split()

    made = await asyncio.gather(*(process() for _ in range(PROCESSES)))
    numbers = sorted(int(slug.partition("-")[2]) for some in made for slug in some)
    assert numbers == list(range(1, PROCESSES * WRITERS * TICKETS_EACH + 1))
