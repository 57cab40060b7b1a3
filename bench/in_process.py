"""What an execution costs in process: stock Strawberry against breadth-first, in CPU milliseconds.

    .venv/bin/python -m bench.in_process

No database and no HTTP: a query whose document is cached goes in, encoded JSON comes out. Times
are of the thread's CPU, so that what else the machine does matters little: the tenth percentile of
many short batches. Both executors take turns.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from typing import Any

import msgspec
from graphql import DocumentNode, parse
from strawberry.extensions import SchemaExtension

from bench import demo
from gql_tickets.execution import BreadthFirstExecutor

_SCALARS = "id slug title status type priority createdAt labels"
_EDGES = "updatedAt estimate assignee { id name } repository { id name }"
_PAGE = "query($first: Int!) {{ tickets(first: $first) {{ total nodes {{ {} }} }} }}"
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "a: 20 x 8 scalars": (_PAGE.format(_SCALARS), {"first": 20}),
    "b: 100 x (10 scalars + assignee + repository)": (
        _PAGE.format(f"{_SCALARS} {_EDGES}"),
        {"first": 100},
    ),
    "c: board of 5 x 20 x 7": (
        "{ board { status tickets { id slug title type priority status labels } } }",
        {},
    ),
}
SECONDS = 2.0
BATCH_SECONDS = 0.004

documents: dict[str, DocumentNode] = {}


class CachedDocuments(SchemaExtension):
    """Parses a query once and takes it for valid."""

    def on_parse(self) -> Iterator[None]:
        """Look the document up."""
        query = self.execution_context.query or ""
        if query not in documents:
            documents[query] = parse(query)
        self.execution_context.graphql_document = documents[query]
        self.execution_context.pre_execution_errors = []
        yield


async def batch(schema: Any, query: str, variables: dict[str, Any], count: int) -> float:
    """CPU seconds of an execution, over some of them."""
    start = time.thread_time()
    for _ in range(count):
        result = await schema.execute(query, variables, demo.Context())
        msgspec.json.encode(result.data)
    return (time.thread_time() - start) / count


async def measure(query: str, variables: dict[str, Any]) -> tuple[float, float]:
    """CPU milliseconds of stock and of breadth-first execution, which give the same bytes."""
    schemas = [
        demo.build(extensions=[CachedDocuments]),
        demo.build(extensions=[CachedDocuments], execution_context_class=BreadthFirstExecutor),
    ]
    results = [await schema.execute(query, variables, demo.Context()) for schema in schemas]
    stock, fast = (msgspec.json.encode(result.data) for result in results)
    if stock != fast or results[0].errors:
        raise SystemExit("The executors do not agree.")
    times: list[list[float]] = [[], []]
    end = time.monotonic() + SECONDS * len(schemas)
    counts = [
        max(1, int(BATCH_SECONDS / await batch(each, query, variables, 3))) for each in schemas
    ]
    gc.collect()
    while time.monotonic() < end:
        for schema, count, found in zip(schemas, counts, times, strict=True):
            found.append(await batch(schema, query, variables, count))
    stock_time, fast_time = (sorted(found)[len(found) // 10] * 1000 for found in times)
    return stock_time, fast_time


async def main() -> None:
    """A line a case."""
    print(f"{'':48}{'stock':>8}{'breadth-first':>16}{'ratio':>8}")
    for name, (query, variables) in CASES.items():
        stock, fast = await measure(query, variables)
        print(f"{name:48}{stock:8.3f}{fast:16.3f}{stock / fast:8.1f}")


if __name__ == "__main__":
    asyncio.run(main())
