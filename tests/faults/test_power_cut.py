"""The power is cut under load, at many moments: what was acknowledged before is stored."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gql_tickets.settings import Settings
from tests.faults.power import Recording, recorded
from tests.faults.writers import REST, new_key, stored
from tests.servers import running

WRITERS = 4
WRITES = 40
"""Of all writers, for each round."""
CUTS = 5
"""Moments of the same recording, for each round."""

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None or os.geteuid() != 0,
    reason="strace records what is written: it has to be installed, and run by root",
)

Acknowledged = dict[str, float]
"""When a title was acknowledged, by time.time()."""


@pytest.mark.parametrize("durability", ["full", "relaxed"])
async def test_a_power_cut_takes_nothing_that_was_acknowledged_but_what_is_relaxed(
    tmp_path: Path, durability: str, rounds: int, figure: Callable[[str, object], None]
) -> None:
    """That `relaxed` loses writes shows that the cut is one."""
    folder = tmp_path / "live"
    folder.mkdir()
    url = f"sqlite+aiosqlite:///{folder}/tickets.sqlite3"
    key = await new_key(Settings(database_url=url))
    options = {"rate_limit_points": 0, "sqlite_durability": durability}
    with (
        running(tmp_path, url, **options) as server,
        recorded(server.process.pid, folder, tmp_path / "calls") as recording,
    ):
        acknowledged = await write(server.url, key, WRITES * rounds)
        server.kill()
    moments = sorted(acknowledged.values())[:: max(1, WRITES // CUTS)]
    lost = [await lost_at(at, recording, acknowledged, tmp_path) for at in moments]
    if durability == "full":
        assert sum(lost) == 0
    else:
        assert max(lost) > 0
    figure("acknowledged, cuts, most lost", (len(acknowledged), len(moments), max(lost)))


async def write(url: str, key: str, count: int) -> Acknowledged:
    """Create that many tickets by several writers at once."""
    acknowledged: Acknowledged = {}

    async def writer(number: int) -> None:
        async with httpx.AsyncClient(
            base_url=url, headers={"X-API-Key": key}, timeout=30
        ) as client:
            for turn in range(count // WRITERS):
                title = f"{number}.{turn}"
                answer = await client.post(REST, json={"title": title})
                assert answer.status_code == 201, answer.text
                acknowledged[title] = time.time()

    await asyncio.gather(*map(writer, range(WRITERS)))
    return acknowledged


async def lost_at(at: float, recording: Recording, acknowledged: Acknowledged, folder: Path) -> int:
    """How many writes that were acknowledged before a cut at that moment are not there after it."""
    after = folder / f"cut-{at}"
    recording.cut(at, after)
    url = f"sqlite+aiosqlite:///{after}/tickets.sqlite3"
    titles = {title for title, _ in await stored(Settings(database_url=url))}
    return sum(when <= at and title not in titles for title, when in acknowledged.items())
