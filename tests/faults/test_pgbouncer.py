"""Behind PgBouncer in transaction mode: both doors, a subscription, and a connection that fails over."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gql_tickets.settings import Settings
from tests.faults.bouncer import PROGRAM, Bouncer
from tests.faults.writers import Writers, new_key, stored
from tests.servers import running
from tests.transport.talking import client

AWAY_SECONDS = 0.3
WRITES_BETWEEN = 30

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")


@pytest.fixture
def bouncer(postgres_server: str, postgres_url: str) -> Iterator[Bouncer]:
    """One in front of an empty database."""
    with tempfile.TemporaryDirectory(prefix="gql-tickets-") as folder:
        Path(folder).chmod(0o755)  # as root it runs as another user, who must get in
        name = postgres_url.partition("?")[0].rpartition("/")[2]
        bouncer = Bouncer(Path(folder), postgres_server, name)
        bouncer.start()
        yield bouncer
        bouncer.kill()


async def test_everything_works_behind_it_and_outlives_it(
    tmp_path: Path,
    postgres_url: str,
    bouncer: Bouncer,
    rounds: int,
    figure: Callable[[str, object], None],
) -> None:
    settings = Settings(database_url=postgres_url)
    key = await new_key(settings)
    options = {"postgres_pgbouncer": True, "rate_limit_points": 0}
    with running(tmp_path, bouncer.url, access_log=False, **options) as server:
        writers = Writers(server.url, key)
        socket = f"{server.url.replace('http', 'ws')}/graphql"
        async with client(socket, X_API_Key=key) as follower:
            await follower.init()
            await follower.subscribe("1", "subscription { ticketChanged { slug } }")
            async with writers.running():
                for _ in range(rounds):
                    await writers.more(WRITES_BETWEEN)
                    bouncer.kill()
                    await asyncio.sleep(AWAY_SECONDS)
                    bouncer.start()
                await writers.more(WRITES_BETWEEN)
            rows = await stored(settings)
            heard = [
                (await follower.hear())["payload"]["data"]["ticketChanged"]["slug"] for _ in rows
            ]
        assert '"level":"error"' not in server.log()
    assert sorted(rows) == sorted(writers.acknowledged.items())
    assert set(writers.answers) <= {"200", "201", "409", "503"}, writers.answers
    assert heard == [f"AM-{number}" for number in range(1, len(rows) + 1)]
    figure("acknowledged and heard", len(rows))
    figure("sent more than once", len(writers.repeated))
