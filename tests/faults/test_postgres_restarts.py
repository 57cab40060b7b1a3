"""PostgreSQL is restarted under load: 503 meanwhile, all well soon after, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gql_tickets.settings import Settings
from tests.faults.postgres import Postgres
from tests.faults.writers import REST, Writers, new_key, stored
from tests.servers import running

AWAY_SECONDS = 0.5
WELL_SECONDS = 2.0
"""Asked of the service on a machine that is busy with other tests; on a quiet one it takes 0.1 s."""
WRITES_BETWEEN = 40


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_is_503_and_then_all_is_well(
    tmp_path: Path,
    postgres: Postgres,
    mode: str,
    rounds: int,
    figure: Callable[[str, object], None],
) -> None:
    """`immediate` is a crash of the database, from which it recovers when it starts."""
    settings = Settings(database_url=postgres.url)
    key = await new_key(settings)
    options = {"workers": 2, "rate_limit_points": 0, "access_log": False}
    took: list[float] = []
    with running(tmp_path, postgres.url, **options) as server:
        workers = server.workers()
        writers = Writers(server.url, key)
        async with writers.running():
            for _ in range(rounds // 2):
                await writers.more(WRITES_BETWEEN)
                await asyncio.to_thread(postgres.stop, mode)
                meanwhile = await answers_while_away(server.url, key)
                assert set(meanwhile) == {("/readyz", 503, "1"), (REST, 503, "1")}, meanwhile
                starting = asyncio.create_task(asyncio.to_thread(postgres.start))
                await postgres.is_back()
                back = time.monotonic()
                await starting
                await writers.more(WRITES_BETWEEN)
                took.append(max(0.0, writers.failed_at - back))
        assert server.workers() == workers
        assert '"level":"error"' not in server.log()
    assert sorted(await stored(settings)) == sorted(writers.acknowledged.items())
    # 409: the write before, of which the client saw no end, still ran when it was repeated.
    assert set(writers.answers) <= {"200", "201", "409", "503"}, writers.answers
    assert writers.answers["503"]
    assert writers.hasty == []
    assert max(took) < WELL_SECONDS
    figure("seconds until all was well", round(max(took), 3))


async def answers_while_away(url: str, key: str) -> Counter[tuple[str, int, str | None]]:
    """Path, status and Retry-After of what a reader and a balancer are answered, each time anew."""
    answers: Counter[tuple[str, int, str | None]] = Counter()
    until = time.monotonic() + AWAY_SECONDS
    while time.monotonic() < until:
        async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as client:
            for path in ("/readyz", REST):
                answer = await client.get(path)
                answers[path, answer.status_code, answer.headers.get("retry-after")] += 1
    return answers
