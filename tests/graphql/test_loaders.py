"""Loaders: one statement an edge however long the list, and no caller can cancel another."""

from __future__ import annotations

import gc

import pytest
from graphql import Executor

from gql_tickets.auth import Actor
from gql_tickets.context import GRAPHQL_LIMITS, Context, new_context
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.tickets import TicketDraft, TicketRef, TicketStatus
from gql_tickets.execution import Loader
from gql_tickets.service import directory, tickets
from gql_tickets.store.engine import Store
from tests.graphql.documents import Counted

LIST = """query($first: Int) { tickets(first: $first) { nodes {
  slug assignee { name } repository { name } labels { name color } parent { slug } } } }"""
BOARD = """query($first: Int) { board { totalCount columns { status totalCount
  tickets(first: $first) { totalCount nodes { slug assignee { name } } } } } }"""
CHILDREN = """query($first: Int) { tickets(first: $first) { nodes {
  childProgress { total done } children(first: 3) { totalCount nodes { slug } } } } }"""
USERS = """query { users { nodes { tickets(first: 2) { totalCount nodes { slug creator { id } } } } } }"""


@pytest.fixture
async def crowd(store: Store, actor: Actor) -> None:
    """60 tickets over five users, two repositories, three labels, two parents and five columns."""
    for number in range(1, 6):
        await directory.upsert_user(store, actor, id=number, name=f"User {number}")
        await directory.upsert_repository(store, actor, id=number, name=f"Repository {number}")
    for i in range(60):
        draft = TicketDraft(
            f"Ticket {i}",
            status=list(TicketStatus)[i % 5],
            assignee=UserRef(id=1 + i % 5),
            repository=RepositoryRef(1 + i % 2),
            labels=("a", f"b{i % 2}"),
            parent=TicketRef(id=1 + i % 2) if i > 1 else None,
        )
        await tickets.create(store, actor, draft=draft)


@pytest.mark.usefixtures("crowd")
async def test_a_list_with_four_edges_takes_three_statements_for_5_rows_and_for_50(
    counted: Counted,
) -> None:
    few, statements_of_few = await counted(LIST, first=5)
    many, statements_of_many = await counted(LIST, first=50)
    assert [len(found["tickets"]["nodes"]) for found in (few, many)] == [5, 50]
    assert all(node["assignee"] and node["parent"] for node in many["tickets"]["nodes"])
    assert len(statements_of_few) == len(statements_of_many) == 3


@pytest.mark.usefixtures("crowd")
async def test_the_board_with_assignees_takes_two_statements_and_counts_none_or_one(
    counted: Counted, store: Store
) -> None:
    few, statements_of_few = await counted(BOARD, first=1)
    many, statements_of_many = await counted(BOARD, first=50)
    assert [len(column["tickets"]["nodes"]) for column in few["board"]["columns"]] == [1] * 5
    assert [column["totalCount"] for column in many["board"]["columns"]] == [12] * 5
    assert many["board"]["totalCount"] == 60
    # PostgreSQL's pages bring the counts along. SQLite's do not: its statements take no round trip.
    expected = 2 if store.dialect == "postgresql" else 3
    assert len(statements_of_few) == len(statements_of_many) == expected


@pytest.mark.usefixtures("crowd")
async def test_children_are_paged_and_counted_by_one_statement_each(counted: Counted) -> None:
    found, statements = await counted(CHILDREN, first=60)
    oldest = found["tickets"]["nodes"][-1]
    assert oldest["childProgress"] == {"total": 29, "done": 6}
    assert oldest["children"]["totalCount"] == 29
    assert len(oldest["children"]["nodes"]) == 3
    assert len(statements) == 4


@pytest.mark.usefixtures("crowd")
async def test_the_tickets_of_users_are_one_statement(counted: Counted) -> None:
    found, statements = await counted(USERS)
    assert [user["tickets"]["totalCount"] for user in found["users"]["nodes"]] == [12] * 5
    assert len(statements) == 3


@pytest.mark.usefixtures("crowd")
async def test_a_total_that_nobody_selects_is_not_counted(counted: Counted) -> None:
    _, statements = await counted("{ tickets { nodes { slug } } }")
    assert len(statements) == 1


@pytest.mark.usefixtures("crowd")
async def test_nodes_of_one_type_are_one_statement(counted: Counted) -> None:
    found, _ = await counted("{ tickets(first: 50) { nodes { id } } }")
    ids = [node["id"] for node in found["tickets"]["nodes"]]
    again, statements = await counted("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert [node["id"] for node in again["nodes"]] == ids
    assert len(statements) == 1


@pytest.mark.usefixtures("crowd")
async def test_a_request_does_not_see_what_another_one_loaded(store: Store, actor: Actor) -> None:
    first = new_context(store, actor, GRAPHQL_LIMITS)
    second = new_context(store, actor, GRAPHQL_LIMITS)
    before = await first.loaders.users.load(1)
    await directory.upsert_user(store, actor, id=1, name="Renamed")
    after = await second.loaders.users.load(1)
    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("User 1", "Renamed")


async def test_a_loader_without_a_caller_refuses(store: Store) -> None:
    with pytest.raises(RuntimeError):
        await new_context(store, None, GRAPHQL_LIMITS).loaders.users.load(1)


# To collect garbage is to find what tests before this one have left, which are not asked about here.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("query", [LIST, BOARD, CHILDREN, USERS])
async def test_a_request_is_freed_when_it_ends(counted: Counted, query: str) -> None:
    """What lies in a circle would wait for a collection of garbage, with all that it holds."""
    await counted(query, first=5)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        await counted(query, first=5)
        gc.collect()
        # A document that made room for this one may be garbage too.
        assert not [each for each in gc.garbage if isinstance(each, (Context, Executor, Loader))]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
