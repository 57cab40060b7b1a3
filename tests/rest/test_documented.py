"""Rows C of the contract: what the document says, on both databases."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from gql_tickets.auth import DEMO_KEY, Scope
from rest_compat.routes import ROWS
from tests.rest.answers import (
    BOARD,
    TICKETS,
    Add,
    NewKey,
    assert_refused,
    compact,
    golden,
    pairs,
)

LIST_KEYS = [
    "id", "slug", "type", "title", "status", "priority", "assignee_id", "repository_id", "labels",
    "created_at", "updated_at",
]  # fmt: skip
DETAIL_KEYS = [*LIST_KEYS[:9], "parent_slug", *LIST_KEYS[9:]]
CARD_KEYS = ["id", "slug", "title", "type", "priority", "assignee_id"]
DEMO = "/api/v1/ext/orgs/my-org/tickets"


async def test_c01_the_base_path_names_the_organization(demo_client: httpx.AsyncClient) -> None:
    answer = await demo_client.get("/api/v1/ext/orgs/my-org/tickets")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"


async def test_c02_the_credential_is_sent_as_x_api_key(demo_client: httpx.AsyncClient) -> None:
    del demo_client.headers["X-API-Key"]
    assert_refused(await demo_client.get(DEMO), 401, "AUTH_REQUIRED")
    answer = await demo_client.get(DEMO, headers={"X-API-Key": DEMO_KEY})
    assert answer.status_code == 200


async def test_c03_three_routes_need_read_and_four_need_write(
    client: httpx.AsyncClient, add: Add, new_key: NewKey
) -> None:
    await add()
    reader = await new_key(Scope.TICKETS_READ)
    stranger = await new_key(Scope.API_KEYS_MANAGE)
    statuses = []
    for row in ROWS:
        path = TICKETS + row.path.removeprefix("/tickets").replace("{slug}", "AM-1")
        answer = await client.request(row.method, path, headers=stranger)
        assert_refused(answer, 403, "INSUFFICIENT_SCOPE")
        assert answer.json()["required_scopes"] == [row.scope.value]
        answer = await client.request(row.method, path, headers=reader)
        statuses.append((row.method, answer.status_code))
    assert statuses == [
        ("GET", 200), ("GET", 200), ("GET", 200), ("POST", 403), ("PUT", 403), ("PATCH", 403),
        ("DELETE", 403),
    ]  # fmt: skip


def test_c04_the_table_has_the_seven_documented_routes() -> None:
    assert [(row.method, row.path, row.scope.value) for row in ROWS] == [
        ("GET", "/tickets", "tickets:read"),
        ("GET", "/tickets/board", "tickets:read"),
        ("GET", "/tickets/{slug}", "tickets:read"),
        ("POST", "/tickets", "tickets:write"),
        ("PUT", "/tickets/{slug}", "tickets:write"),
        ("PATCH", "/tickets/{slug}/status", "tickets:write"),
        ("DELETE", "/tickets/{slug}", "tickets:write"),
    ]


async def test_c05_the_list_filters_and_pages(client: httpx.AsyncClient, add: Add) -> None:
    await add("one", repository_id=1, status="todo", type="bug", assignee_id=5, labels=["a", "b"])
    await add("two", repository_id=2, status="done", type="epic", assignee_id=10, labels=["a"])
    await add("three")

    async def titles(**query: str) -> list[str]:
        answer = await client.get(TICKETS, params=query)
        return [ticket["title"] for ticket in answer.json()["tickets"]]

    assert await titles() == ["three", "two", "one"]
    assert await titles(repository_id="1") == ["one"]
    assert await titles(status="done") == ["two"]
    assert await titles(type="bug") == ["one"]
    assert await titles(assignee_id="10") == ["two"]
    assert await titles(labels="a") == ["two", "one"]
    assert await titles(labels="a,b") == ["one"]
    assert await titles(labels="a", assignee_id="10") == ["two"]
    assert await titles(repository_id="99") == []
    assert await titles(limit="1") == ["three"]
    assert await titles(limit="1", offset="1") == ["two"]
    assert await titles(offset="2") == ["one"]
    assert await titles(offset="9") == []


async def test_c06_the_total_counts_every_match(client: httpx.AsyncClient, add: Add) -> None:
    for _ in range(3):
        await add(status="todo")
    await add()
    answer = await client.get(TICKETS)
    assert [key for key, _ in pairs(answer.content)] == ["tickets", "total", "limit", "offset"]
    assert pairs(answer.content)[1:] == [("total", 4), ("limit", 20), ("offset", 0)]
    answer = await client.get(TICKETS, params={"status": "todo", "limit": 1, "offset": 7})
    assert answer.content == b'{"tickets":[],"total":3,"limit":1,"offset":7}'


async def test_c07_a_ticket_of_the_list_is_the_documents(demo_client: httpx.AsyncClient) -> None:
    answer = await demo_client.get(DEMO, params={"limit": 1000})
    body = answer.json()
    assert (body["total"], len(body["tickets"])) == (156, 156)
    assert all(list(ticket) == LIST_KEYS for ticket in body["tickets"])
    assert compact(golden("list")["tickets"][0]) in answer.content
    page = (await demo_client.get(DEMO)).json()
    assert {**page, "tickets": []} == {**golden("list"), "tickets": []}
    assert len(page["tickets"]) == 20


async def test_c08_times_are_utc_in_whole_seconds(client: httpx.AsyncClient, add: Add) -> None:
    ticket = await add()
    for name in ("created_at", "updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", ticket[name])
    assert (await client.get(f"{TICKETS}/AM-1")).json()["ticket"] == ticket


async def test_c09_labels_are_bare_strings_in_the_order_given(add: Add) -> None:
    assert (await add(labels=["backend", "auth"]))["labels"] == ["backend", "auth"]


async def test_c10_the_board_has_its_columns_even_when_empty(
    client: httpx.AsyncClient, add: Add
) -> None:
    assert (await client.get(BOARD)).content == (
        b'{"board":{"columns":[{"status":"backlog","tickets":[]},{"status":"todo","tickets":[]},'
        b'{"status":"in_progress","tickets":[]},{"status":"in_review","tickets":[]},'
        b'{"status":"done","tickets":[]}]}}'
    )
    await add("here", repository_id=1, status="todo")
    await add("there", repository_id=2, status="todo")
    answer = await client.get(BOARD, params={"repository_id": 1})
    columns = answer.json()["board"]["columns"]
    assert [[card["title"] for card in column["tickets"]] for column in columns] == [
        [], ["here"], [], [], [],
    ]  # fmt: skip


async def test_c11_a_card_is_the_documents(demo_client: httpx.AsyncClient) -> None:
    answer = await demo_client.get(f"{DEMO}/board")
    columns = answer.json()["board"]["columns"]
    assert all(list(card) == CARD_KEYS for column in columns for card in column["tickets"])
    assert compact(golden("board")["board"]["columns"][0]["tickets"][0]) in answer.content


async def test_c12_a_single_ticket_is_the_documents(demo_client: httpx.AsyncClient) -> None:
    answer = await demo_client.get(f"{DEMO}/AM-42")
    assert answer.content == compact(golden("detail"))
    assert list(answer.json()["ticket"]) == DETAIL_KEYS


async def test_c13_post_takes_what_is_documented_and_answers_the_detail(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add("parent")
    given: dict[str, Any] = {
        "type": "feature",
        "title": "Implement user auth",
        "priority": "high",
        "status": "in_review",
        "assignee_id": 10,
        "repository_id": 1,
        "labels": ["backend"],
        "parent_slug": "AM-1",
    }
    answer = await client.post(TICKETS, json=given)
    assert answer.status_code == 201
    (name, ticket), *rest = pairs(answer.content)
    assert (name, rest) == ("ticket", [])
    assert [key for key, _ in ticket] == DETAIL_KEYS
    assert {key: value for key, value in ticket if key in given} == given
    assert (await add("only a title"))["status"] == "backlog"
    assert (await add("x" * 500))["title"] == "x" * 500
    assert_refused(
        await client.post(TICKETS, json={"title": "x" * 501}), 400, "VALIDATION_FAILED", "title"
    )


async def test_c13_the_documents_own_command_creates_a_ticket(
    demo_client: httpx.AsyncClient,
) -> None:
    body = '{\n"title": "Implement user auth",\n"type": "feature",\n"priority": "high"\n}'
    answer = await demo_client.post(
        DEMO, content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 201
    assert answer.json()["ticket"]["type"] == "feature"


async def test_c14_put_changes_only_what_is_given(client: httpx.AsyncClient, add: Add) -> None:
    await add("parent")
    before = await add("old", labels=["x"], assignee_id=5)
    changes: dict[str, Any] = {
        "title": "new",
        "type": "bug",
        "priority": "low",
        "status": "done",
        "assignee_id": 10,
        "labels": ["y", "x"],
        "parent_slug": "AM-1",
    }
    expected = dict(before)
    for name, value in changes.items():
        answer = await client.put(f"{TICKETS}/AM-2", json={name: value})
        assert answer.status_code == 200
        expected |= {name: value, "updated_at": answer.json()["ticket"]["updated_at"]}
        assert answer.content == compact({"ticket": expected})


@pytest.mark.parametrize("status", ["backlog", "todo", "in_progress", "in_review", "done"])
async def test_c15_patch_status_answers_a_sentence(
    client: httpx.AsyncClient, add: Add, status: str
) -> None:
    await add()
    answer = await client.patch(f"{TICKETS}/AM-1/status", json={"status": status})
    assert (answer.status_code, answer.content) == (200, b'{"message":"Status updated"}')
    assert (await client.get(f"{TICKETS}/AM-1")).json()["ticket"]["status"] == status


async def test_c15_the_status_is_required(client: httpx.AsyncClient, add: Add) -> None:
    await add()
    for body in ({}, {"status": None}, {"status": "open"}, {"status": 1}):
        answer = await client.patch(f"{TICKETS}/AM-1/status", content=json.dumps(body))
        assert_refused(answer, 400, "VALIDATION_FAILED", "status")


async def test_c16_delete_is_permanent(client: httpx.AsyncClient, add: Add) -> None:
    await add()
    answer = await client.delete(f"{TICKETS}/AM-1")
    assert (answer.status_code, answer.content) == (200, b'{"message":"Ticket deleted"}')
    for method in ("GET", "DELETE"):
        answer = await client.request(method, f"{TICKETS}/AM-1")
        assert_refused(answer, 404, "RESOURCE_NOT_FOUND", "slug")
    assert (await client.get(TICKETS)).json()["total"] == 0
