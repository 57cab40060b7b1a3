"""The executor: what it does by columns, what it leaves to graphql-core, and that nobody can tell."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import strawberry
from graphql import get_introspection_query
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from gql_tickets.execution import BreadthFirstExecutor
from tests.execution.library import SCALARS, BookType, Query, build
from tests.execution.records import AUTHORS, SHELVES, UNKNOWN, Author, Book, Shelf, good
from tests.execution.running import FAST, STOCK, both, run, shown

EVERYTHING = """query($text: String! = "?") { books { __typename id name title pages price lent genre
  genres printed link tags grid blurb borrower chapters rating author { name born } authors { id }
  shout(suffix: $text) loud: shout whisper(suffix: $text) cry either fails breaks sequel { id }
  related { __typename ... on Named { id } ... on Magazine { issue } ... on Book { title } } } }"""

DOCUMENTS = [
    EVERYTHING,
    "{ page { total nodes { id } edges { cursor node { title author { rival { name } } } } } }",
    "{ shelves { id title } named { id name __typename ... on Book { pages } } items { __typename } }",
    "{ problems { code __typename ... on Missing { where } ... on Broken { what } } }",
    "{ promised { id title } stream { id authors { name } } lost author { books { title } } }",
    "{ books(first: 0) { id } none: book(id: 77) { id } book { archived rating } }",
    "{ books { archived fails } more: books { breaks } }",
    """{ books { ... @skip(if: true) { id } } page { nodes { ...F @include(if: false) } } }
    fragment F on Book { id }""",
    "{ author(id: 3) { mentor { name mentor { id } } rival { mentor { name } } } }",
    "{ loaded { id prequel { title prequel { id } } credit } books { credit prequel { id } } }",
]


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Strawberry logs every error."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("shelf", SHELVES)
@pytest.mark.parametrize("document", DOCUMENTS)
async def test_both_executors_answer_alike(document: str, shelf: Callable[[], Shelf]) -> None:
    await both(document, shelf)
    gc.collect()  # what was never awaited would complain now


async def test_good_rows_are_structs_at_every_level() -> None:
    result = await FAST.execute(
        "{ books { id author { name } related { __typename } authors { mentor { id } } } }",
        None,
        good(),
    )
    assert result.data is not None
    row = result.data["books"][0]
    keys = [field.encode_name for field in msgspec.structs.fields(row)]
    assert keys == ["id", "author", "related", "authors"]
    _, author, related, authors = msgspec.structs.astuple(row)
    assert all(isinstance(each, msgspec.Struct) for each in (author, related[0], authors[0]))


async def test_a_level_is_one_batch_of_each_loader() -> None:
    shelf = good()
    query = """{ books { author { mentor { rival { id } } } authors { rival { books { id } } }
      sequel { author { id } rating } rating } }"""
    _, errors = await run(FAST, query, shelf)
    assert errors == []
    first, then = shelf.batches[:3], shelf.batches[3:]
    assert sorted(first) == [
        ("authors", [1, 2, 3, UNKNOWN]),
        ("books", [2, 3, 6, 7, 9, 11]),
        ("ratings", [1, 2, 5, 6, 8, 10]),
    ]
    assert then == [("books", [1])]


async def test_a_column_of_loads_is_one_batch_and_takes_no_task_a_row() -> None:
    shelf = Shelf([Book(number, author_id=1 + number % 2) for number in range(1, 9)], AUTHORS)
    made: list[Any] = []

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        made.append(coroutine.__qualname__)
        return asyncio.Task(coroutine, loop=loop, **options)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(factory)
    try:
        data, errors = await run(FAST, "{ books { credit author { id } prequel { id } } }", shelf)
    finally:
        loop.set_task_factory(None)
    assert errors == []
    assert len(data["books"]) > 5
    assert [name for name, _ in shelf.batches] == ["authors", "books"]
    assert made == ["Source._bring"] * 2


async def test_what_many_rows_point_at_is_completed_once() -> None:
    looks: list[int] = []

    class Watched(Author):
        """Notes who looks at its name."""

        def __getattribute__(self, name: str) -> Any:
            if name == "born":
                looks.append(1)
            return super().__getattribute__(name)

    shelf = Shelf([Book(number) for number in range(1, 21)], [Watched(1), Watched(2)])
    data, _ = await run(FAST, "{ books(first: 20) { author { born } } }", shelf)
    assert data["books"] == [{"author": {"born": 1815}}] * 20
    assert len(looks) == 1


async def test_a_mutation_is_called_once_whatever_becomes_of_its_payload() -> None:
    query = "mutation($id: Int!) { lend(id: $id) { book { id breaks fails } problems { code } } }"
    for number in (1, 3, 77):
        calls = []
        for schema in (STOCK, FAST):
            shelf = Shelf([Book(1), Book(3)], [])
            calls.append((await run(schema, query, shelf, id=number), shelf.batches))
        assert calls[0][0] == calls[1][0]
        assert [call for _, made in calls for call in made if call[0] == "lend"] == [
            ("lend", [number])
        ] * 2


async def test_introspection_is_left_to_graphql_core() -> None:
    data, errors = await both(get_introspection_query(), good)
    assert errors == []
    assert data["__schema"]["queryType"]["name"] == "Query"


async def test_events_of_a_subscription_are_structs() -> None:
    stream: Any = await FAST.subscribe(
        "subscription { returned { title authors { name } } }", None, good()
    )
    events = [event.data async for event in stream]
    assert isinstance(events[0]["returned"], msgspec.Struct)
    assert [len(shown(event)["returned"]["authors"]) for event in events] == [2, 2, 2, 0, 1, 2]


async def test_what_is_deferred_is_left_to_graphql_core() -> None:
    query = """{ page { total nodes { id ... @defer { title } } } books @stream(initialCount: 1) {
      id authors { name } } book { id } }"""
    answers = []
    for executor in (None, BreadthFirstExecutor):
        config = StrawberryConfig(
            scalar_map=SCALARS, enable_experimental_incremental_execution=True
        )
        schema = strawberry.Schema(
            Query, types=[BookType], config=config, execution_context_class=executor
        )
        result: Any = await schema.execute(query, None, good())
        initial = result.initial_result
        parts = [part.formatted async for part in result.subsequent_results]
        late = [shown(late) for part in parts for late in part.get("incremental", [])]
        deferred = [each["data"] for each in late if "data" in each]
        streamed = [item for each in late for item in each.get("items", [])]
        answers.append((shown(initial.data), deferred, streamed))
    assert answers[0] == answers[1]
    assert answers[0][0]["books"] == [{"id": "1", "authors": [{"name": "Ada"}, {"name": None}]}]


async def test_middleware_sees_every_field() -> None:
    seen: list[str] = []

    class Watch(SchemaExtension):
        """Notes the fields."""

        def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
            """Before each."""
            seen.append(info.field_name)
            return _next(root, info, *args, **kwargs)

    schema = build(execution_context_class=BreadthFirstExecutor, extensions=[Watch])
    await run(schema, "{ books(first: 2) { id title } }", good())
    assert seen == ["books", "id", "title", "id", "title"]


def test_a_schema_that_is_all_sync_needs_no_event_loop() -> None:
    result = FAST.execute_sync("{ items { __typename } problems { code } }", None, good())
    assert result.errors is None
    assert shown(result.data)["problems"][1] == {"code": "torn"}


paths: list[Any] = []


@strawberry.type
class Leaf:
    """Notes where it is."""

    @strawberry.field
    def here(self, info: strawberry.Info) -> str:
        """A field with a path."""
        paths.append(info.path.as_list())
        return info.field_name


@strawberry.type
class Branch:
    """Has leaves."""

    leaves: list[Leaf]


@strawberry.type
class Tree:
    """Has branches."""

    @strawberry.field
    def branches(self) -> list[Branch]:
        """Two."""
        return [Branch(leaves=[Leaf(), Leaf()]), Branch(leaves=[])]


async def test_resolvers_are_told_the_path_of_their_column() -> None:
    paths.clear()
    schema = strawberry.Schema(Tree, execution_context_class=BreadthFirstExecutor)
    result = await schema.execute("{ branches { alias: leaves { here } } }")
    assert shown(result.data) == {"branches": [{"alias": [{"here": "here"}] * 2}, {"alias": []}]}
    assert paths == [["branches", "alias", "here"]] * 2
