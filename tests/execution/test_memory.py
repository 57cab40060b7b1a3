"""What is remembered of documents goes when they go, and callers cannot make it grow."""

from __future__ import annotations

import gc
import sys

import msgspec
from graphql import parse
from graphql.execution import execute

from gql_tickets.execution import BreadthFirstExecutor, memory
from gql_tickets.execution.memory import VARIANTS_MAX
from gql_tickets.execution.plan import row_type
from tests.execution.records import good
from tests.execution.running import FAST

QUERIES = 10_000
WARM = 2_000


def answered(query: str, shelf: object) -> bytes:
    """The answer to a document that nobody keeps."""
    document = parse(query)
    result = execute(
        FAST._schema, document, context_value=shelf, executor_class=BreadthFirstExecutor
    )
    return msgspec.json.encode(result.data)  # type: ignore[union-attr]


def test_ten_thousand_different_queries_leave_nothing_behind() -> None:
    shelf = good()
    known = set(memory._known)
    blocks = 0
    for number in range(QUERIES):
        answer = answered(f"{{ page {{ nodes {{ a{number}: title id }} }} }}", shelf)
        assert f'"a{number}":"Notes"'.encode() in answer
        if number == WARM:
            gc.collect()
            blocks = sys.getallocatedblocks()
    gc.collect()
    assert set(memory._known) <= known
    assert row_type.cache_info().currsize <= 512
    # Whatever a query left behind would be a block at least; the interpreter's own caches move too.
    assert sys.getallocatedblocks() - blocks < (QUERIES - WARM) / 2


async def test_a_document_is_planned_once_for_each_setting_of_its_switches() -> None:
    query = "query($a: Boolean!, $n: Int) { page(first: $n) { nodes { id @skip(if: $a) title } } }"
    document = parse(query)

    def run(**variables: object) -> None:
        execute(
            FAST._schema,
            document,
            context_value=good(),
            variable_values=variables,
            executor_class=BreadthFirstExecutor,
        )

    gc.collect()  # documents of other tests go when they are collected
    known = len(memory._known)
    for number in range(9):
        run(a=bool(number % 2), n=number)
    assert len(memory._known) == known + 1
    operation = memory._known[id(document.definitions[0])][1]
    assert sorted(operation._memos) == [(False,), (True,)]
    assert [len(memo) for memo in operation._memos.values()] == [1, 1]


def test_settings_of_switches_are_bounded() -> None:
    names = [f"s{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean = false" for name in names)
    fields = " ".join(f"{name}: id @include(if: ${name})" for name in names)
    document = parse(f"query({declared}) {{ page {{ nodes {{ {fields} }} }} }}")
    for number in range(2 ** len(names)):
        values = {name: bool(number >> at & 1) for at, name in enumerate(names)}
        result = execute(
            FAST._schema,
            document,
            context_value=good(),
            variable_values=values,
            executor_class=BreadthFirstExecutor,
        )
        shown = msgspec.to_builtins(result.data)["page"]["nodes"][0]  # type: ignore[union-attr]
        assert set(shown) == {name for name in names if values[name]}
    operation = memory._known[id(document.definitions[0])][1]
    assert len(operation._memos) == VARIANTS_MAX
