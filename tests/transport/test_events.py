"""Event streams, served for real: the distinct connections of graphql-sse."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gql_tickets.auth import Actor
from gql_tickets.service import keys
from gql_tickets.store.engine import Store
from tests.transport.conftest import Serve, ended_since
from tests.transport.ticking import Ticks

SUBSCRIBE = {"query": "subscription { ticks { number } }"}
ACCEPT = "text/event-stream"
COMPLETE = "event: complete\ndata: \n\n"
WITHIN_SECONDS = 30


@pytest.fixture
def database_kind() -> str:
    """The protocol knows nothing of databases: one of them will do."""
    return "sqlite"


class Stream:
    """What a client hears, event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._chunks = answer.aiter_text()
        self._heard = ""

    async def block(self) -> str:
        """The next event or comment, as it was sent."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while "\n\n" not in self._heard:
                self._heard += await anext(self._chunks)
        found, _, self._heard = self._heard.partition("\n\n")
        return f"{found}\n\n"

    async def event(self) -> str:
        """The next event."""
        while (found := await self.block()).startswith(":"):
            pass
        return found

    async def next(self) -> Any:
        """The payload of the next event, which is a result."""
        event = await self.event()
        assert event.startswith("event: next\ndata: ")
        return json.loads(event.removeprefix("event: next\ndata: "))

    async def ended(self) -> bool:
        """Whether the stream has ended, and nothing followed."""
        async with asyncio.timeout(WITHIN_SECONDS):
            return [chunk async for chunk in self._chunks] == [] and not self._heard


@asynccontextmanager
async def stream(
    url: str, body: dict[str, Any], key: str | None, method: str = "POST", **headers: str
) -> AsyncIterator[Stream]:
    """A client that reads events."""
    sent = {"Accept": ACCEPT, **headers}
    if key is not None:
        sent["X-API-Key"] = key
    how: dict[str, Any] = {"json": body} if method == "POST" else {"params": body}
    async with (
        httpx.AsyncClient(timeout=WITHIN_SECONDS) as client,
        client.stream(method, url, headers=sent, **how) as answer,
    ):
        yield Stream(answer)


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_events_come_as_they_happen_and_the_end_is_said(
    serve_ticks: Serve, ticks: Ticks, api_key: str, method: str
) -> None:
    async with (
        serve_ticks() as served,
        stream(served.url, SUBSCRIBE, api_key, method) as heard,
    ):
        await ticks.until(listening=1)
        assert heard.answer.status_code == 200
        assert heard.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert heard.answer.headers["cache-control"] == "no-cache, no-transform"
        assert len(heard.answer.headers["x-request-id"]) == 32
        assert await heard.block() == ":\n\n"
        ticks.send(1)
        assert await heard.event() == 'event: next\ndata: {"data":{"ticks":{"number":1}}}\n\n'
        ticks.send(2, -1)
        assert await heard.next() == {"data": {"ticks": {"number": 2}}}
        assert await heard.event() == COMPLETE
        assert await heard.ended()


@pytest.mark.parametrize(
    ("query", "data"),
    [("{ caller }", {"caller": "acme"}), ("mutation { write }", {"write": 1})],
)
async def test_queries_and_mutations_are_one_event(
    serve_ticks: Serve, api_key: str, query: str, data: dict[str, Any]
) -> None:
    async with (
        serve_ticks() as served,
        stream(served.url, {"query": query}, api_key) as heard,
    ):
        assert await heard.next() == {"data": data}
        assert await heard.event() == COMPLETE
        assert await heard.ended()


async def test_a_client_that_reads_both_gets_events_only_for_a_subscription(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    both = "application/graphql-response+json, application/json, text/event-stream"
    async with serve_ticks() as served:
        async with stream(served.url, {"query": "{ caller }"}, api_key, Accept=both) as heard:
            assert heard.answer.headers["content-type"].startswith("application/graphql-response")
        async with stream(served.url, SUBSCRIBE, api_key, Accept=both) as heard:
            assert heard.answer.headers["content-type"].startswith(ACCEPT)
            await ticks.until(listening=1)
        async with stream(served.url, SUBSCRIBE, api_key, Accept="application/json") as heard:
            assert heard.answer.status_code == 406


async def test_errors_of_a_document_are_an_event_and_those_of_a_request_a_status(
    serve_ticks: Serve, api_key: str
) -> None:
    async with serve_ticks() as served:
        for query in ("{", "{ nothing }", "subscription { " + "ticks { number } " * 30 + "}"):
            async with stream(served.url, {"query": query}, api_key) as heard:
                [error] = (await heard.next())["errors"]
                assert error["extensions"]["code"] in {"VALIDATION_FAILED", "LIMIT_EXCEEDED"}
                assert await heard.event() == COMPLETE
        async with stream(served.url, SUBSCRIBE, "amk_wrong") as heard:
            assert heard.answer.status_code == 401
        async with stream(served.url, {"variables": {}}, api_key) as heard:
            assert heard.answer.status_code == 400
        async with stream(served.url, SUBSCRIBE, None) as heard:
            [error] = (await heard.next())["errors"]
            assert error["extensions"] == {"code": "AUTH_REQUIRED"}
            assert await heard.event() == COMPLETE
        async with stream(served.url, {"query": "mutation { write }"}, api_key, "GET") as heard:
            assert heard.answer.status_code == 405


async def test_a_failed_event_is_an_event_and_a_failed_source_is_the_end(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    query = {"query": "subscription { ticks(nothingAt: 5) { odd } }"}
    async with serve_ticks() as served, stream(served.url, query, api_key) as heard:
        await ticks.until(listening=1)
        ticks.send(10, 3, 5)
        failed = await heard.next()
        assert failed["errors"][0]["extensions"] == {"code": "ALREADY_EXISTS"}
        assert await heard.next() == {"data": {"ticks": {"odd": True}}}
        failed = await heard.next()
        assert failed["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
        assert "secret" not in str(failed)
        assert await heard.event() == COMPLETE
        await ticks.until(listening=0)


async def test_a_silent_stream_is_kept_open_by_comments(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    async with (
        serve_ticks(stream_heartbeat_seconds=0.05) as served,
        stream(served.url, SUBSCRIBE, api_key) as heard,
    ):
        await ticks.until(listening=1)
        for _ in range(3):
            assert await heard.block() == ":\n\n"


async def test_when_the_client_leaves_nothing_stays(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    async with serve_ticks() as served:
        before = asyncio.all_tasks()
        for _ in range(3):
            async with stream(served.url, SUBSCRIBE, api_key):
                await ticks.until(listening=1)
            await ticks.until(listening=0)
        await ended_since(before)


async def test_a_key_that_is_revoked_ends_the_stream_with_its_code(
    serve_ticks: Serve, ticks: Ticks, store: Store, actor: Actor
) -> None:
    key, secret = await keys.create(store, actor, name="gone", scopes=list(actor.scopes))
    async with (
        serve_ticks() as served,
        stream(served.url, SUBSCRIBE, secret) as heard,
    ):
        await ticks.until(listening=1)
        await keys.revoke(store, actor, id=key.id)
        async with asyncio.timeout(5):
            [error] = (await heard.next())["errors"]
        assert error["extensions"] == {"code": "API_KEY_DISABLED"}
        assert await heard.event() == COMPLETE
        await ticks.until(listening=0)


async def test_a_server_that_stops_ends_the_stream_and_completes_nothing(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    async with (
        serve_ticks() as served,
        stream(served.url, SUBSCRIBE, api_key) as heard,
    ):
        await ticks.until(listening=1)
        assert await heard.block() == ":\n\n"
        served.stop()
        assert await heard.ended()
