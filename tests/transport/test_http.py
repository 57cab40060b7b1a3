"""Methods, media types, statuses and headers of the door, one by one."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from gql_tickets.settings import Settings
from gql_tickets.transport.media import EVENTS, JSON, RESPONSE, SUBSCRIPTION, is_json, readable
from tests.conftest import serving

RESPONSE_TYPE = "application/graphql-response+json"
HELLO = {"query": "{ __typename }"}
BROKEN = {"query": "{ nothing }"}
TOO_DEAR = {"query": "{ tickets(first: 250) { nodes { children(first: 250) { nodes { id } } } } }"}
DATA = {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("accept", "json_", "stream", "html"),
    [
        ("", JSON, None, False),
        ("*/*", JSON, None, False),
        ("application/*", JSON, None, False),
        ("application/json", JSON, None, False),
        ("APPLICATION/JSON; charset=utf-8", JSON, None, False),
        ("application/graphql-response+json", RESPONSE, None, False),
        ("application/graphql-response+json, application/json;q=0.9", RESPONSE, None, False),
        ("application/graphql-response+json;q=0.5, application/json", JSON, None, False),
        ("application/json, application/graphql-response+json", RESPONSE, None, False),
        ("text/event-stream", None, EVENTS, False),
        ("text/event-stream, application/json", JSON, EVENTS, False),
        ('multipart/mixed;boundary="x";subscriptionSpec="1.0"', None, SUBSCRIPTION, False),
        (
            "Multipart/Mixed; SubscriptionSpec=1.0; q=0.5, application/json",
            JSON,
            SUBSCRIPTION,
            False,
        ),
        ("multipart/mixed;subscriptionSpec=1.0, text/event-stream", None, EVENTS, False),
        (
            "multipart/mixed;subscriptionSpec=1.0, text/event-stream;q=0.9",
            None,
            SUBSCRIPTION,
            False,
        ),
        ("multipart/mixed, multipart/mixed;deferSpec=20220824, */*", JSON, None, False),
        ("multipart/mixed;subscriptionSpec=2.0, application/json", JSON, None, False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON, None, True),
        ("application/json, text/html;q=0.5", JSON, None, False),
        ("image/png", None, None, False),
        ("application/json;q=0", None, None, False),
        ("application/json;q=x", None, None, False),
        (",;,;q=", None, None, False),
    ],
)
def test_an_accept_header_is_read_as_it_is_meant(
    accept: str, json_: bytes | None, stream: bytes | None, *, html: bool
) -> None:
    found = readable(accept.encode())
    assert (found.json, found.stream, found.html) == (json_, stream, html)


@pytest.mark.parametrize("kind", [EVENTS, SUBSCRIPTION])
def test_a_stream_is_sent_rather_than_json_only_when_it_is_preferred(kind: bytes) -> None:
    assert readable(kind + b", application/json;q=0.9").stream_rather
    assert not readable(kind + b", application/json").stream_rather


@pytest.mark.parametrize(
    ("content_type", "is_so"),
    [
        ("application/json", True),
        ("Application/JSON;charset=UTF-8", True),
        ('application/json; charset="utf-8"; x=y', True),
        ("application/json; charset=latin-1", False),
        ("application/jsonp", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_a_body_is_json_in_utf_8(content_type: str, *, is_so: bool) -> None:
    assert is_json(content_type.encode()) is is_so


@pytest.mark.parametrize(
    ("accept", "media"),
    [("*/*", "application/json"), (RESPONSE_TYPE, f"{RESPONSE_TYPE}; charset=utf-8")],
)
async def test_the_answer_is_of_the_type_that_was_asked_for(
    client: httpx.AsyncClient, accept: str, media: str
) -> None:
    answer = await client.post("/graphql", json=HELLO, headers={"Accept": accept})
    assert (answer.status_code, answer.json()) == (200, DATA)
    assert answer.headers["content-type"] == media
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("document", [BROKEN, {"query": "{"}, {**HELLO, "operationName": "A"}])
async def test_what_was_not_run_is_a_400_without_data_to_those_who_can_read_it(
    client: httpx.AsyncClient, document: dict[str, Any]
) -> None:
    modern = await client.post("/graphql", json=document, headers={"Accept": RESPONSE_TYPE})
    assert modern.status_code == 400
    assert "data" not in modern.json()
    plain = await client.post("/graphql", json=document)
    assert plain.status_code == 200
    assert plain.json() == {"data": None, **modern.json()}


async def test_variables_that_do_not_fit_are_a_400_too(client: httpx.AsyncClient) -> None:
    document = {"query": "query($n: Int!) { tickets(first: $n) { totalCount } }"}
    for variables in ({}, {"n": "x"}):
        answer = await client.post(
            "/graphql", json={**document, "variables": variables}, headers={"Accept": RESPONSE_TYPE}
        )
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}


async def test_a_failed_field_is_a_200(client: httpx.AsyncClient) -> None:
    document = {"query": "{ tickets(first: 0) { totalCount } }"}
    answer = await client.post("/graphql", json=document, headers={"Accept": RESPONSE_TYPE})
    assert answer.status_code == 200
    assert answer.json()["data"] is None


@pytest.mark.parametrize("accept", ["*/*", RESPONSE_TYPE])
async def test_what_could_cost_too_much_is_a_422_with_the_numbers(
    client: httpx.AsyncClient, accept: str
) -> None:
    answer = await client.post("/graphql", json=TOO_DEAR, headers={"Accept": accept})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["extensions"] == {
        "code": "COST_LIMIT_EXCEEDED",
        "cost": 1 + 250 * (1 + 1 + 250),
        "maxCost": 10_000,
    }


async def test_a_cost_beyond_all_numbers_is_a_number(client: httpx.AsyncClient) -> None:
    level = "children(first: $n) { nodes { id } }"
    for _ in range(2):
        level = f"children(first: $n) {{ nodes {{ {level} }} }}"
    document = f"query($n: Int) {{ tickets(first: $n) {{ nodes {{ {level} }} }} }}"
    for n in (2**31 - 1, 2**63, 10**30, 1e300):
        answer = await client.post("/graphql", json={"query": document, "variables": {"n": n}})
        assert answer.status_code == 422, n
        assert answer.json()["errors"][0]["extensions"]["cost"] == 2**31 - 1


async def test_the_cost_is_shown_to_those_who_ask(client: httpx.AsyncClient) -> None:
    document = {"query": "{ tickets(first: 3) { nodes { labels { name } } totalCount } }"}
    answer = await client.post("/graphql", json=document, headers={"X-Show-Cost": "1"})
    assert answer.json()["extensions"] == {
        "cost": {"requestedQueryCost": 1 + 5 + 3 * 6, "maximumQueryCost": 10_000}
    }
    for value in ("0", "false", ""):
        answer = await client.post("/graphql", json=document, headers={"X-Show-Cost": value})
        assert "extensions" not in answer.json()


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0"])
async def test_who_cannot_read_json_is_told_so(client: httpx.AsyncClient, accept: str) -> None:
    answer = await client.post("/graphql", json=HELLO, headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"],
)
async def test_a_body_that_is_not_json_is_a_415(
    client: httpx.AsyncClient, content_type: str
) -> None:
    answer = await client.post(
        "/graphql", content=json.dumps(HELLO), headers={"Content-Type": content_type}
    )
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_told_which_there_are(
    client: httpx.AsyncClient, method: str
) -> None:
    answer = await client.request(method, "/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_a_query_may_be_got_with_everything_in_the_url(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/graphql",
        params={
            "query": "query A($n: Int) { tickets(first: $n) { totalCount } } query B { __typename }",
            "operationName": "A",
            "variables": '{"n": 3}',
            "extensions": "{}",
            "other": "ignored",
        },
    )
    assert answer.json() == {"data": {"tickets": {"totalCount": 0}}}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "query=%FF",
        "query={x}&variables=1",
        "query={x}&variables={",
        "query={x}&extensions=[]",
        "variables={}",
        "&".join("a=b" for _ in range(50)),
        "query={x}&variables=" + "[" * 5_000,
    ],
)
async def test_a_url_that_is_no_request_is_a_400(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/graphql?{query}", headers={"Accept": "*/*"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}


async def test_a_head_is_a_get_without_its_body(client: httpx.AsyncClient) -> None:
    answer = await client.head("/graphql", params=HELLO)
    got = await client.get("/graphql", params=HELLO)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == got.headers["content-length"]
    stream = await client.head("/graphql", params=HELLO, headers={"Accept": "text/event-stream"})
    assert stream.status_code == 406
    page = await client.head("/graphql", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")


async def test_a_mutation_is_never_run_by_get(client: httpx.AsyncClient) -> None:
    query = 'mutation { ticketCreate(input: {title: "x"}) { __typename } }'
    for method in ("GET", "HEAD"):
        answer = await client.request(method, "/graphql", params={"query": query})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    count = await client.post("/graphql", json={"query": "{ tickets { totalCount } }"})
    assert count.json()["data"]["tickets"]["totalCount"] == 0


async def test_without_graphiql_a_browser_is_told_so(settings: Settings) -> None:
    async with serving(settings.model_copy(update={"graphiql": False})) as client:
        answer = await client.get("/graphql", headers={"Accept": "text/html,*/*;q=0.8"})
        assert answer.status_code == 404
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "RESOURCE_NOT_FOUND"
        assert "GraphiQL is switched off" in error["message"]


async def test_introspection_and_suggestions_are_settings(settings: Settings) -> None:
    typo = {"query": "{ viewr { scopes } }"}
    schema = {"query": "{ __schema { queryType { name } } }"}
    async with serving(settings) as client:
        answer = await client.post("/graphql", json=typo)
        assert "Did you mean" not in answer.text
        assert (await client.post("/graphql", json=schema)).json()["data"]
    changed = settings.model_copy(update={"suggestions": True, "introspection": False})
    async with serving(changed) as client:
        answer = await client.post("/graphql", json=typo)
        assert "Did you mean 'viewer'" in answer.text
        answer = await client.post("/graphql", json=schema)
        assert answer.json()["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}
        assert (await client.post("/graphql", json=HELLO)).json() == DATA


async def test_a_limit_that_is_set_holds(settings: Settings) -> None:
    async with serving(settings.model_copy(update={"document_aliases_max": 0})) as client:
        answer = await client.post("/graphql", json={"query": "{ a: __typename }"})
        assert answer.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED"}
