"""The clock of the machine jumps while clients write and read: nothing is lost, doubled or frozen."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from gql_tickets.auth import operator
from gql_tickets.service import keys
from gql_tickets.settings import Settings
from gql_tickets.store.opening import open_store
from tests.faults.writers import ORG, REST, Writers, new_key, stored
from tests.servers import running

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
JUMPS = ("+23h", "-1h", "+0")
"""Seen from the true time. A day and more makes the service forget idempotency keys, as it should."""
WRITES_BETWEEN = 25
LOOK_SECONDS = 0.02
CHANGES = """query($since: SyncCursor) { ticketChanges(since: $since, first: 100) {
  cursor changes { slug } } }"""

pytestmark = pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed")


async def test_nothing_is_lost_doubled_or_frozen_when_the_clock_jumps(
    tmp_path: Path,
    database: str,
    rounds: int,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str, object], None],
) -> None:
    settings = Settings(database_url=database)
    key = await new_key(settings)
    brief = await short_key(settings)
    clock = tmp_path / "clock"
    clock.write_text("+0")
    fake = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(clock)}
    # What waits does so by the monotonic clock, which never jumps: not even with libfaketime's repair
    # of waiting, which makes Python's threads wait for what is over.
    still = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"}
    fake |= {"FAKETIME_NO_CACHE": "1"}
    for name, value in {**fake, **still}.items():
        monkeypatch.setenv(name, value)
    options = {
        "rate_limit_points": 2_000,
        "rate_limit_shared": True,
        "key_cache_seconds": 0,
    }
    with running(tmp_path, database, rate_limit_restore_per_second=2_000, **options) as server:
        monkeypatch.delenv("LD_PRELOAD")
        writers = Writers(server.url, key)
        told = await Told.from_now_on(server.url, key)
        async with told.running(), writers.running():
            for jump in JUMPS * (rounds // 2):
                await writers.more(WRITES_BETWEEN)
                clock.write_text(jump)
                expected = 401 if jump == "+23h" else 200
                assert await status(server.url, brief) == expected, jump
            await writers.more(WRITES_BETWEEN)
        await told.rest()
        assert '"level":"error"' not in server.log()
    assert set(writers.answers) <= {"200", "201"}, writers.answers
    rows = await stored(settings)
    assert sorted(rows) == sorted(writers.acknowledged.items())
    assert told.slugs == [f"AM-{number}" for number in range(1, len(rows) + 1)]
    figure("acknowledged", len(rows))


class Told:
    """What a client that polls the change log is told, in its order."""

    def __init__(self, url: str, key: str, cursor: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}, timeout=30)
        self._cursor = cursor
        self.slugs: list[str] = []

    @classmethod
    async def from_now_on(cls, url: str, key: str) -> Told:
        """Of what is written from now on."""
        asked = {"query": "{ syncCursor }"}
        async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as client:
            answer = await client.post("/graphql", json=asked)
        return cls(url, key, answer.json()["data"]["syncCursor"])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """It polls while the context lasts."""
        polling = asyncio.create_task(self._poll_on())
        yield
        assert not polling.done(), polling
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling

    async def rest(self) -> None:
        """Read to the end."""
        while await self._poll():
            pass
        await self._http.aclose()

    async def _poll_on(self) -> None:
        while True:
            await self._poll()
            await asyncio.sleep(LOOK_SECONDS)

    async def _poll(self) -> int:
        asked = {"query": CHANGES, "variables": {"since": self._cursor}}
        answer = (await self._http.post("/graphql", json=asked)).json()
        feed = answer["data"]["ticketChanges"]
        # Nothing is awaited in between: a poll that is given up was not told anything.
        self._cursor = feed["cursor"]
        self.slugs += [change["slug"] for change in feed["changes"]]
        return len(feed["changes"])


async def short_key(settings: Settings) -> str:
    """A key that expires in half a day."""
    store = await open_store(settings)
    actor = operator(1, ORG)
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=12)
    _, secret = await keys.create(
        store, actor, name="brief", scopes=tuple(actor.scopes), expires_at=soon
    )
    await store.close()
    return secret


async def status(url: str, key: str) -> int:
    """What a reader with that key is answered."""
    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as client:
        return (await client.get(REST)).status_code
