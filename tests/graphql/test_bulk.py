"""Bulk mutations as GraphQL says them: results in order, errors where they are in the input."""

from __future__ import annotations

from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import TicketDraft, TicketRef
from gql_tickets.service import tickets
from gql_tickets.store.engine import Store
from tests.graphql.documents import Ask

PAYLOAD = """{ succeededCount failedCount userErrors { code path }
  results { index ticket { slug title status version }
    errors { __typename code message path
      ... on ConflictError { current { ... on Ticket { slug version } } } } } }"""
CREATE = f"mutation($input: TicketBulkCreateInput!) {{ ticketBulkCreate(input: $input) {PAYLOAD} }}"
UPDATE = f"mutation($input: TicketBulkUpdateInput!) {{ ticketBulkUpdate(input: $input) {PAYLOAD} }}"
DELETE = f"mutation($input: TicketBulkDeleteInput!) {{ ticketBulkDelete(input: $input) {PAYLOAD} }}"


async def run(data: Ask, mutation: str, **given: Any) -> dict[str, Any]:
    """The payload."""
    (payload,) = (await data(mutation, input=given)).values()
    found: dict[str, Any] = payload
    return found


@pytest.fixture
async def three(store: Store, actor: Actor) -> None:
    """AM-1, AM-2 beneath it, and AM-3."""
    await tickets.create(store, actor, draft=TicketDraft("One"))
    await tickets.create(store, actor, draft=TicketDraft("Two", parent=TicketRef(id=1)))
    await tickets.create(store, actor, draft=TicketDraft("Three"))


async def test_good_tickets_are_made_in_order(data: Ask) -> None:
    payload = await run(data, CREATE, tickets=[{"title": "a"}, {"title": "b", "status": "DONE"}])
    assert payload == {
        "succeededCount": 2,
        "failedCount": 0,
        "userErrors": [],
        "results": [
            {
                "index": index,
                "ticket": {"slug": slug, "title": title, "status": status, "version": 1},
                "errors": [],
            }
            for index, (slug, title, status) in enumerate(
                [("AM-1", "a", "BACKLOG"), ("AM-2", "b", "DONE")]
            )
        ],
    }
    assert (await run(data, CREATE, tickets=[]))["results"] == []


@pytest.mark.parametrize("policy", ["ABORT", "CONTINUE"])
async def test_a_bad_ticket_is_named_by_its_place(data: Ask, policy: str) -> None:
    given = [{"title": "good"}, {"title": " "}, {"title": "x", "parent": {"slug": "AM-9"}}]
    payload = await run(data, CREATE, tickets=given, onError=policy)
    paths = [["tickets", "1", "title"], ["tickets", "2", "parent"]]
    assert [error["path"] for error in payload["userErrors"]] == paths
    results = payload["results"]
    assert [result["index"] for result in results] == [0, 1, 2]
    assert [error["path"] for result in results for error in result["errors"]] == paths
    assert results[1]["errors"][0]["__typename"] == "ValidationError"
    done = policy == "CONTINUE"
    assert (results[0]["ticket"] is not None) == done
    assert (payload["succeededCount"], payload["failedCount"]) == (int(done), 2)


async def test_a_ticket_of_a_bulk_has_no_key_of_its_own(data: Ask) -> None:
    given = [{"title": "a"}, {"title": "b", "idempotencyKey": "k"}]
    payload = await run(data, CREATE, tickets=given)
    assert payload["userErrors"] == [
        {"code": "VALIDATION_FAILED", "path": ["tickets", "1", "idempotencyKey"]}
    ]
    assert payload["results"] == []


@pytest.mark.usefixtures("three")
async def test_targets_are_named_or_matched(data: Ask) -> None:
    refs = [{"slug": "am-3"}, {"slug": "AM-1"}]
    payload = await run(data, UPDATE, targets={"tickets": refs}, patch={"title": "New"})
    assert [result["ticket"]["slug"] for result in payload["results"]] == ["AM-3", "AM-1"]
    match = {"filter": {"parent": {"isNull": True}}, "atMost": 2}
    payload = await run(data, UPDATE, targets={"matching": match}, patch={"status": "DONE"})
    assert [result["ticket"]["slug"] for result in payload["results"]] == ["AM-1", "AM-3"]
    assert {result["ticket"]["version"] for result in payload["results"]} == {3}
    match["atMost"] = 1
    payload = await run(data, DELETE, targets={"matching": match})
    assert payload["userErrors"] == [
        {"code": "LIMIT_EXCEEDED", "path": ["targets", "matching", "atMost"]}
    ]


@pytest.mark.usefixtures("three")
async def test_what_cannot_be_deleted_shows_as_it_is(data: Ask) -> None:
    refs = [{"slug": "AM-1"}, {"slug": "AM-9"}, {"slug": "AM-3"}]
    payload = await run(
        data, DELETE, targets={"tickets": refs}, children="REFUSE", onError="CONTINUE"
    )
    assert payload["userErrors"] == [
        {"code": "HAS_CHILDREN", "path": ["targets", "tickets", "0"]},
        {"code": "RESOURCE_NOT_FOUND", "path": ["targets", "tickets", "1"]},
    ]
    kept, missing, gone = payload["results"]
    assert kept["errors"][0]["current"] == {"slug": "AM-1", "version": 1}
    assert missing["errors"][0]["__typename"] == "NotFoundError"
    assert (gone["ticket"], gone["errors"]) == (None, [])
    assert payload["succeededCount"] == 1


@pytest.mark.usefixtures("three")
async def test_a_patch_that_cannot_be_is_refused_as_a_whole(ask: Ask, data: Ask) -> None:
    refs = {"tickets": [{"slug": "AM-1"}]}
    payload = await run(data, UPDATE, targets=refs, patch={"title": ""}, onError="CONTINUE")
    assert payload["userErrors"] == [{"code": "VALIDATION_FAILED", "path": ["patch", "title"]}]
    assert (payload["results"], payload["failedCount"]) == ([], 0)
    both = {**refs, "matching": {"filter": {}, "atMost": 1}}
    answer = await ask(UPDATE, input={"targets": both, "patch": {}})
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"


async def test_more_than_a_bulk_is_refused_before_any_of_it_is_read(ask: Ask) -> None:
    answer = await ask(CREATE, input={"tickets": [{"title": 1}] * 501})
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED"}
    assert error["message"] == "The lists of the variables hold more than 500 objects."
