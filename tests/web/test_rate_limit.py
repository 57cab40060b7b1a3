"""R12: a caller who asks for too much is told so at either door, and when to come back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from gql_tickets.auth import new_key
from gql_tickets.domain.directory import Organization
from gql_tickets.settings import Settings
from tests.conftest import serving

TICKETS = "/api/v1/ext/orgs/acme/tickets"
MINE = {"query": "{ viewer { rateLimit { limit remaining restoreRate resetAt cost } } }"}


def limited(settings: Settings, **changed: object) -> Settings:
    small = {"rate_limit_points": 2_000, "rate_limit_restore_per_second": 0.5}
    return settings.model_copy(update={**small, **changed})


@pytest.fixture
async def http(settings: Settings, api_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose key has a bucket that hardly fills."""
    async with serving(limited(settings), **{"X-API-Key": api_key}) as client:
        yield client


def remaining(answer: httpx.Response) -> int:
    match = re.fullmatch(r'"points";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert match
    assert int(match[2]) == (2_000 - int(match[1])) * 2
    return int(match[1])


async def test_both_doors_spend_from_one_bucket(http: httpx.AsyncClient) -> None:
    listed = await http.get(TICKETS)
    assert listed.headers["ratelimit-policy"] == '"points";q=2000;w=4000;qu="points"'
    assert remaining(listed) == 2_000 - 1 - 20
    answer = await http.post("/graphql", json=MINE)
    told = answer.json()["data"]["viewer"]["rateLimit"]
    assert remaining(answer) == told["remaining"] == 2_000 - 1 - 20 - told["cost"]
    assert (told["limit"], told["restoreRate"]) == (2_000, 0.5)
    assert told["resetAt"].endswith("Z")


@pytest.mark.parametrize(
    ("method", "path", "body", "points"),
    [
        ("GET", f"{TICKETS}?limit=100", None, 101),
        ("GET", f"{TICKETS}/board", None, 1_001),
        ("GET", f"{TICKETS}/board?limit=10", None, 51),
        ("GET", f"{TICKETS}/AM-1", None, 2),
        ("HEAD", f"{TICKETS}/AM-1", None, 2),
        ("POST", TICKETS, {"title": "One"}, 11),
        ("DELETE", f"{TICKETS}/AM-1", None, 11),
        ("GET", f"{TICKETS}?limit=0", None, 1),
        ("POST", TICKETS, {}, 1),
    ],
)
async def test_a_request_costs_what_its_answer_may_hold(
    http: httpx.AsyncClient, method: str, path: str, body: object, points: int
) -> None:
    answer = await http.request(method, path, json=body)
    assert remaining(answer) == 2_000 - points


async def test_an_empty_bucket_is_429_at_both_doors_and_nothing_is_done(
    http: httpx.AsyncClient,
) -> None:
    await http.get(f"{TICKETS}?limit=1000")
    await http.get(f"{TICKETS}?limit=990")
    refused = await http.post(TICKETS, json={"title": "One too many"})
    assert refused.status_code == 429
    assert refused.json()["code"] == "RATE_LIMITED"
    assert int(refused.headers["retry-after"]) > 0
    while (last := await http.get(f"{TICKETS}/AM-1")).status_code != 429:
        assert last.status_code == 404
    gql = await http.post("/graphql", json=MINE)
    while gql.status_code != 429:
        gql = await http.post("/graphql", json=MINE)
    [error] = gql.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfterSeconds"] == int(gql.headers["retry-after"])
    assert (await http.get("/healthz")).status_code == 200


async def test_without_a_key_or_a_limit_there_is_no_budget_to_tell(
    settings: Settings, api_key: str
) -> None:
    async with serving(limited(settings)) as http:
        answer = await http.post("/graphql", json={"query": "{ __typename }"})
        assert "ratelimit" not in answer.headers
    unlimited = limited(settings, rate_limit_points=0)
    async with serving(unlimited, **{"X-API-Key": api_key}) as http:
        assert "ratelimit" not in (await http.get(TICKETS)).headers
        told = (await http.post("/graphql", json=MINE)).json()["data"]["viewer"]["rateLimit"]
        assert told["limit"] == 0


async def test_who_guesses_keys_has_to_wait_and_who_has_one_does_not(
    settings: Settings, organization: Organization, api_key: str
) -> None:
    del organization
    guarded = limited(settings, auth_failures_per_minute=5, key_cache_seconds=3)
    async with serving(guarded) as http:
        mine = {"X-API-Key": api_key}
        assert (await http.get(TICKETS, headers=mine)).status_code == 200
        for _ in range(5):
            answer = await http.get(TICKETS, headers={"X-API-Key": new_key()})
            assert answer.status_code == 401
        for answer in (
            await http.get(TICKETS, headers={"X-API-Key": new_key()}),
            await http.post("/graphql", json=MINE, headers={"X-API-Key": new_key()}),
        ):
            assert answer.status_code == 429
            assert "RATE_LIMITED" in answer.text
            assert int(answer.headers["retry-after"]) <= 12
        assert (await http.get(TICKETS, headers=mine)).status_code == 200
