"""WebSockets, served for real: graphql-transport-ws, and what closes one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from gql_tickets.auth import Actor
from gql_tickets.errors import Unavailable
from gql_tickets.service import keys
from gql_tickets.service.keys import KeyRing
from gql_tickets.store.engine import Store
from gql_tickets.transport import callers
from tests.transport.conftest import Serve, ended_since
from tests.transport.talking import Client, client
from tests.transport.ticking import Ticks

TICKS = "subscription { ticks { number } }"


@pytest.fixture
def database_kind() -> str:
    """The protocol knows nothing of databases: one of them will do."""
    return "sqlite"


async def test_events_come_as_they_happen_and_the_end_is_said(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        assert await ours.init({"X-API-Key": api_key}) == {"type": "connection_ack"}
        await ours.subscribe("a", TICKS)
        await ticks.until(listening=1)
        ticks.send(1)
        assert await ours.hear() == {
            "id": "a",
            "type": "next",
            "payload": {"data": {"ticks": {"number": 1}}},
        }
        ticks.send(-1)
        assert await ours.hear() == {"id": "a", "type": "complete"}
        await ours.subscribe("a", "{ caller }")
        assert (await ours.hear())["payload"] == {"data": {"caller": "acme"}}
        assert await ours.hear() == {"id": "a", "type": "complete"}


@pytest.mark.parametrize("where", ["x-api-key", "Authorization", "headers"])
async def test_the_key_comes_with_the_init_or_with_the_upgrade(
    serve_ticks: Serve, api_key: str, where: str
) -> None:
    payload = {
        "x-api-key": {"x-api-key": api_key, "other": 1},
        "Authorization": {"Authorization": f"Bearer {api_key}"},
        "headers": {},
    }[where]
    headers = {"X_API_Key": api_key} if where == "headers" else {"X_API_Key": "amk_wrong"}
    async with serve_ticks() as served, client(served.socket_url, **headers) as ours:
        await ours.init(payload)
        await ours.subscribe("a", "{ caller }")
        assert (await ours.hear())["payload"] == {"data": {"caller": "acme"}}


async def test_a_database_that_is_away_is_no_fault_of_the_key(
    serve_ticks: Serve, api_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable

    async with serve_ticks() as served, client(served.socket_url) as ours:
        monkeypatch.setattr(KeyRing, "authenticate", away)
        await ours.say({"type": "connection_init", "payload": {"X-API-Key": api_key}})
        code, reason = await ours.closed()
        assert code == 1013
        assert reason.startswith("UNAVAILABLE: ")


async def test_a_key_outlives_an_outage(
    serve_ticks: Serve, ticks: Ticks, api_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def away(*_: object) -> None:
        asked.set()
        raise Unavailable

    monkeypatch.setattr(callers, "RECHECK_SECONDS", 0.05)
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init({"X-API-Key": api_key})
        await ours.subscribe("a", TICKS)
        await ticks.until(listening=1)
        monkeypatch.setattr(KeyRing, "authenticate", away)
        await asked.wait()
        ticks.send(1)
        assert (await ours.hear())["type"] == "next"


async def test_without_a_key_what_needs_one_is_refused(serve_ticks: Serve) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init()
        await ours.subscribe("a", "{ __typename }")
        assert (await ours.hear())["payload"] == {"data": {"__typename": "Query"}}
        await ours.hear()
        await ours.subscribe("a", TICKS)
        answer = await ours.hear()
        assert answer["type"] == "error"
        assert answer["payload"][0]["extensions"] == {"code": "AUTH_REQUIRED"}


@pytest.mark.parametrize("payload", [{"X-API-Key": "amk_wrong"}, {"Authorization": "Basic x"}])
async def test_a_bad_key_closes_the_socket_with_its_code(
    serve_ticks: Serve, payload: dict[str, str]
) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.say({"type": "connection_init", "payload": payload})
        code, reason = await ours.closed()
        assert code == 4403
        assert reason.startswith("INVALID_TOKEN: ")


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "1",
        '"text"',
        "[]",
        "null",
        "{}",
        '{"type": 1}',
        '{"type": "nothing"}',
        '{"type": "ping"',
        b"\xff\xfe",
        b'{"type": "ping"}',
        '{"type": "connection_init", "payload": 1}',
        '{"type": "complete"}',
        "[" * 60_000,
        '{"type": "\\ud800"}',
    ],
)
async def test_a_frame_that_is_none_of_ours_closes_the_socket(
    serve_ticks: Serve, frame: str | bytes
) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.say(frame)
        assert (await ours.closed())[0] == 4400


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "subscribe", "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "id": "a"},
        {"type": "subscribe", "id": "a", "payload": "{ __typename }"},
    ],
)
async def test_a_subscribe_that_is_incomplete_closes_the_socket(
    serve_ticks: Serve, frame: dict[str, Any]
) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init()
        await ours.say(frame)
        assert (await ours.closed())[0] == 4400


async def test_out_of_turn_is_out(serve_ticks: Serve, ticks: Ticks, api_key: str) -> None:
    async with serve_ticks() as served:
        async with client(served.socket_url) as ours:
            await ours.subscribe("a", TICKS)
            assert await ours.closed() == (4401, "Unauthorized")
        async with client(served.socket_url) as ours:
            await ours.init()
            await ours.say({"type": "connection_init"})
            assert await ours.closed() == (4429, "Too many initialisation requests")
        async with client(served.socket_url) as ours:
            await ours.init({"X-API-Key": api_key})
            await ours.subscribe("a", TICKS)
            await ticks.until(listening=1)
            await ours.subscribe("a", TICKS)
            assert await ours.closed() == (4409, "Subscriber for a already exists")
            await ticks.until(listening=0)


async def test_who_says_nothing_is_sent_away(serve_ticks: Serve) -> None:
    async with serve_ticks(stream_init_seconds=0.2) as served:
        async with client(served.socket_url) as ours:
            assert await ours.closed() == (4408, "Connection initialisation timeout")
        async with client(served.socket_url) as ours:
            await ours.init()
            await asyncio.sleep(0.3)
            await ours.say({"type": "ping"})
            assert await ours.hear() == {"type": "pong"}
            await ours.say({"type": "pong"})
            await ours.say({"type": "ping", "payload": {"any": 1}})
            assert await ours.hear() == {"type": "pong"}


async def test_another_protocol_is_not_spoken(serve_ticks: Serve) -> None:
    async with serve_ticks() as served, connect(served.socket_url) as socket:
        assert (await Client(socket).closed())[0] == 4406


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("https://board.example", True),
        ("http://{host}", True),
        ("https://evil.example", False),
        ("null", False),
        ("http://{host}.evil.example", False),
    ],
)
async def test_only_our_own_pages_and_those_that_are_set_may_connect(
    serve_ticks: Serve, origin: str | None, *, may: bool
) -> None:
    async with serve_ticks(cors_origins=("https://board.example",)) as served:
        named = origin and origin.format(host=served.host)
        if may:
            async with client(served.socket_url, origin=named) as ours:
                assert await ours.init() == {"type": "connection_ack"}
        else:
            with pytest.raises(InvalidStatus, match="403"):
                async with client(served.socket_url, origin=named):
                    pass


async def test_a_frame_that_is_too_large_closes_the_socket(serve_ticks: Serve) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init()
        await ours.say("x" * 65_537)
        assert (await ours.closed())[0] == 1009


async def test_twenty_operations_at_once_and_no_more(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init({"X-API-Key": api_key})
        for id in [*map(str, range(20)), "one more"]:
            await ours.subscribe(id, TICKS)
        answer = await ours.hear()
        assert (answer["id"], answer["type"]) == ("one more", "error")
        assert answer["payload"][0]["extensions"] == {"code": "LIMIT_EXCEEDED"}
        await ours.say({"type": "complete", "id": "3"})
        await ticks.until(listening=19)
        await ours.subscribe("3", TICKS)
        await ticks.until(listening=20)
        await ours.say({"type": "complete", "id": "unknown"})
    await ticks.until(listening=0)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "VALIDATION_FAILED"),
        ({"query": "{ nothing }"}, "VALIDATION_FAILED"),
        ({"query": "{ __typename }", "variables": []}, "VALIDATION_FAILED"),
        ({"variables": {}}, "VALIDATION_FAILED"),
        ({"query": "query A { __typename } query B { __typename }"}, "VALIDATION_FAILED"),
        ({"query": "{a" * 50 + "}" * 50}, "LIMIT_EXCEEDED"),
        (
            {"query": "mutation {" + "".join(f"a{n}: write " for n in range(11)) + "}"},
            "LIMIT_EXCEEDED",
        ),
        ({"documentId": "none"}, "PERSISTED_QUERY_NOT_FOUND"),
    ],
)
async def test_the_limits_are_the_same_here(
    serve_ticks: Serve, ticks: Ticks, api_key: str, payload: dict[str, Any], code: str
) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init({"X-API-Key": api_key})
        await ours.say({"id": "a", "type": "subscribe", "payload": payload})
        answer = await ours.hear()
        assert (answer["id"], answer["type"]) == ("a", "error")
        assert answer["payload"][0]["extensions"]["code"] == code
        assert ticks.written == 0


async def test_a_failed_event_is_an_event_and_a_failed_source_is_the_end(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init({"X-API-Key": api_key})
        await ours.subscribe("a", "subscription { ticks(nothingAt: 5) { odd } }")
        await ticks.until(listening=1)
        ticks.send(10, 3, 5)
        failed = await ours.hear()
        assert failed["payload"]["errors"][0]["extensions"] == {"code": "ALREADY_EXISTS"}
        assert (await ours.hear())["payload"] == {"data": {"ticks": {"odd": True}}}
        failed = await ours.hear()
        assert failed["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
        assert "secret" not in str(failed)
        assert await ours.hear() == {"id": "a", "type": "complete"}


async def test_a_key_that_is_revoked_ends_its_operations_and_its_socket(
    serve_ticks: Serve, ticks: Ticks, store: Store, actor: Actor
) -> None:
    key, secret = await keys.create(store, actor, name="gone", scopes=list(actor.scopes))
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init({"X-API-Key": secret})
        await ours.subscribe("a", TICKS)
        await ours.subscribe("b", TICKS)
        await ticks.until(listening=2)
        await keys.revoke(store, actor, id=key.id)
        async with asyncio.timeout(5):
            heard = [await ours.hear(), await ours.hear()]
        assert {each["id"] for each in heard} == {"a", "b"}
        for each in heard:
            assert each["type"] == "error"
            assert each["payload"][0]["extensions"] == {"code": "API_KEY_DISABLED"}
        code, reason = await ours.closed()
        assert code == 4403
        assert reason.startswith("API_KEY_DISABLED: ")
        await ticks.until(listening=0)


async def test_a_server_that_stops_says_that_it_goes_away(
    serve_ticks: Serve, ticks: Ticks, api_key: str
) -> None:
    async with serve_ticks() as served, client(served.socket_url) as ours:
        await ours.init({"X-API-Key": api_key})
        await ours.subscribe("a", TICKS)
        await ticks.until(listening=1)
        served.stop()
        assert (await ours.closed())[0] == 1001
    await ticks.until(listening=0)


async def test_when_the_client_leaves_nothing_stays(
    serve_ticks: Serve, ticks: Ticks, api_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve_ticks() as served:
        before = asyncio.all_tasks()
        for _ in range(3):
            async with client(served.socket_url) as ours:
                await ours.init({"X-API-Key": api_key})
                await ours.subscribe("a", TICKS)
                await ticks.until(listening=1)
                ticks.send(*range(1, 1_000))
                ours.socket.transport.abort()  # in the midst of them, without a word
            await ticks.until(listening=0)
        await ended_since(before)
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []
