"""Rows R15 to R26 of the contract: bodies, references and what writes do, on both databases."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from gql_tickets.auth import Actor
from gql_tickets.store.engine import Store
from tests.entries import labels_named
from tests.rest.answers import TICKETS, Add, assert_refused

PATH = f"{TICKETS}/AM-1"


async def put(client: httpx.AsyncClient, path: str = PATH, **body: Any) -> dict[str, Any]:
    """The ticket after a PUT."""
    answer = await client.put(path, json=body)
    assert answer.status_code == 200, answer.text
    ticket: dict[str, Any] = answer.json()["ticket"]
    return ticket


async def test_r15_unknown_and_read_only_fields_are_ignored(
    client: httpx.AsyncClient, add: Add
) -> None:
    odd: dict[str, Any] = {"id": 99, "slug": "AM-9", "created_at": 1, "nonsense": {"a": [None]}}
    ticket = await add(**odd)
    assert (ticket["id"], ticket["slug"]) == (1, "AM-1")
    changed = await put(client, **odd, title="changed")
    assert changed == {**ticket, "title": "changed", "updated_at": changed["updated_at"]}


async def test_r15_what_was_got_can_be_put_back(client: httpx.AsyncClient, add: Add) -> None:
    await add("parent")
    await add("x", assignee_id=5, repository_id=1, labels=["b", "a"], parent_slug="AM-1")
    got = (await client.get(f"{TICKETS}/AM-2")).json()["ticket"]
    back = await put(client, f"{TICKETS}/AM-2", **got)
    assert {**back, "updated_at": got["updated_at"]} == got
    assert list(back) == list(got)


async def test_r16_null_clears_references_and_is_absent_elsewhere(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add("parent")
    path = f"{TICKETS}/AM-2"
    before = await add("x", assignee_id=5, repository_id=1, labels=["a"], parent_slug="AM-1")
    for name in ("title", "type", "priority", "status", "labels"):
        after = await put(client, path, **{name: None})
        assert after == before
    for name in ("assignee_id", "parent_slug", "repository_id"):
        after = await put(client, path, **{name: None})
        before = {**before, name: None, "updated_at": after["updated_at"]}
        assert after == before
    assert (await put(client, path, labels=[]))["labels"] == []


async def test_r16_a_put_that_gives_nothing_writes_nothing(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    for body in ({}, {"title": None}, {"unknown": 1}):
        answer = await client.put(PATH, json=body)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')


async def test_r17_put_moves_between_repositories_under_the_same_slug(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add(repository_id=1)
    moved = await put(client, repository_id=2)
    assert (moved["repository_id"], moved["slug"]) == (2, "AM-1")


NOT_AN_ID: tuple[object, ...] = (
    True,
    1.5,
    1.0,
    "10",
    "",
    [],
    {},
    2**31,
    -(2**31) - 1,
    2**63,
    10**40,
    0,
    -1,
)
WRONG: dict[str, tuple[object, ...]] = {
    "assignee_id": NOT_AN_ID,
    "repository_id": NOT_AN_ID,
    "title": (1, True, [], {}, 1.5, ["x"], "a\0b", "a\ud800b", "\udfff"),
    "labels": (
        "a", 1, {}, {"a": 1}, [1], [None], [True], [["a"]], ["a\0"], ["\ud83d"], [""], ["  "],
        ["a,b"], ["x" * 101], [str(n) for n in range(51)],
    ),
    "parent_slug": (1, True, [], {}, "", "x", "AM-1\0", "\ud800", "AM-٣"),
    "status": (1, True, [], {}, "DONE", "do\0ne", "\ud800"),
    "type": (0, False, ["bug"], "Bug"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
async def test_r18_values_of_the_wrong_kind_are_400_on_both_databases(
    client: httpx.AsyncClient, add: Add, name: str
) -> None:
    await add()
    for value in WRONG[name]:
        body = json.dumps({"title": "x", name: value})
        for method, path in (("POST", TICKETS), ("PUT", PATH)):
            answer = await client.request(method, path, content=body)
            assert_refused(answer, 400, "VALIDATION_FAILED", name, asked=body)
            assert answer.json()["error"]
    assert (await client.get(TICKETS)).json()["total"] == 1


async def test_r19_unknown_references_are_400_naming_the_field(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    for name in ("assignee_id", "repository_id"):
        answer = await client.post(TICKETS, json={"title": "x", name: 99})
        assert_refused(answer, 400, "VALIDATION_FAILED", name)
        assert_refused(await client.put(PATH, json={name: 99}), 400, "VALIDATION_FAILED", name)
    both = {"title": "x", "assignee_id": 99, "repository_id": 99}
    answer = await client.post(TICKETS, json=both)
    assert_refused(answer, 400, "VALIDATION_FAILED", "assignee_id", "repository_id")


async def test_r20_unknown_labels_are_created_as_they_are_spelled(
    client: httpx.AsyncClient, add: Add, store: Store, actor: Actor
) -> None:
    ticket = await add(labels=["Zebra", " auth ", "Auth", "auth", "ünï 🏷", "x" * 100])
    assert ticket["labels"] == ["Zebra", "auth", "Auth", "ünï 🏷", "x" * 100]
    fifty = [str(n) for n in range(50)]
    assert (await put(client, labels=fifty))["labels"] == fifty
    known = await labels_named(store, actor, ["Zebra", "auth", "Auth", "49", "never"])
    assert [label and label.name for label in known] == ["Zebra", "auth", "Auth", "49", None]


@pytest.mark.parametrize("title", ["", "  ", "\n\t", "\u3000", "x" * 501])
async def test_r21_a_title_has_1_to_500_characters_after_trimming(
    client: httpx.AsyncClient, add: Add, title: str
) -> None:
    await add()
    answer = await client.post(TICKETS, json={"title": title})
    assert_refused(answer, 400, "VALIDATION_FAILED", "title")
    assert_refused(await client.put(PATH, json={"title": title}), 400, "VALIDATION_FAILED", "title")


async def test_r21_titles_are_counted_in_code_points(client: httpx.AsyncClient, add: Add) -> None:
    assert (await add("  spaced out \n"))["title"] == "spaced out"
    assert (await put(client, title="🎫" * 500))["title"] == "🎫" * 500
    assert (await put(client, title=" " * 600 + "x"))["title"] == "x"
    assert (await client.get(PATH)).json()["ticket"]["title"] == "x"


async def test_r21_a_title_is_required(client: httpx.AsyncClient) -> None:
    for body in ({}, {"title": None}, {"type": "bug"}):
        answer = await client.post(TICKETS, json=body)
        assert_refused(answer, 400, "VALIDATION_FAILED", "title")


async def test_r22_the_default_priority_is_medium(add: Add) -> None:
    assert (await add())["priority"] == "medium"
    assert (await add(priority=None))["priority"] == "medium"


async def test_r23_a_parent_must_be_another_ticket_that_is_not_beneath(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add("grandparent")
    await add("parent", parent_slug="am-1")
    child = await add("child", parent_slug="AM-2")
    assert child["parent_slug"] == "AM-2"
    answer = await client.post(TICKETS, json={"title": "x", "parent_slug": "AM-99"})
    assert_refused(answer, 400, "VALIDATION_FAILED", "parent_slug")
    answer = await client.put(PATH, json={"parent_slug": "AM-99"})
    assert_refused(answer, 400, "VALIDATION_FAILED", "parent_slug")
    for parent in ("AM-1", "AM-2", "AM-3"):
        answer = await client.put(PATH, json={"parent_slug": parent})
        assert_refused(answer, 400, "INVALID_PARENT", "parent_slug")


async def test_r23_tickets_nest_ten_levels_deep(client: httpx.AsyncClient, add: Add) -> None:
    await add()
    for number in range(1, 10):
        await add(parent_slug=f"AM-{number}")
    answer = await client.post(TICKETS, json={"title": "x", "parent_slug": "AM-10"})
    assert_refused(answer, 400, "INVALID_PARENT", "parent_slug")
    await add("another root")
    answer = await client.put(PATH, json={"parent_slug": "AM-11"})
    assert_refused(answer, 400, "INVALID_PARENT", "parent_slug")


async def test_r24_children_of_a_deleted_parent_become_top_level(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    await add(parent_slug="AM-1")
    await add(parent_slug="AM-2")
    await client.delete(PATH)
    parents = [
        (await client.get(f"{TICKETS}/{slug}")).json()["ticket"]["parent_slug"]
        for slug in ("AM-2", "AM-3")
    ]
    assert parents == [None, "AM-2"]


async def test_r25_slugs_are_gap_free_and_never_used_again(
    client: httpx.AsyncClient, add: Add
) -> None:
    assert [(await add())["slug"] for _ in range(3)] == ["AM-1", "AM-2", "AM-3"]
    await client.delete(f"{TICKETS}/AM-3")
    await client.post(TICKETS, json={"title": ""})
    await client.post(TICKETS, json={"title": "x", "assignee_id": 99})
    assert (await add())["slug"] == "AM-4"


async def test_r25_slugs_are_found_without_regard_to_case(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    for slug in ("am-1", "Am-1", "aM-1"):
        path = f"{TICKETS}/{slug}"
        assert (await client.get(path)).json()["ticket"]["slug"] == "AM-1"
        assert (await put(client, path, title=slug))["title"] == slug
        answer = await client.patch(f"{path}/status", json={"status": "done"})
        assert answer.status_code == 200
    assert (await client.delete(f"{TICKETS}/am-1")).status_code == 200


async def test_r26_any_status_may_follow_any_other(client: httpx.AsyncClient, add: Add) -> None:
    await add()
    for status in ("done", "backlog", "in_review", "in_review", "todo", "in_progress", "done"):
        answer = await client.patch(f"{PATH}/status", json={"status": status})
        assert answer.status_code == 200
        assert (await put(client, status=status))["status"] == status
