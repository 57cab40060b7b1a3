"""kill -9 under load: what was acknowledged is stored, once, however often it was sent."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from gql_tickets.settings import Settings
from tests.faults.writers import Writers, new_key, stored
from tests.servers import Server, free_port, running, wait_until_ready

WRITES_BETWEEN = 40
MORE_ROUNDS_MAX = 10


async def test_kill_9_and_retries_leave_exactly_what_was_acknowledged(
    tmp_path: Path, database: str, rounds: int, figure: Callable[[str, object], None]
) -> None:
    """In turn all processes die, and are started anew by us; or a worker, by its supervisor."""
    settings = Settings(database_url=database)
    options = {"port": free_port(), "workers": 2, "rate_limit_points": 0, "access_log": False}
    key = await new_key(settings)
    with ExitStack() as servers:
        server = servers.enter_context(running(tmp_path, database, **options))
        writers = Writers(server.url, key)
        async with writers.running():
            for turn in range(rounds + MORE_ROUNDS_MAX):
                if turn >= rounds and writers.repeated:
                    break  # else the kills found nobody at work
                await writers.more(WRITES_BETWEEN)
                if turn % 2:
                    kill_a_worker(server)
                else:
                    server.kill()
                    server = servers.enter_context(running(tmp_path, database, **options))
            await writers.more(WRITES_BETWEEN)
    rows = await stored(settings)
    assert sorted(rows) == sorted(writers.acknowledged.items())
    assert writers.repeated, "nobody was interrupted"
    assert set(writers.answers) <= {"200", "201", "409", "503", "broken"}, writers.answers
    figure("acknowledged", len(rows))
    figure("sent more than once", len(writers.repeated))


def kill_a_worker(server: Server) -> None:
    """The supervisor starts another one."""
    victim = server.workers()[0]
    os.kill(victim, signal.SIGKILL)
    wait_until_ready(server)
