"""Look-ahead: a resolver learns what is selected beneath its field."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry

from gql_tickets.execution import BreadthFirstExecutor, lookahead, selected

PATHS = ("nodes", "edges.node")

seen: list[frozenset[str]] = []


@strawberry.type
class Item:
    """Something to select."""

    id: int = 1
    long_name: str = "long"
    size: int = 3


@strawberry.type
class Edge:
    """A place for it."""

    node: Item = strawberry.field(default_factory=Item)


@strawberry.type
class Page:
    """Both."""

    total: int = 1
    nodes: list[Item] = strawberry.field(default_factory=lambda: [Item()])
    edges: list[Edge] = strawberry.field(default_factory=lambda: [Edge()])


@strawberry.type
class Query:
    """Looks ahead."""

    @strawberry.field
    def items(self, info: strawberry.Info) -> Page:
        """At a page's items."""
        seen.append(selected(info, *PATHS))
        return Page()

    @strawberry.field
    def item(self, info: strawberry.Info) -> Item:
        """At the field itself."""
        seen.append(selected(info))
        return Item()


@pytest.fixture(params=[None, BreadthFirstExecutor])
def schema(request: pytest.FixtureRequest) -> strawberry.Schema:
    """By either executor."""
    seen.clear()
    return strawberry.Schema(Query, execution_context_class=request.param)


async def look(schema: strawberry.Schema, query: str, **variables: Any) -> list[set[str]]:
    """What resolvers saw."""
    result = await schema.execute(query, variables)
    assert result.errors is None
    return [set(names) for names in seen]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("{ items { total } }", set()),
        ("{ items { nodes { id long: longName } total } }", {"id", "longName"}),
        ("{ items { nodes { id } edges { node { size } } } }", {"id", "size"}),
        (
            "{ items { nodes { id } } items { nodes { size __typename } } }",
            {"id", "size", "__typename"},
        ),
        (
            """{ items { ...P } } fragment P on Page { nodes { ...I } other: nodes { size } }
            fragment I on Item { longName ... on Item { id } ... { size } }""",
            {"id", "longName", "size"},
        ),
        ("{ item { id ... @skip(if: true) { size } longName @include(if: false) } }", {"id"}),
    ],
)
async def test_it_sees_through_fragments(
    schema: strawberry.Schema, query: str, names: set[str]
) -> None:
    assert await look(schema, query) == [names]


async def test_it_honours_variables(schema: strawberry.Schema) -> None:
    query = """query($yes: Boolean!, $no: Boolean = false) { items { nodes @include(if: $yes) {
      id size @skip(if: $yes) longName @skip(if: $no) } } }"""
    assert await look(schema, query, yes=True) == [{"id", "longName"}]
    assert (await look(schema, query, yes=True, no=True))[1] == {"id"}
    assert (await look(schema, query, yes=False))[2] == set()


async def test_the_second_time_it_is_a_look_up(
    schema: strawberry.Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    class Counted(lookahead._Selection):
        """Notes that it was made."""

        def __init__(self, *args: Any) -> None:
            made.append(self)
            super().__init__(*args)

    monkeypatch.setattr(lookahead, "_Selection", Counted)
    query = "query { a: item { ...I } b: item { ...I size } } fragment I on Item { id }"
    assert await look(schema, query) == [{"id"}, {"id", "size"}]
    assert len(made) == 2
