"""Streams over HTTP, served for real: graphql-sse's distinct connections, and Apollo's multipart."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.service import keys
from gql_tickets.store.engine import Store
from tests.transport.conftest import Serve, ended_since
from tests.transport.listening import COMPLETE, EVENTS, MULTIPART, SILENCE, Framing, stream
from tests.transport.ticking import Ticks

SUBSCRIBE = {"query": "subscription { ticks { number } }"}


@pytest.fixture
def database_kind() -> str:
    """The protocols know nothing of databases: one of them will do."""
    return "sqlite"


@pytest.fixture(params=[EVENTS, MULTIPART], ids=["events", "multipart"])
def framing(request: pytest.FixtureRequest) -> Framing:
    """Both ways to write a stream."""
    found: Framing = request.param
    return found


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_events_come_as_they_happen_and_the_end_is_said(
    serve_ticks: Serve, ticks: Ticks, api_key: str, method: str, framing: Framing
) -> None:
    async with (
        serve_ticks() as served,
        stream(framing, served.url, SUBSCRIBE, api_key, method) as heard,
    ):
        await ticks.until(listening=1)
        assert heard.answer.status_code == 200
        assert heard.answer.headers["content-type"] == framing.content_type
        assert heard.answer.headers["cache-control"] == "no-cache, no-transform"
        assert len(heard.answer.headers["x-request-id"]) == 32
        assert await heard.message() == SILENCE
        ticks.send(1)
        assert await heard.next() == {"data": {"ticks": {"number": 1}}}
        ticks.send(2, -1)
        assert await heard.next() == {"data": {"ticks": {"number": 2}}}
        assert await heard.next() == COMPLETE
        assert await heard.ended()


@pytest.mark.parametrize(
    ("query", "data"),
    [("{ caller }", {"caller": "acme"}), ("mutation { write }", {"write": 1})],
)
async def test_queries_and_mutations_are_one_event(
    serve_ticks: Serve, api_key: str, query: str, data: dict[str, Any], framing: Framing
) -> None:
    async with (
        serve_ticks() as served,
        stream(framing, served.url, {"query": query}, api_key) as heard,
    ):
        assert await heard.next() == {"data": data}
        assert await heard.next() == COMPLETE
        assert await heard.ended()


async def test_a_client_that_reads_both_gets_events_only_for_a_subscription(
    serve_ticks: Serve, ticks: Ticks, api_key: str, framing: Framing
) -> None:
    both = f"application/graphql-response+json, application/json, {framing.accept}"
    async with serve_ticks() as served:
        async with stream(
            framing, served.url, {"query": "{ caller }"}, api_key, Accept=both
        ) as heard:
            assert heard.answer.headers["content-type"].startswith("application/graphql-response")
        async with stream(framing, served.url, SUBSCRIBE, api_key, Accept=both) as heard:
            assert heard.answer.headers["content-type"] == framing.content_type
            await ticks.until(listening=1)
        async with stream(
            framing, served.url, SUBSCRIBE, api_key, Accept="application/json"
        ) as heard:
            assert heard.answer.status_code == 406


async def test_errors_of_a_document_are_an_event_and_those_of_a_request_a_status(
    serve_ticks: Serve, api_key: str, framing: Framing
) -> None:
    async with serve_ticks() as served:
        for query in ("{", "{ nothing }", "subscription { " + "ticks { number } " * 30 + "}"):
            async with stream(framing, served.url, {"query": query}, api_key) as heard:
                [error] = (await heard.next())["errors"]
                assert error["extensions"]["code"] in {"VALIDATION_FAILED", "LIMIT_EXCEEDED"}
                assert await heard.next() == COMPLETE
        async with stream(framing, served.url, SUBSCRIBE, "amk_wrong") as heard:
            assert heard.answer.status_code == 401
        async with stream(framing, served.url, {"variables": {}}, api_key) as heard:
            assert heard.answer.status_code == 400
        async with stream(framing, served.url, SUBSCRIBE, None) as heard:
            [error] = (await heard.next())["errors"]
            assert error["extensions"] == {"code": "AUTH_REQUIRED"}
            assert await heard.next() == COMPLETE
        async with stream(
            framing, served.url, {"query": "mutation { write }"}, api_key, "GET"
        ) as heard:
            assert heard.answer.status_code == 405


async def test_a_failed_event_is_an_event_and_a_failed_source_is_the_end(
    serve_ticks: Serve, ticks: Ticks, api_key: str, framing: Framing
) -> None:
    query = {"query": "subscription { ticks(nothingAt: 5) { odd } }"}
    async with serve_ticks() as served, stream(framing, served.url, query, api_key) as heard:
        await ticks.until(listening=1)
        ticks.send(10, 3, 5)
        failed = await heard.next()
        assert failed["errors"][0]["extensions"] == {"code": "ALREADY_EXISTS"}
        assert await heard.next() == {"data": {"ticks": {"odd": True}}}
        failed = await heard.next()
        assert failed["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
        assert "secret" not in str(failed)
        assert await heard.next() == COMPLETE
        await ticks.until(listening=0)


async def test_a_silent_stream_is_kept_open_by_comments(
    serve_ticks: Serve, ticks: Ticks, api_key: str, framing: Framing
) -> None:
    async with (
        serve_ticks(stream_heartbeat_seconds=0.05) as served,
        stream(framing, served.url, SUBSCRIBE, api_key) as heard,
    ):
        await ticks.until(listening=1)
        for _ in range(3):
            assert await heard.message() == SILENCE


async def test_when_the_client_leaves_nothing_stays(
    serve_ticks: Serve, ticks: Ticks, api_key: str, framing: Framing
) -> None:
    async with serve_ticks() as served:
        before = asyncio.all_tasks()
        for _ in range(3):
            async with stream(framing, served.url, SUBSCRIBE, api_key):
                await ticks.until(listening=1)
            await ticks.until(listening=0)
        await ended_since(before)


async def test_a_key_that_is_revoked_ends_the_stream_with_its_code(
    serve_ticks: Serve, ticks: Ticks, store: Store, actor: Actor, framing: Framing
) -> None:
    key, secret = await keys.create(store, actor, name="gone", scopes=list(actor.scopes))
    async with (
        serve_ticks() as served,
        stream(framing, served.url, SUBSCRIBE, secret) as heard,
    ):
        await ticks.until(listening=1)
        await keys.revoke(store, actor, id=key.id)
        async with asyncio.timeout(5):
            [error] = (await heard.next())["errors"]
        assert error["extensions"] == {"code": "API_KEY_DISABLED"}
        assert await heard.next() == COMPLETE
        await ticks.until(listening=0)


async def test_a_server_that_stops_ends_the_stream_and_completes_nothing(
    serve_ticks: Serve, ticks: Ticks, api_key: str, framing: Framing
) -> None:
    async with (
        serve_ticks() as served,
        stream(framing, served.url, SUBSCRIBE, api_key) as heard,
    ):
        await ticks.until(listening=1)
        assert await heard.message() == SILENCE
        served.stop()
        assert await heard.ended()
