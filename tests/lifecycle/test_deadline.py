"""A request that takes too long is 503, and what it was doing is given up."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from gql_tickets.app import create_app
from gql_tickets.context import State
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Connection
from gql_tickets.store.sqlite import SqliteStore
from gql_tickets.web.lifecycle import STOP_SECONDS, Lifecycle
from tests.around import around, guard
from tests.lifecycle.locks import locked

TICKETS = "/api/v1/ext/orgs/acme/tickets"
CREATE = 'mutation { ticketCreate(input: {title: "No"}) { ticket { slug } userErrors { code } } }'


async def test_a_write_that_waits_too_long_is_503_at_both_doors_and_leaves_nothing(
    settings: Settings, api_key: str
) -> None:
    app = create_app(settings.model_copy(update={"request_timeout_seconds": 0.3}))
    headers = {"X-API-Key": api_key}
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as http,
    ):
        assert (await http.get(TICKETS)).json()["total"] == 0
        async with locked(settings):
            started = time.monotonic()
            rest, graphql = await asyncio.gather(
                http.post(TICKETS, json={"title": "No"}),
                http.post("/graphql", json={"query": CREATE}),
            )
            assert time.monotonic() - started < 3
            for answer in (rest, graphql):
                assert answer.status_code == 503
                assert "UNAVAILABLE" in answer.text
                assert answer.headers["retry-after"] == "1"
        state: State = app.state.tickets
        async with asyncio.timeout(10):
            # A pool that is whole, and a write that does not wait behind those that were given up.
            assert (await http.post(TICKETS, json={"title": "Yes"})).status_code == 201
        pool = state.store.pool()
        assert pool.idle == pool.size
        assert (await http.get(TICKETS)).json()["total"] == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_statement_that_runs_too_long_is_interrupted(settings: Settings) -> None:
    """On SQLite, where it runs in a thread that cannot be cancelled."""
    store = await SqliteStore.open(settings.model_copy(update={"sqlite_readers": 1}))
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    )

    async def work(db: Connection) -> None:
        db.raw.execute(endless).fetchall()  # type: ignore[attr-defined]

    async def nothing(_db: Connection) -> str:
        return "free"

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await store.read(work)
    async with asyncio.timeout(10):
        assert await store.read(nothing) == "free"
    await store.close()


def client(lifecycle: Lifecycle, seconds: float, route: Route) -> httpx.AsyncClient:
    app = Starlette(
        routes=[route],
        middleware=[guard(lifecycle=lifecycle, seconds=seconds)],
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tickets")


async def streams(_request: Request) -> Response:
    async def parts() -> object:
        for _ in range(3):
            await asyncio.sleep(0.1)
            yield b"."

    return StreamingResponse(parts())  # type: ignore[arg-type]


async def fails(_request: Request) -> Response:
    raise TimeoutError("another one's")


async def test_an_answer_that_has_begun_may_take_its_time() -> None:
    async with client(Lifecycle(drain_seconds=0), 0.1, Route("/", streams)) as http:
        assert (await http.get("/")).text == "..."


async def test_a_timeout_of_something_else_is_not_the_requests() -> None:
    async with client(Lifecycle(drain_seconds=0), 5, Route("/", fails)) as http:
        assert (await http.get("/")).status_code == 500


async def test_no_seconds_is_for_ever_until_the_server_stops() -> None:
    lifecycle = Lifecycle(drain_seconds=0)
    began = asyncio.Event()

    async def waits(_request: Request) -> Response:
        began.set()
        await asyncio.Event().wait()
        return PlainTextResponse("never")

    async with client(lifecycle, 0, Route("/", waits)) as http:
        hanging = asyncio.create_task(http.get("/"))
        await asyncio.wait_for(began.wait(), timeout=10)
        [request] = lifecycle.running
        assert request.when == math.inf
        lifecycle.drain()
        now = asyncio.get_running_loop().time()
        assert now < request.when <= now + STOP_SECONDS
        request.when = now
        assert (await hanging).status_code == 503
    assert lifecycle.running == set()


async def test_a_request_that_somebody_else_cancels_stays_cancelled() -> None:
    began = asyncio.Event()

    async def waits(_scope: Scope, _receive: Receive, _send: Send) -> None:
        began.set()
        await asyncio.Event().wait()

    async def nothing(*_: object) -> Any:
        raise AssertionError

    app = around(waits, guard(seconds=5))
    call: Any = app({"type": "http", "path": "/", "headers": []}, nothing, nothing)
    task = asyncio.create_task(call)
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_task_that_was_given_up_may_go_on() -> None:
    """A connection's task may answer other requests after the one that took too long."""

    async def waits(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    async def nothing(*_: object) -> Any:
        raise AssertionError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    app = around(waits, guard(seconds=0.05))
    await app({"type": "http", "path": "/", "headers": []}, nothing, send)
    assert sent[0]["status"] == 503
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_server_that_drains_asks_for_another_connection() -> None:
    lifecycle = Lifecycle(drain_seconds=0)
    async with client(lifecycle, 5, Route("/", streams)) as http:
        assert "connection" not in (await http.get("/")).headers
        lifecycle.drain()
        assert (await http.get("/")).headers["connection"] == "close"
