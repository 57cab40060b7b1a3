"""GraphQL operations cost what they may hold, over HTTP and over sockets, from one bucket."""

from __future__ import annotations

import httpx
import pytest

from gql_tickets.app import create_app
from gql_tickets.settings import Settings
from tests.conftest import serving
from tests.transport.conftest import run
from tests.transport.talking import client

PAGE = "{ tickets(first: 50) { nodes { slug } } viewer { rateLimit { remaining cost } } }"
TICKETS = "/api/v1/ext/orgs/acme/tickets"


@pytest.fixture
def limited(settings: Settings) -> Settings:
    """A bucket of 1,000 points that hardly fills."""
    small = {"rate_limit_points": 1_000, "rate_limit_restore_per_second": 0.001}
    return settings.model_copy(update=small)


def cost_of(answer: httpx.Response) -> int:
    cost: int = answer.json()["extensions"]["cost"]["requestedQueryCost"]
    return cost


async def test_an_operation_costs_its_price_and_the_point_of_every_request(
    limited: Settings, api_key: str
) -> None:
    async with serving(limited, **{"X-API-Key": api_key, "X-Show-Cost": "1"}) as http:
        answer = await http.post("/graphql", json={"query": PAGE})
        cost = cost_of(answer)
        assert cost > 50
        told = answer.json()["data"]["viewer"]["rateLimit"]
        assert told == {"remaining": 1_000 - cost - 1, "cost": cost + 1}
        assert answer.headers["ratelimit"].startswith(f'"points";r={1_000 - cost - 1};')
        dear = {
            "query": "{ tickets(first: 250) { nodes { children(first: 2) { nodes { slug } } } } }"
        }
        refused = await http.post("/graphql", json=dear)
        assert refused.status_code == 429
        assert refused.json()["data"] is None
        assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        assert int(refused.headers["retry-after"]) > 1_000
        unknown = await http.post("/graphql", json={"query": "{ nothing }"})
        left = 1_000 - cost - 1 - 1 - 1
        assert unknown.headers["ratelimit"].startswith(f'"points";r={left};')


async def test_a_socket_spends_from_the_same_bucket(limited: Settings, api_key: str) -> None:
    async with run(create_app(limited), limited) as served, client(served.socket_url) as ours:
        await ours.init({"X-API-Key": api_key})
        remaining = 1_000
        for id in ("a", "b"):
            await ours.subscribe(id, PAGE)
            told = (await ours.hear())["payload"]["data"]["viewer"]["rateLimit"]
            remaining -= told["cost"]
            assert told["remaining"] == remaining
            assert (await ours.hear())["type"] == "complete"
        answer = None
        while answer is None or answer["type"] != "error":
            await ours.subscribe("c", PAGE)
            answer = await ours.hear()
            if answer["type"] == "next":
                await ours.hear()
        assert answer["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        async with httpx.AsyncClient(headers={"X-API-Key": api_key}) as http:
            listed = await http.get(f"http://{served.host}{TICKETS}?limit=1000")
        assert listed.status_code == 429
