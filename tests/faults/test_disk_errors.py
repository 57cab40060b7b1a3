"""A disk that fails now and then: 503 for the write that met it, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gql_tickets.settings import Settings
from tests.faults.writers import REST, new_key, stored
from tests.servers import running

LIBRARIES = [Path(f"/usr/lib/fiu/fiu_{name}_preload.so") for name in ("run", "posix")]
EIO = 5
WRITES = 100
"""For each round."""
OFTEN = {
    "posix/io/rw/pwrite": 0.02,
    "posix/io/sync/fdatasync": 0.1,
    "posix/io/sync/fsync": 0.1,
}
"""How often each call fails."""

pytestmark = pytest.mark.skipif(
    not all(library.exists() for library in LIBRARIES),
    reason="fiu-utils makes calls fail, and is not installed",
)


async def test_a_failing_disk_is_503_and_what_was_acknowledged_is_stored(
    tmp_path: Path,
    rounds: int,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str, object], None],
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/tickets.sqlite3"
    settings = Settings(database_url=url)
    key = await new_key(settings)
    monkeypatch.setenv("LD_PRELOAD", " ".join(map(str, LIBRARIES)))
    monkeypatch.setenv("FIU_CTRL_FIFO", str(tmp_path / "fiu"))
    with running(tmp_path, url, rate_limit_points=0) as server:
        monkeypatch.delenv("LD_PRELOAD")
        acknowledged: dict[str, str] = {}
        answers: Counter[tuple[int, str | None]] = Counter()
        async with httpx.AsyncClient(
            base_url=server.url, headers={"X-API-Key": key}, timeout=30
        ) as client:

            async def create(title: str) -> None:
                answer = await client.post(REST, json={"title": title})
                answers[answer.status_code, answer.headers.get("retry-after")] += 1
                if answer.status_code == 201:
                    acknowledged[title] = answer.json()["ticket"]["slug"]

            await fail(tmp_path, server.process.pid, OFTEN)
            for number in range(WRITES * rounds):
                await create(str(number))
            assert set(answers) == {(201, None), (503, "1")}, answers
            await heal(tmp_path, server.process.pid, OFTEN)
            await create("It is well again")
            assert "It is well again" in acknowledged
            assert (await client.get(REST)).json()["total"] == len(acknowledged)
        assert "Traceback" not in server.log()
    assert sorted(await stored(settings)) == sorted(acknowledged.items())
    figure("acknowledged", len(acknowledged))
    figure("503", answers[503, "1"])


async def fail(folder: Path, process: int, calls: dict[str, float]) -> None:
    """From now on these calls of the process fail, each with its probability."""
    await control(
        folder,
        process,
        [
            f"enable_random name={name},probability={often},failinfo={EIO}"
            for name, often in calls.items()
        ],
    )


async def heal(folder: Path, process: int, calls: dict[str, float]) -> None:
    """From now on they succeed."""
    await control(folder, process, [f"disable name={name}" for name in calls])


async def control(folder: Path, process: int, commands: list[str]) -> None:
    """Tell libfiu, within the process."""
    options = [word for command in commands for word in ("-c", command)]
    await asyncio.to_thread(
        subprocess.run,
        ["fiu-ctrl", *options, "-f", str(folder / "fiu"), str(process)],
        check=True,
        timeout=10,
    )
