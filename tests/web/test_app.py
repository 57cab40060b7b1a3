"""The composition: what stands where, on both databases."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest

import gql_tickets.app as composition
from gql_tickets.app import create_app, load_mount, opened
from gql_tickets.errors import Unavailable
from gql_tickets.service.keys import KeyRing
from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.web import health
from tests.conftest import serving


@pytest.mark.parametrize(
    ("path", "status", "key"),
    [
        ("/", 200, "graphql"),
        ("/healthz", 200, "status"),
        ("/readyz", 200, "status"),
        ("/no", 404, "error"),
    ],
)
async def test_what_stands_outside_the_doors(
    client: httpx.AsyncClient, path: str, status: int, key: str
) -> None:
    for slash in ("", "/"):
        answer = await client.get(path.rstrip("/") + slash)
        assert answer.status_code == status
        assert key in answer.json()
        assert len(answer.headers["x-request-id"]) == 32


async def test_both_doors_stand_in_the_one_application(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql/", json={"query": "{ __typename }"})
    assert answer.json()["data"] == {"__typename": "Query"}
    listed = await client.get("/api/v1/ext/orgs/acme/tickets/")
    assert listed.json() == {"tickets": [], "total": 0, "limit": 20, "offset": 0}


async def test_without_mounts_graphql_still_answers(settings: Settings) -> None:
    bare = settings.model_copy(update={"mounts": ()})
    async with serving(bare) as client:
        answer = await client.post("/graphql", json={"query": "{ __typename }"})
        assert answer.json()["data"] == {"__typename": "Query"}
        gone = await client.get("/api/v1/ext/orgs/acme/tickets")
        assert (gone.status_code, gone.json()["code"]) == (404, "RESOURCE_NOT_FOUND")


async def test_a_database_that_is_gone_is_not_ready_but_the_process_is_alive(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_store: object) -> bool:
        raise Unavailable

    monkeypatch.setattr(health, "is_current", gone)
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    assert (await client.get("/healthz")).status_code == 200


async def test_a_database_that_is_behind_is_not_ready(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "head", lambda: "9999")
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["error"]) == (503, "The database is not migrated.")


@pytest.mark.parametrize("path", ["/graphql", "/api/v1/ext/orgs/acme/tickets", "/no"])
async def test_a_body_over_the_limit_is_413_at_every_door(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.post(path, content=b" " * 262_145)
    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")


async def test_the_lifespan_may_be_run_again(settings: Settings) -> None:
    app = create_app(settings)
    count = 0
    for _ in range(2):
        async with app.router.lifespan_context(app):
            count = len(app.routes)
    assert count == len({str(route) for route in app.routes})


@pytest.mark.parametrize(
    "name", ["", "nosuch", "nosuch:mount", "rest_compat", "rest_compat:nosuch", ".a:b"]
)
def test_a_mount_that_cannot_be_imported_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="Cannot mount"):
        load_mount(name)


async def test_upkeep_stores_when_keys_were_used_and_outlives_an_outage(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(composition, "LAST_USED_SECONDS", 0)
    flushed = asyncio.Event()
    calls = 0

    async def flush(_keys: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise Unavailable
        flushed.set()

    monkeypatch.setattr(KeyRing, "flush_last_used", flush)
    with caplog.at_level(logging.WARNING):
        async with opened(settings):
            await asyncio.wait_for(flushed.wait(), timeout=5)
    assert "trying again later" in caplog.text
