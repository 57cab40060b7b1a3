"""What an execution costs in process, in CPU milliseconds, beside Strawberry as it comes and Node.js.

No database and no HTTP: a query whose document is kept goes in, encoded JSON comes out. Times are
of CPU, so that what else the machine does matters little: the tenth percentile of many short
batches. Whoever executes takes turns. graphql-js and graphql-jit do the same over the same rows, in
the Node.js that the other benchmarks use; without npm they are left out.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

import msgspec
import strawberry
from graphql import DocumentNode, parse
from strawberry.extensions import SchemaExtension

from bench import demo, packages
from bench.catalogue import read_peers
from bench.places import Stopped
from bench.table import Table
from gql_tickets.execution import BreadthFirstExecutor
from gql_tickets.schema import Schema

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
TURN_BATCHES = 10
"""So many follow one another, as those in JavaScript do: who comes first after a turn is cold."""
ROUNDS = 3

WHO = ("ours", "strawberry", "graphql-js", "graphql-jit")

Times: TypeAlias = dict[str, float]
"""Milliseconds, by who took them."""

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


@cache
def schemas() -> dict[str, strawberry.Schema]:
    """Those of Python, which take a moment to build."""
    return {
        "strawberry": demo.build(strawberry.Schema, extensions=[CachedDocuments]),
        "ours": demo.build(Schema, execution_context_class=BreadthFirstExecutor),
    }


async def batch(schema: Any, query: str, variables: dict[str, Any], count: int) -> float:
    """CPU seconds of an execution, over some of them."""
    start = time.thread_time()
    for _ in range(count):
        result = await schema.execute(query, variables, demo.Context())
        msgspec.json.encode(result.data)
    return (time.thread_time() - start) / count


async def measure(query: str, variables: dict[str, Any]) -> tuple[Any, Times]:
    """What the schemas of Python answer, and how long it takes them. Raises Stopped."""
    answers = []
    for schema in schemas().values():
        result = await schema.execute(query, variables, demo.Context())
        if result.errors:
            raise Stopped(f"a case fails: {result.errors[0].message}")
        answers.append(msgspec.json.encode(result.data))
    if len(set(answers)) != 1:
        raise Stopped("the executors do not agree")
    counts = [
        max(1, int(BATCH_SECONDS / await batch(each, query, variables, 3)))
        for each in schemas().values()
    ]
    times: dict[str, list[float]] = {name: [] for name in schemas()}
    gc.collect()
    end = time.monotonic() + SECONDS * len(schemas())
    while time.monotonic() < end:
        for (name, schema), count in zip(schemas().items(), counts, strict=True):
            for _ in range(TURN_BATCHES):
                times[name].append(await batch(schema, query, variables, count))
    return json.loads(answers[0]), {
        name: sorted(found)[len(found) // 10] * 1000 for name, found in times.items()
    }


def measure_in_node(query: str, variables: dict[str, Any], answer: Any) -> Times:
    """How long it takes those in JavaScript, who have to give the same answer. Raises Stopped."""
    given = {
        "schema": str(schemas()["ours"]),
        "rows": demo.rows(),
        "case": {"query": query, "variables": variables},
        "seconds": SECONDS,
        "batchMs": BATCH_SECONDS * 1000,
    }
    command = [packages.node(), packages.scripts() / "in_process.cjs"]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stopped(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    if any(each["data"] != answer for each in told.values()):
        raise Stopped("those in JavaScript do not agree")
    return {name: each["ms"] for name, each in told.items()}


def node_or_nothing() -> Callable[[str, dict[str, Any], Any], Times]:
    """What measures those in JavaScript, if they can be installed."""
    try:
        packages.install(read_peers(["mercurius"]))
    except Stopped as reason:
        print(f"Without Node.js: {reason}")
        return lambda *_: {}
    return measure_in_node


def measured() -> Table:
    """A row a case: the least of some rounds, and how many times ours it is."""
    in_node = node_or_nothing()
    cells = []
    who: tuple[str, ...] = ()
    for name, (query, variables) in CASES.items():
        rounds: list[Times] = []
        for _ in range(ROUNDS):
            answer, times = asyncio.run(measure(query, variables))
            rounds.append(times | in_node(query, variables, answer))
        least = {each: min(times[each] for times in rounds) for each in WHO if each in rounds[0]}
        cells.append((name, *(f"{ms:.3f} ({ms / least['ours']:.1f})" for ms in least.values())))
        who = tuple(least)
    return Table(("in process, CPU ms (/ ours)", *who), cells, texts=1)
