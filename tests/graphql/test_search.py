"""Queries by trees of filters, by words and in every order, as a client sends them."""

from __future__ import annotations

from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.ids import Kind, node_id
from gql_tickets.domain.tickets import (
    TicketDraft,
    TicketPatch,
    TicketPriority,
    TicketRef,
    TicketStatus,
)
from gql_tickets.service import directory, tickets
from gql_tickets.store.engine import Store
from tests.graphql.documents import Ask, Counted

LIST = """query($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int, $after: String) {
  tickets(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { cursor highlights node { number } } } }"""
TITLES = ("Login page", "logout", "Résumé upload", "The login résumé", "Zebra", "apple")


@pytest.fixture(autouse=True)
async def six(store: Store, actor: Actor) -> None:
    """Six tickets in a chain of three and three alone; the middle one of the chain is done."""
    await directory.upsert_user(store, actor, id=5, username="ada")
    for number, title in enumerate(TITLES, start=1):
        draft = TicketDraft(
            title,
            description="Sign-in & <login>: see AM-1" if number == 5 else None,
            priority=list(TicketPriority)[number % 5],
            assignee=UserRef(id=5) if number == 4 else None,
            parent=TicketRef(id=number - 1) if number in {2, 3} else None,
        )
        await tickets.create(store, actor, draft=draft)
    done = TicketPatch(status=TicketStatus.DONE)
    await tickets.update(store, actor, ticket=TicketRef(id=2), patch=done)


def numbers(answer: dict[str, Any]) -> list[int]:
    """The numbers of the tickets on a page."""
    return [edge["node"]["number"] for edge in answer["tickets"]["edges"]]


TICKETS = [node_id(Kind.TICKET, 1, number) for number in range(7)]
DONE = {"status": {"in": ["DONE"]}}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"ids": [TICKETS[1], TICKETS[4], "nonsense", node_id(Kind.TICKET, 2, 2)]}, [4, 1]),
        ({"ids": []}, []),
        ({"slugs": ["am-2", "AM-6", "AM-99", "no slug", "\0"]}, [6, 2]),
        ({"parent": {"descendantOf": {"slug": "AM-1"}}}, [3, 2]),
        ({"parent": {"descendantOf": {"id": TICKETS[2]}}}, [3]),
        ({"parent": {"descendantOf": {"id": node_id(Kind.TICKET, 2, 1)}}}, []),
        ({"parent": {"descendantOf": {"slug": "?"}}}, []),
        ({"hasChildren": True}, [2, 1]),
        ({"hasChildren": False}, [6, 5, 4, 3]),
        ({"creator": {"isNull": True}}, [6, 5, 4, 3, 2, 1]),
        ({"creator": {"in": [{"databaseId": 5}]}}, []),
        ({"completedAt": {"isNull": False}}, [2]),
        ({"completedAt": {"gt": "2000-01-01T00:00:00Z"}}, [2]),
        ({"not": {"completedAt": {"gt": "2000-01-01T00:00:00Z"}}}, [6, 5, 4, 3, 1]),
        ({"createdAt": {"lt": "2000-01-01T00:00:00Z"}}, []),
        ({"updatedAt": {"gte": "2000-01-01T00:00:00+01:00", "lte": "9999-12-31T23:59:59.999999Z"}},
         [6, 5, 4, 3, 2, 1]),
        ({"or": [DONE, {"text": "zebra"}]}, [5, 2]),
        ({"and": [{"not": DONE}, {"hasChildren": True}]}, [1]),
        ({"or": []}, []),
        ({"and": []}, [6, 5, 4, 3, 2, 1]),
        ({"or": [{}]}, [6, 5, 4, 3, 2, 1]),
        ({"not": {}}, []),
        ({"text": "LOGIN"}, [5, 4, 1]),
        ({"text": "login resume"}, [4]),
        ({"text": '"login page"'}, [1]),
        ({"text": "login -page"}, [5, 4]),
        ({"text": "log*"}, [5, 4, 2, 1]),
        ({"text": "sign-in"}, [5]),
        ({"text": "-login"}, [6, 3, 2]),
        ({"text": "login", "assignee": {"in": [{"username": "ada"}]}}, [4]),
        ({"not": {"text": "login"}}, [6, 3, 2]),
        ({"text": '"( * : - ! '}, [6, 5, 4, 3, 2, 1]),
        ({"text": "x" * 10_000}, []),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
async def test_filters(data: Ask, wanted: dict[str, Any], found: list[int]) -> None:
    answer = await data(LIST, filter=wanted)
    assert numbers(answer) == found
    assert answer["tickets"]["totalCount"] == len(found)


@pytest.mark.parametrize(
    ("field", "ascending"),
    [
        ("PRIORITY", [5, 1, 6, 2, 3, 4]),
        ("STATUS", [1, 3, 4, 5, 6, 2]),
        ("COMPLETED_AT", [1, 3, 4, 5, 6, 2]),
        ("TITLE", [1, 3, 4, 5, 6, 2]),
        ("NUMBER", [1, 2, 3, 4, 5, 6]),
        ("UPDATED_AT", [1, 3, 4, 5, 6, 2]),
    ],
)
async def test_orders(data: Ask, field: str, ascending: list[int]) -> None:
    answer = await data(LIST, orderBy=[{"field": field, "direction": "ASC"}])
    assert numbers(answer) == ascending
    assert numbers(await data(LIST, orderBy=[{"field": field}])) == ascending[::-1]


async def test_relevance_puts_titles_first_and_goes_on_by_cursors(data: Ask) -> None:
    order = [{"field": "RELEVANCE"}]
    wanted = {"text": "login resume*"}
    assert numbers(await data(LIST, filter=wanted, orderBy=order)) == [4]
    wanted = {"text": "login"}
    walked: list[int] = []
    after = None
    while True:
        answer = await data(LIST, filter=wanted, orderBy=order, first=1, after=after)
        walked += numbers(answer)
        after = answer["tickets"]["pageInfo"]["endCursor"]
        if not answer["tickets"]["pageInfo"]["hasNextPage"]:
            break
    assert walked == [4, 1, 5]


@pytest.mark.parametrize("wanted", [None, {}, {"and": [{"text": "a"}]}])
async def test_relevance_needs_a_text(ask: Ask, wanted: dict[str, Any] | None) -> None:
    answer = await ask(LIST, filter=wanted, orderBy=[{"field": "TITLE"}, {"field": "RELEVANCE"}])
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "VALIDATION_FAILED"
    assert error["extensions"]["problems"][0]["path"] == ["orderBy"]


async def test_highlights_are_passages_that_match(data: Ask) -> None:
    answer = await data(LIST, filter={"text": "login -zzz"}, orderBy=[{"field": "RELEVANCE"}])
    assert [edge["highlights"] for edge in answer["tickets"]["edges"]] == [
        ["The <mark>login</mark> résumé"],
        ["<mark>Login</mark> page"],
        ["Sign-in &amp; &lt;<mark>login</mark>&gt;: see AM-1"],
    ]
    answer = await data(LIST, filter={"or": [{"text": "resume"}]})
    assert answer["tickets"]["edges"][0]["highlights"] == ["The login <mark>résumé</mark>"]
    answer = await data(LIST)
    assert [edge["highlights"] for edge in answer["tickets"]["edges"]] == [[]] * 6


async def test_groups_are_searched_and_highlighted_too(data: Ask) -> None:
    document = """query($filter: TicketFilter, $orderBy: [TicketOrder!]) {
      board(filter: $filter) { totalCount columns { tickets { edges { highlights } } } }
      ticket(ref: {slug: "AM-1"}) { children(filter: $filter, orderBy: $orderBy) {
        edges { highlights } } } }"""
    answer = await data(
        document, filter={"text": "log*"}, orderBy=[{"field": "RELEVANCE", "direction": "ASC"}]
    )
    assert answer["board"]["totalCount"] == 4
    done = answer["board"]["columns"][-1]["tickets"]["edges"]
    assert done == answer["ticket"]["children"]["edges"]
    assert done == [{"highlights": ["<mark>logout</mark>"]}]


def nested(levels: int) -> dict[str, Any]:
    """A filter of so many levels."""
    return DONE if levels == 1 else {"not": nested(levels - 1)}


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (nested(6), ["filter", "not", "not", "not", "not", "not"]),
        (nested(60), ["filter", "not", "not", "not", "not", "not"]),
        ({"or": [DONE] * 51}, ["filter"]),
        ({"or": [{"assignee": {"in": [{"me": True}]}}]}, ["filter", "or", "0", "assignee"]),
        ({"and": [{}, {"not": {"creator": {"notIn": [{"me": True}]}}}]},
         ["filter", "and", "1", "not", "creator"]),
        ({"not": {"text": "a\0b"}}, ["filter", "not", "text"]),
        ({"or": [{"labels": {"anyOf": ["a\0b"]}}]}, ["filter", "or", "0", "labels"]),
    ],
    ids=range(7),
)  # fmt: skip
async def test_a_refusal_names_the_place(ask: Ask, wanted: dict[str, Any], path: list[str]) -> None:
    answer = await ask(LIST, filter=wanted)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "VALIDATION_FAILED"
    assert error["extensions"]["problems"] == [{"path": path, "message": error["message"]}]


@pytest.mark.parametrize("levels", [100, 400, 900])
async def test_a_filter_of_absurd_depth_is_refused_as_well(ask: Ask, levels: int) -> None:
    wanted: dict[str, Any] = DONE
    for _ in range(levels):
        wanted = {"not": wanted}
    inline = "{not: " * levels + "{}" + "}" * levels
    for answer in (
        await ask(LIST, filter=wanted),
        await ask(f"{{ tickets(filter: {inline}) {{ totalCount }} }}"),
    ):
        # What is nested so deep is not even read, or read and refused.
        code = answer["errors"][0]["extensions"]["code"]
        assert code in {"VALIDATION_FAILED", "LIMIT_EXCEEDED"}


async def test_a_page_of_relevance_takes_few_statements(counted: Counted) -> None:
    _, statements = await counted(
        LIST.replace("totalCount", ""),
        filter={"text": "login resume", "status": {"notIn": ["DONE"]}},
        orderBy=[{"field": "RELEVANCE"}],
    )
    assert len(statements) in {2, 3}
