"""Queries: pages and their rules, filters, orders, the board, nodes."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.ids import Kind, node_id
from gql_tickets.domain.tickets import (
    TicketDraft,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)
from gql_tickets.service import directory, tickets
from gql_tickets.store.engine import Store
from tests.graphql.documents import Ask

PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $offset: Int) {
  tickets(first: $first, after: $after, last: $last, before: $before, offset: $offset) {
    totalCount edges { cursor node { number } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
FILTERED = """query($filter: TicketFilter, $orderBy: [TicketOrder!]) {
  tickets(filter: $filter, orderBy: $orderBy) { nodes { number } } }"""


@pytest.fixture(autouse=True)
async def seven(store: Store, actor: Actor) -> None:
    """Seven tickets, of which 2 to 4 are children of 1."""
    await directory.upsert_user(store, actor, id=5, username="ada", name="Ada")
    await directory.upsert_repository(store, actor, id=1, name="api")
    for number in range(1, 8):
        draft = TicketDraft(
            f"Ticket {number}",
            type=TicketType.BUG if number == 7 else TicketType.TASK,
            status=TicketStatus.DONE if number in {2, 3} else TicketStatus.BACKLOG,
            priority=list(TicketPriority)[number % 5],
            assignee=UserRef(id=5) if number % 2 else None,
            repository=RepositoryRef(1) if number == 6 else None,
            labels=tuple("abc"[: number % 4]),
            parent=TicketRef(id=1) if number in {2, 3, 4} else None,
        )
        await tickets.create(store, actor, draft=draft)


def numbers(answer: dict[str, Any]) -> list[int]:
    """The numbers of the tickets on a page."""
    found = answer["tickets"]
    nodes = found["nodes"] if "nodes" in found else [edge["node"] for edge in found["edges"]]
    return [node["number"] for node in nodes]


async def test_pages_go_forward_and_back_without_gap_or_repeat(data: Ask) -> None:
    first = await data(PAGE, first=3)
    assert numbers(first) == [7, 6, 5]
    info = first["tickets"]["pageInfo"]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)
    second = await data(PAGE, first=3, after=info["endCursor"])
    assert numbers(second) == [4, 3, 2]
    back = await data(PAGE, last=2, before=second["tickets"]["pageInfo"]["endCursor"])
    assert numbers(back) == [4, 3]
    assert first["tickets"]["totalCount"] == back["tickets"]["totalCount"] == 7


async def test_last_alone_takes_the_place_of_the_default_first(data: Ask) -> None:
    assert numbers(await data("{ tickets(last: 2) { nodes { number } } }")) == [2, 1]


async def test_offset_skips(data: Ask) -> None:
    assert numbers(await data(PAGE, first=2, offset=5)) == [2, 1]
    assert numbers(await data(PAGE, first=2, offset=50)) == []


@pytest.mark.parametrize(
    "given",
    [
        {"first": 0},
        {"first": -1},
        {"first": 251},
        {"last": 0},
        {"last": 251},
        {"first": 20, "last": 20},
        {"offset": -1},
        {"offset": 10_001},
        {"offset": 1, "last": 5},
        {"offset": 1, "after": "x"},
        {"after": "not a cursor"},
        {"before": base64.b64encode(b'["else",1]').decode()},
    ],
)
async def test_a_page_that_cannot_be_had_is_refused(ask: Ask, given: dict[str, Any]) -> None:
    answer = await ask(PAGE, **given)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"


@pytest.mark.parametrize("field", ["labels", "users", "repositories"])
async def test_the_rules_hold_for_every_list(ask: Ask, field: str) -> None:
    answer = await ask(f"{{ {field}(first: 251) {{ totalCount }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"
    answer = await ask(f"{{ {field}(first: 1) {{ totalCount edges {{ cursor node {{ id }} }} }} }}")
    assert len(answer["data"][field]["edges"]) == 1


ADA = node_id(Kind.USER, 1, 5)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [7, 6, 5, 4, 3, 2, 1]),
        ({"status": {"in": ["DONE"]}}, [3, 2]),
        ({"status": {"notIn": ["BACKLOG"]}}, [3, 2]),
        ({"status": {"in": []}}, []),
        ({"type": {"in": ["BUG"]}}, [7]),
        ({"type": {"notIn": ["TASK"]}}, [7]),
        ({"priority": {"in": ["NONE"]}}, [5]),
        ({"priority": {"gte": "HIGH"}}, [4, 3]),
        ({"priority": {"lte": "LOW", "notIn": ["NONE"]}}, [6, 1]),
        ({"priority": {"in": ["LOW", "URGENT"], "gte": "MEDIUM"}}, [4]),
        ({"assignee": {"in": [{"databaseId": 5}]}}, [7, 5, 3, 1]),
        ({"assignee": {"in": [{"username": "ada"}]}}, [7, 5, 3, 1]),
        ({"assignee": {"in": [{"id": ADA}]}}, [7, 5, 3, 1]),
        ({"assignee": {"in": [{"id": node_id(Kind.USER, 2, 5)}]}}, []),
        ({"assignee": {"notIn": [{"databaseId": 5}]}}, [6, 4, 2]),
        ({"assignee": {"isNull": True}}, [6, 4, 2]),
        ({"repository": {"in": [{"databaseId": 1}]}}, [6]),
        ({"repository": {"isNull": False}}, [6]),
        ({"labels": {"allOf": ["a", "b"]}}, [7, 6, 3, 2]),
        ({"labels": {"anyOf": ["b", "c"]}}, [7, 6, 3, 2]),
        ({"labels": {"noneOf": ["b"]}}, [5, 4, 1]),
        ({"labels": {"isEmpty": True}}, [4]),
        ({"parent": {"in": [{"slug": "am-1"}]}}, [4, 3, 2]),
        ({"parent": {"isNull": True}}, [7, 6, 5, 1]),
        ({"status": {"in": ["DONE"]}, "labels": {"allOf": ["c"]}}, [3]),
    ],
)
async def test_filters(data: Ask, wanted: dict[str, Any], found: list[int]) -> None:
    assert numbers(await data(FILTERED, filter=wanted)) == found


@pytest.mark.parametrize("field", ["CREATED_AT", "UPDATED_AT", "NUMBER"])
async def test_orders(data: Ask, field: str) -> None:
    ascending = await data(FILTERED, orderBy=[{"field": field, "direction": "ASC"}])
    assert numbers(ascending) == [1, 2, 3, 4, 5, 6, 7]
    assert numbers(await data(FILTERED, orderBy=[{"field": field}])) == [7, 6, 5, 4, 3, 2, 1]


async def test_a_ticket_shows_all_that_is_known_of_it(data: Ask) -> None:
    answer = await data(
        """{ ticket(ref: {slug: "am-3"}) { id databaseId slug number title description type status
        priority version createdAt updatedAt startedAt completedAt assignee { databaseId username }
        creator { id } repository { name } labels { name color ticketCount } parent { slug }
        children { totalCount } childProgress { total done } } }"""
    )
    ticket = answer["ticket"]
    assert ticket["id"] == node_id(Kind.TICKET, 1, 3)
    assert (ticket["databaseId"], ticket["slug"], ticket["priority"]) == (3, "AM-3", "HIGH")
    assert ticket["assignee"] == {"databaseId": 5, "username": "ada"}
    assert [label["name"] for label in ticket["labels"]] == ["a", "b", "c"]
    assert [label["ticketCount"] for label in ticket["labels"]] == [6, 4, 2]
    assert ticket["parent"] == {"slug": "AM-1"}
    assert ticket["completedAt"] == ticket["createdAt"]
    assert ticket["createdAt"].endswith("Z")
    assert ticket["creator"] is ticket["repository"] is ticket["startedAt"] is None
    by_id = await data("query($id: ID!) { ticket(ref: {id: $id}) { number } }", id=ticket["id"])
    assert by_id == {"ticket": {"number": 3}}


@pytest.mark.parametrize(
    "ref", [{"slug": "AM-99"}, {"slug": "nonsense"}, {"slug": "A\0"}, {"id": ADA}, {"id": "?"}]
)
async def test_a_ticket_that_is_not_there_is_null(data: Ask, ref: dict[str, str]) -> None:
    answer = await data("query($ref: TicketRef!) { ticket(ref: $ref) { id } }", ref=ref)
    assert answer == {"ticket": None}


async def test_the_board_has_its_five_columns_in_order_and_pages_each(data: Ask) -> None:
    document = """query($after: String, $filter: TicketFilter) { board(filter: $filter) { totalCount
      columns { status totalCount tickets(first: 2, after: $after) {
        nodes { number } pageInfo { hasNextPage endCursor } } } } }"""
    board = (await data(document))["board"]
    assert [column["status"] for column in board["columns"]] == [s.name for s in TicketStatus]
    assert [column["totalCount"] for column in board["columns"]] == [5, 0, 0, 0, 2]
    backlog = board["columns"][0]["tickets"]
    assert backlog["nodes"] == [{"number": 7}, {"number": 6}]
    assert backlog["pageInfo"]["hasNextPage"]
    onward = (await data(document, after=backlog["pageInfo"]["endCursor"]))["board"]
    assert onward["columns"][0]["tickets"]["nodes"] == [{"number": 5}, {"number": 4}]
    bugs = (await data(document, filter={"type": {"in": ["BUG"]}}))["board"]
    assert bugs["totalCount"] == 1


async def test_boards_and_columns_have_an_id_for_each_filter_and_no_node_has_it(data: Ask) -> None:
    document = "query($filter: TicketFilter) { board(filter: $filter) { id columns { id } } }"
    every = await data(document)
    assert await data(document, filter={}) == every
    bugs = await data(document, filter={"type": {"in": ["BUG"]}})
    ids = [
        id
        for board in (every["board"], bugs["board"])
        for id in (board["id"], *(column["id"] for column in board["columns"]))
    ]
    assert len(set(ids)) == 12
    answer = await data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert answer["nodes"] == [None] * 12


async def test_children_take_filter_order_and_page(data: Ask) -> None:
    answer = await data(
        """{ ticket(ref: {slug: "AM-1"}) { childProgress { total done } children(first: 1,
        filter: {status: {in: [DONE]}}, orderBy: [{field: NUMBER, direction: ASC}]) {
          totalCount nodes { number } pageInfo { hasNextPage } } } }"""
    )
    assert answer["ticket"] == {
        "childProgress": {"total": 3, "done": 2},
        "children": {"totalCount": 2, "nodes": [{"number": 2}], "pageInfo": {"hasNextPage": True}},
    }


async def test_nodes_answer_in_order_and_null_for_what_is_not_there(data: Ask) -> None:
    label = (await data("{ labels(first: 1) { nodes { id } } }"))["labels"]["nodes"][0]["id"]
    key = (await data("{ apiKeys { id prefix scopes enabled } }"))["apiKeys"][0]
    assert key["prefix"].startswith("amk_")
    assert key["enabled"] is True
    ids = [
        node_id(Kind.TICKET, 1, 2),
        node_id(Kind.TICKET, 1, 99),
        node_id(Kind.TICKET, 2, 2),
        "nonsense",
        ADA,
        node_id(Kind.REPOSITORY, 1, 1),
        node_id(Kind.ORGANIZATION, 1, 1),
        node_id(Kind.ORGANIZATION, 1, 2),
        label,
        key["id"],
    ]
    answer = await data("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    names = [node and node["__typename"] for node in answer["nodes"]]
    there = ["User", "Repository", "Organization", None, "Label", "ApiKey"]
    assert names == ["Ticket", None, None, None, *there]
    one = await data("query($id: ID!) { node(id: $id) { ... on User { name } } }", id=ADA)
    assert one == {"node": {"name": "Ada"}}


async def test_at_most_100_nodes(ask: Ask) -> None:
    answer = await ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[ADA] * 101)
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_the_viewer_is_the_key(data: Ask) -> None:
    answer = await data("{ viewer { organization { slug ticketPrefix } user { id } scopes } }")
    assert answer["viewer"] == {
        "organization": {"slug": "acme", "ticketPrefix": "AM"},
        "user": None,
        "scopes": ["TICKETS_READ", "TICKETS_WRITE", "API_KEYS_MANAGE", "ORGANIZATION_MANAGE"],
    }
