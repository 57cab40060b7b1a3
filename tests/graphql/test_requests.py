"""Requests as such: credentials, scopes, malformed ones, GraphiQL, and faults of our own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gql_tickets.auth import Actor, Scope
from gql_tickets.errors import Unavailable
from gql_tickets.service import keys, labels, tickets
from gql_tickets.store.engine import Store
from tests.graphql.documents import Ask

VIEWER = {"query": "{ viewer { scopes } }"}
NODE = {"query": '{ node(id: "x") { id } }'}


@pytest.fixture
def stranger(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The client, without its key."""
    del client.headers["X-API-Key"]
    return client


@pytest.mark.parametrize("query", ["{ __typename }", "{ __schema { queryType { name } } }"])
async def test_introspection_needs_no_key(stranger: httpx.AsyncClient, query: str) -> None:
    answer = await stranger.post("/graphql", json={"query": query})
    assert answer.status_code == 200
    assert "errors" not in answer.json()


@pytest.mark.parametrize("document", [VIEWER, NODE])
async def test_a_real_field_needs_a_key(
    stranger: httpx.AsyncClient, document: dict[str, str]
) -> None:
    answer = await stranger.post("/graphql", json=document)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["data"] is None
    assert answer.json()["errors"][0]["extensions"] == {"code": "AUTH_REQUIRED"}


@pytest.mark.parametrize(
    "headers",
    [{"X-API-Key": "amk_wrong"}, {"Authorization": "Basic x"}, {"Authorization": "Bearer amk_x"}],
)
async def test_a_bad_key_is_refused_even_for_introspection(
    stranger: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await stranger.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["extensions"] == {"code": "INVALID_TOKEN"}


async def test_a_bearer_token_is_as_good(stranger: httpx.AsyncClient, api_key: str) -> None:
    headers = {"Authorization": f"Bearer {api_key}"}
    answer = await stranger.post("/graphql", json=VIEWER, headers=headers)
    assert answer.json()["data"]["viewer"]["scopes"]


async def test_a_revoked_key_is_forbidden(
    stranger: httpx.AsyncClient, store: Store, actor: Actor
) -> None:
    key, secret = await keys.create(store, actor, name="gone", scopes=[Scope.TICKETS_READ])
    await keys.revoke(store, actor, id=key.id)
    answer = await stranger.post("/graphql", json=VIEWER, headers={"X-API-Key": secret})
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "API_KEY_DISABLED"}


@pytest.mark.parametrize(
    ("document", "scope"),
    [
        ('mutation { ticketCreate(input: {title: "x"}) { userErrors { code } } }', "tickets:write"),
        ('mutation { labelDelete(input: {name: "x"}) { userErrors { code } } }', "tickets:write"),
        ("mutation { userUpsert(input: {databaseId: 1}) { __typename } }", "organization:manage"),
        (
            "mutation { repositoryUpsert(input: {databaseId: 1}) { __typename } }",
            "organization:manage",
        ),
        ("{ apiKeys { id } }", "api_keys:manage"),
        ('mutation { apiKeyRevoke(input: {id: "x"}) { __typename } }', "api_keys:manage"),
    ],
)
async def test_a_scope_that_lacks_is_named(
    client: httpx.AsyncClient, store: Store, actor: Actor, document: str, scope: str
) -> None:
    _, secret = await keys.create(store, actor, name="reader", scopes=[Scope.TICKETS_READ])
    answer = await client.post("/graphql", json={"query": document}, headers={"X-API-Key": secret})
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "INSUFFICIENT_SCOPE", "requiredScopes": [scope]}


@pytest.mark.parametrize(
    "field",
    [
        'ticket(ref: {slug: "AM-1"}) { id }',
        "tickets { totalCount }",
        "board { totalCount }",
        "labels { totalCount }",
        "users { totalCount }",
        "repositories { totalCount }",
        'node(id: "x") { id }',
        "nodes(ids: []) { id }",
    ],
)
async def test_every_reading_field_needs_the_scope_to_read(
    client: httpx.AsyncClient, store: Store, actor: Actor, field: str
) -> None:
    _, secret = await keys.create(store, actor, name="other", scopes=[Scope.API_KEYS_MANAGE])
    headers = {"X-API-Key": secret}
    answer = await client.post("/graphql", json={"query": f"{{ {field} }}"}, headers=headers)
    assert answer.json()["errors"][0]["extensions"]["code"] == "INSUFFICIENT_SCOPE"


@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", "{ ticket { id } }", "query { viewer { scopes } } query { viewer"]
)
async def test_a_malformed_document_says_what_is_wrong(ask: Ask, query: str) -> None:
    answer = await ask(query)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}
    assert answer["errors"][0]["message"]


async def test_a_document_that_is_nested_too_deep_is_the_callers_fault(ask: Ask) -> None:
    for document in ("{a" * 20_000, "{a" * 20_000 + "}" * 20_000):
        answer = await ask(document)
        assert answer["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED"}


@pytest.mark.parametrize("variables", [{"first": "x"}, {"first": 2**31}, {"first": True}])
async def test_variables_of_the_wrong_type_are_refused(ask: Ask, variables: dict[str, Any]) -> None:
    answer = await ask("query($first: Int) { tickets(first: $first) { totalCount } }", **variables)
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}


async def test_an_ambiguous_document_runs_nothing(ask: Ask, data: Ask) -> None:
    one = '{ ticketCreate(input: {title: "x"}) { __typename } }'
    answer = await ask(f"mutation A {one} mutation B {one}")
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}
    assert await data("{ tickets { totalCount } }") == {"tickets": {"totalCount": 0}}


async def test_a_named_operation_of_several_runs(client: httpx.AsyncClient) -> None:
    body = {"query": "query A { __typename } query B { viewer { scopes } }", "operationName": "A"}
    answer = await client.post("/graphql", json=body)
    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"42",
        b"null",
        b'"text"',
        b"\xff",
        b'{"query": 1}',
        b'{"variables": {}}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "\\ud800"}',
        b"[" * 100_000,
    ],
)
async def test_a_body_that_is_no_request_is_a_400(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/graphql", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}


async def test_other_methods_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.put("/graphql", json=VIEWER)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}


async def test_a_query_may_be_got_and_a_mutation_may_not(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": "{ __typename }"})
    assert answer.json() == {"data": {"__typename": "Query"}}
    query = 'mutation { ticketCreate(input: {title: "x"}) { __typename } }'
    answer = await client.get("/graphql", params={"query": query})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


async def test_graphiql_is_for_browsers_only(stranger: httpx.AsyncClient) -> None:
    page = await stranger.get("/graphql", headers={"Accept": "text/html,*/*"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    other = await stranger.get("/graphql", headers={"Accept": "*/*"})
    assert other.status_code == 400


async def test_a_fault_of_ours_shows_the_request_id_and_nothing_else(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise LookupError("postgresql://user:secret@host")

    monkeypatch.setattr(labels, "count", fail)
    document = {"query": "{ labels { totalCount } }"}
    answer = await client.post("/graphql", json=document, headers={"X-Request-Id": "r-1"})
    assert "secret" not in answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": "r-1"}
    assert error["path"] == ["labels", "totalCount"]
    assert "secret" in caplog.text


async def test_what_callers_do_wrong_is_not_logged(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    await ask("{ nothing }")
    await ask("{ tickets(first: 0) { totalCount } }")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_database_that_cannot_answer_is_a_503(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise Unavailable

    monkeypatch.setattr(tickets, "list_page", fail)
    answer = await client.post("/graphql", json={"query": "{ tickets { nodes { id } } }"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
