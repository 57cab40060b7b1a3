"""Batches: several operations in one request, bounded in number and by what they cost together."""

from __future__ import annotations

import httpx
import pytest

from gql_tickets.execution.documents import Document, Documents
from gql_tickets.settings import Settings
from tests.conftest import serving

HELLO = {"query": "{ __typename }"}
DATA = {"data": {"__typename": "Query"}}
PAGE = {"query": "{ tickets(first: 90) { nodes { slug } } }"}
CREATE = 'mutation {{ ticketCreate(input: {{title: "{}"}}) {{ ticket {{ slug }} }} }}'
TITLES = {"query": "{ tickets { nodes { title } } }"}
RATE_LIMIT = {"query": "{ viewer { rateLimit { remaining cost } } }"}


def codes(answer: httpx.Response) -> list[str]:
    """The codes of a refusal of the whole batch."""
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


async def test_each_answer_stands_in_the_place_of_its_operation(client: httpx.AsyncClient) -> None:
    named = {
        "query": "query A($n: Int) { tickets(first: $n) { totalCount } } query B { __typename }",
        "operationName": "A",
        "variables": {"n": 3},
    }
    answer = await client.post("/graphql", json=[HELLO, named, HELLO])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == [DATA, {"data": {"tickets": {"totalCount": 0}}}, DATA]
    assert (await client.post("/graphql", json=[HELLO])).json() == [DATA]


async def test_operations_run_in_order_and_see_what_was_written_before(
    client: httpx.AsyncClient,
) -> None:
    batch = [TITLES, {"query": CREATE.format("a")}, TITLES, {"query": CREATE.format("b")}, TITLES]
    first, a, second, b, third = (await client.post("/graphql", json=batch)).json()
    found = [
        [node["title"] for node in each["data"]["tickets"]["nodes"]]
        for each in (first, second, third)
    ]
    assert found == [[], ["a"], ["b", "a"]]
    slugs = [each["data"]["ticketCreate"]["ticket"]["slug"] for each in (a, b)]
    assert [slug.partition("-")[2] for slug in slugs] == ["1", "2"]


async def test_what_cannot_run_says_so_in_its_place_and_the_others_run(
    client: httpx.AsyncClient,
) -> None:
    batch = [
        HELLO,
        {"query": "{"},
        {"query": "{ tickets(first: 0) { totalCount } }"},
        {"query": "subscription { ticketChanged { slug } }"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}},
        {},
        {"query": "{ tickets(first: 250) { nodes { children(first: 250) { nodes { id } } } } }"},
        {"query": CREATE.format("a")},
    ]
    answer = await client.post("/graphql", json=batch)
    assert answer.status_code == 200
    hello, *failed, written = answer.json()
    assert hello == DATA
    assert [each["errors"][0]["extensions"]["code"] for each in failed] == [
        "VALIDATION_FAILED",
        "VALIDATION_FAILED",
        "VALIDATION_FAILED",
        "PERSISTED_QUERY_NOT_FOUND",
        "VALIDATION_FAILED",
        "COST_LIMIT_EXCEEDED",
    ]
    assert [each for each in failed if each.get("data")] == []
    assert written["data"]["ticketCreate"]["ticket"]


async def test_the_costs_are_summed_under_one_limit_and_nothing_runs_beyond_it(
    settings: Settings, api_key: str
) -> None:
    small = settings.model_copy(update={"cost_max": 200})
    async with serving(small, **{"X-API-Key": api_key, "X-Show-Cost": "1"}) as client:
        [one, two] = (await client.post("/graphql", json=[PAGE, PAGE])).json()
        assert one["extensions"] == two["extensions"]
        cost = one["extensions"]["cost"]["requestedQueryCost"]
        assert 2 * cost < 200 < 3 * cost
        batch = [{"query": CREATE.format("a")}, PAGE, PAGE, PAGE]
        answer = await client.post("/graphql", json=batch)
        assert answer.status_code == 422
        assert codes(answer) == ["COST_LIMIT_EXCEEDED"]
        limits = answer.json()["errors"][0]["extensions"]
        assert limits["maxCost"] == 200
        assert limits["cost"] > 3 * cost
        assert (await client.post("/graphql", json=TITLES)).json()["data"]["tickets"]["nodes"] == []


async def test_the_mutations_are_counted_under_one_limit_and_none_runs_beyond_it(
    client: httpx.AsyncClient,
) -> None:
    create = 'ticketCreate(input: { title: "t", type: BUG }) { ticket { id } }'
    four = "mutation { a: %s b: %s ...Two } fragment Two on Mutation { c: %s d: %s }"
    operation = {"query": four % ((create,) * 4)}
    answer = await client.post("/graphql", json=[operation] * 3)
    assert codes(answer) == ["LIMIT_EXCEEDED"]
    assert (await client.post("/graphql", json=TITLES)).json()["data"]["tickets"]["nodes"] == []
    made = (await client.post("/graphql", json=[operation] * 2)).json()
    assert [len(each["data"]) for each in made] == [4, 4]


async def test_a_batch_is_charged_at_once_to_one_bucket(settings: Settings, api_key: str) -> None:
    small = {"rate_limit_points": 300, "rate_limit_restore_per_second": 0.001}
    limited = settings.model_copy(update=small)
    async with serving(limited, **{"X-API-Key": api_key}) as client:
        answer = await client.post("/graphql", json=[PAGE, RATE_LIMIT])
        told = answer.json()[1]["data"]["viewer"]["rateLimit"]
        assert told["remaining"] == 300 - told["cost"]
        assert 90 < told["cost"] < 100
        refused = await client.post(
            "/graphql", json=[{"query": CREATE.format("a")}, PAGE, PAGE, PAGE]
        )
        assert refused.status_code == 429
        assert codes(refused) == ["RATE_LIMITED"]
        assert int(refused.headers["retry-after"]) > 0
        assert (await client.post("/graphql", json=TITLES)).json()["data"]["tickets"]["nodes"] == []


@pytest.fixture
def documents_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are looked at."""
    texts: list[str] = []
    read = Documents.read

    def noting(documents: Documents, text: str) -> Document:
        texts.append(text)
        return read(documents, text)

    monkeypatch.setattr(Documents, "read", noting)
    return texts


async def test_a_thousand_operations_are_refused_before_one_is_looked_at(
    client: httpx.AsyncClient, documents_read: list[str]
) -> None:
    answer = await client.post("/graphql", json=[HELLO] * 1_000)
    assert answer.status_code == 400
    assert codes(answer) == ["LIMIT_EXCEEDED"]
    assert "more than 10 operations" in answer.json()["errors"][0]["message"]
    assert documents_read == []
    assert (await client.post("/graphql", json=[HELLO] * 10)).json() == [DATA] * 10
    assert len(documents_read) == 10


@pytest.mark.parametrize(
    "body",
    ["[]", "[1]", "[[]]", '[{"query": 1}]', '[{"variables": []}]', "[", "[null]", "1", '"a"'],
)
async def test_what_is_no_batch_is_a_400(client: httpx.AsyncClient, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/graphql", content=body, headers=headers)
    assert answer.status_code == 400
    assert codes(answer) == ["VALIDATION_FAILED"]


async def test_batches_can_be_switched_off(settings: Settings) -> None:
    async with serving(settings.model_copy(update={"batch_operations_max": 0})) as client:
        answer = await client.post("/graphql", json=[HELLO])
        assert answer.status_code == 400
        assert "batches are not offered" in answer.json()["errors"][0]["message"]
        assert (await client.post("/graphql", json=HELLO)).json() == DATA


async def test_a_batch_is_for_json_alone(client: httpx.AsyncClient) -> None:
    for accept in ("text/event-stream", "multipart/mixed;subscriptionSpec=1.0"):
        answer = await client.post("/graphql", json=[HELLO], headers={"Accept": accept})
        assert answer.status_code == 406
    accept = "application/graphql-response+json, application/json"
    answer = await client.post("/graphql", json=[HELLO], headers={"Accept": accept})
    assert answer.json() == [DATA]
    assert answer.headers["content-type"].startswith("application/graphql-response+json")


async def test_a_key_is_looked_at_once_for_all(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=[HELLO], headers={"X-API-Key": "amk_wrong"})
    assert answer.status_code == 401
    assert codes(answer) == ["INVALID_TOKEN"]
    nobody = await client.post("/graphql", json=[HELLO, TITLES], headers={"X-API-Key": ""})
    hello, refused = nobody.json()
    assert hello == DATA
    assert refused["errors"][0]["extensions"]["code"] == "AUTH_REQUIRED"
