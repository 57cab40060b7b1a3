"""Rows R10 to R14 of the contract: statuses, error bodies and credentials, on both databases."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import httpx
import pytest

from gql_tickets.auth import Actor, Scope, new_key
from gql_tickets.errors import (
    Conflict,
    ErrorCode,
    TicketsError,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
)
from gql_tickets.service import directory, keys
from gql_tickets.store.engine import Store
from rest_compat import errors
from tests.rest.answers import TICKETS, Add, NewKey, assert_refused, pairs


async def test_r10_post_answers_201_with_location_and_the_others_200(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post(TICKETS, json={"title": "x"})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"http://testserver{TICKETS}/AM-1"
    assert (await client.get(answer.headers["location"])).content == answer.content
    answer = await client.put(f"{TICKETS}/AM-1", json={"title": "y"})
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    answer = await client.patch(f"{TICKETS}/AM-1/status", json={"status": "todo"})
    assert answer.status_code == 200
    assert (await client.delete(f"{TICKETS}/AM-1")).status_code == 200


async def test_r11_an_error_says_what_where_and_which_request(client: httpx.AsyncClient) -> None:
    named = {"X-Request-Id": "abc-1"}
    answer = await client.post(TICKETS, json={"title": 1}, headers=named)
    assert answer.headers["content-type"] == "application/json"
    assert pairs(answer.content) == [
        ("error", "title must be a string."),
        ("code", "VALIDATION_FAILED"),
        ("details", [[("field", "title"), ("message", "title must be a string.")]]),
        ("request_id", "abc-1"),
    ]
    answer = await client.get("/api/v1/ext/orgs/acme/nothing", headers=named)
    assert pairs(answer.content) == [
        ("error", "There is no such route."),
        ("code", "RESOURCE_NOT_FOUND"),
        ("request_id", "abc-1"),
    ]


def test_r12_every_code_has_its_status() -> None:
    assert set(errors.STATUS) == set(ErrorCode)
    assert {code.value: status for code, status in errors.STATUS.items()} == {
        "VALIDATION_FAILED": 400,
        "INVALID_PARENT": 400,
        "LIMIT_EXCEEDED": 400,
        "PERSISTED_QUERY_NOT_FOUND": 400,
        "PERSISTED_QUERY_NOT_SUPPORTED": 400,
        "AUTH_REQUIRED": 401,
        "INVALID_TOKEN": 401,
        "API_KEY_EXPIRED": 401,
        "API_KEY_DISABLED": 403,
        "API_KEY_ORG_MISMATCH": 403,
        "INSUFFICIENT_SCOPE": 403,
        "DOCUMENT_NOT_TRUSTED": 403,
        "RESOURCE_NOT_FOUND": 404,
        "METHOD_NOT_ALLOWED": 405,
        "ALREADY_EXISTS": 409,
        "HAS_CHILDREN": 409,
        "IDEMPOTENCY_IN_PROGRESS": 409,
        "CURSOR_EXPIRED": 410,
        "VERSION_CONFLICT": 412,
        "PAYLOAD_TOO_LARGE": 413,
        "IDEMPOTENCY_KEY_REUSED": 422,
        "COST_LIMIT_EXCEEDED": 422,
        "RATE_LIMITED": 429,
        "INTERNAL_ERROR": 500,
        "UNAVAILABLE": 503,
    }


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (Unauthenticated("x", code=ErrorCode.AUTH_REQUIRED), "www-authenticate", "Bearer "),
        (Unauthenticated("x", code=ErrorCode.API_KEY_EXPIRED), "www-authenticate", "Bearer "),
        (Unavailable(), "retry-after", "1"),
    ],
)
def test_r12_errors_bring_the_headers_that_help(
    error: TicketsError, header: str, value: str
) -> None:
    assert errors.answer(error).headers[header].startswith(value)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("patch", "assignee"), "assignee_id"),
        (("repository",), "repository_id"),
        (("patch", "parent"), "parent_slug"),
        (("filter", "labels", "all_of"), "labels"),
        (("expected_version",), "If-Match"),
        (("idempotency_key",), "Idempotency-Key"),
        (("ticket",), "slug"),
        (("first",), "limit"),
        ((), ""),
    ],
)
def test_r12_fields_have_their_documented_names(path: tuple[str, ...], field: str) -> None:
    assert errors.field(path) == field


def test_r12_problems_name_what_is_allowed_once() -> None:
    told = ValidationFailed.of("type", "Not that.", ("bug", "task"))
    assert b"Not that. Allowed: bug, task." in errors.answer(told).body
    twice = ValidationFailed.of("type", "Take bug or task.", ("bug", "task"))
    assert b"Allowed" not in errors.answer(twice).body
    conflict = Conflict("Old.", code=ErrorCode.VERSION_CONFLICT, path=("expected_version",))
    assert b'"details":[{"field":"If-Match","message":"Old."}]' in errors.answer(conflict).body


async def test_r12_credentials_that_are_missing_or_unknown_are_401(
    client: httpx.AsyncClient,
) -> None:
    known = client.headers.pop("X-API-Key")
    answer = await client.get(TICKETS)
    assert_refused(answer, 401, "AUTH_REQUIRED")
    assert answer.headers["www-authenticate"] == 'Bearer realm="tickets"'
    unknown = ["nonsense", new_key(), known[:-1] + "_", "amk_your_api_key_here", "amk_"]
    for key in unknown:
        answer = await client.get(TICKETS, headers={"X-API-Key": key})
        assert_refused(answer, 401, "INVALID_TOKEN")
        assert answer.headers["www-authenticate"] == 'Bearer realm="tickets", error="invalid_token"'
    answer = await client.get(TICKETS, headers={"Authorization": "Basic YTpi"})
    assert_refused(answer, 401, "INVALID_TOKEN")


async def test_r12_an_expired_key_is_401_and_a_revoked_one_403(
    client: httpx.AsyncClient, store: Store, actor: Actor
) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    key, secret = await keys.create(
        store, actor, name="short", scopes=[Scope.TICKETS_READ], expires_at=soon
    )
    shown = {"X-API-Key": secret}
    assert (await client.get(TICKETS, headers=shown)).status_code == 200
    with patch("gql_tickets.service.keys.dt") as clock:
        clock.datetime.now.return_value = soon + dt.timedelta(seconds=1)
        answer = await client.get(TICKETS, headers=shown)
    assert_refused(answer, 401, "API_KEY_EXPIRED")
    assert "www-authenticate" in answer.headers
    await keys.revoke(store, actor, id=key.id)
    assert_refused(await client.get(TICKETS, headers=shown), 403, "API_KEY_DISABLED")


async def test_r12_a_missing_scope_is_named(client: httpx.AsyncClient, new_key: NewKey) -> None:
    reader = await new_key(Scope.TICKETS_READ)
    answer = await client.post(TICKETS, content=b"not even JSON", headers=reader)
    assert pairs(answer.content)[:3] == [
        ("error", "This API key lacks the scope tickets:write."),
        ("code", "INSUFFICIENT_SCOPE"),
        ("required_scopes", ["tickets:write"]),
    ]


async def test_r12_what_is_not_there_is_404(client: httpx.AsyncClient, add: Add) -> None:
    await add()
    writes = [("PUT", "", {"title": "x"}), ("PATCH", "/status", {"status": "done"})]
    for slug in (
        "AM-2",
        "AM-01",
        "XX-1",
        "1",
        "AM-99999999999",
        "AM-1x",
        "%00",
        "%FF",
        "AM-%D9%A1",
    ):
        for method, tail, body in [("GET", "", None), ("DELETE", "", None), *writes]:
            answer = await client.request(method, f"{TICKETS}/{slug}{tail}", json=body)
            assert_refused(answer, 404, "RESOURCE_NOT_FOUND", "slug")


@pytest.mark.parametrize(
    "path", ["", "/", "/acme", "/acme/", "/acme/users", "/acme/tickets/AM-1/x", "/acme/tickets//x"]
)
async def test_r12_an_unknown_route_below_the_base_is_404(
    client: httpx.AsyncClient, path: str
) -> None:
    for method in ("GET", "POST", "TRACE"):
        answer = await client.request(method, f"/api/v1/ext/orgs{path}")
        assert_refused(answer, 404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("", "GET, POST, HEAD"),
        ("/board", "GET, HEAD"),
        ("/AM-1", "GET, PUT, DELETE, HEAD"),
        ("/AM-1/status", "PATCH"),
    ],
)
async def test_r12_another_method_is_405_with_allow(
    client: httpx.AsyncClient, path: str, allow: str
) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"):
        if method not in allow.split(", "):
            answer = await client.request(method, TICKETS + path)
            assert (answer.status_code, answer.headers["allow"]) == (405, allow)
            if method != "HEAD":
                assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


async def test_r12_a_database_that_is_away_is_503_with_retry_after(
    client: httpx.AsyncClient,
) -> None:
    with patch("gql_tickets.service.tickets.filters.read", side_effect=Unavailable):
        answer = await client.get(TICKETS)
    assert_refused(answer, 503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"


async def test_r12_a_fault_of_ours_is_500_and_says_nothing_of_it(client: httpx.AsyncClient) -> None:
    with patch("gql_tickets.service.tickets.filters.read", side_effect=KeyError("a secret")):
        answer = await client.get(TICKETS)
    assert_refused(answer, 500, "INTERNAL_ERROR")
    assert "secret" not in answer.text


async def test_r13_another_organization_is_403_whether_it_exists_or_not(
    client: httpx.AsyncClient, store: Store
) -> None:
    await directory.create_organization(store, slug="other", name="Other")
    bodies = set()
    for org in ("other", "nobody", "ACME", "acme%20", "%00"):
        for method, tail in (("GET", ""), ("GET", "/AM-1"), ("POST", ""), ("DELETE", "/AM-1")):
            answer = await client.request(
                method, f"/api/v1/ext/orgs/{org}/tickets{tail}", headers={"X-Request-Id": "same"}
            )
            assert_refused(answer, 403, "API_KEY_ORG_MISMATCH")
            bodies.add(answer.content)
    assert len(bodies) == 1


async def test_r13_the_organization_is_looked_at_before_the_scope(
    client: httpx.AsyncClient, new_key: NewKey
) -> None:
    reader = await new_key(Scope.TICKETS_READ)
    answer = await client.delete("/api/v1/ext/orgs/other/tickets/AM-1", headers=reader)
    assert_refused(answer, 403, "API_KEY_ORG_MISMATCH")


async def test_r14_a_bearer_token_works_too(client: httpx.AsyncClient) -> None:
    key = client.headers.pop("X-API-Key")
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = await client.get(TICKETS, headers={"Authorization": f"{scheme} {key}"})
        assert answer.status_code == 200


async def test_r14_write_includes_read(client: httpx.AsyncClient, new_key: NewKey) -> None:
    writer = await new_key(Scope.TICKETS_WRITE)
    assert (await client.get(TICKETS, headers=writer)).status_code == 200
