"""Ways to run a document on the library: by graphql-core, and breadth-first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from gql_tickets.execution import BreadthFirstExecutor
from tests.execution.library import build
from tests.execution.records import Shelf

STOCK = build()
FAST = build(execution_context_class=BreadthFirstExecutor)

Outcome = tuple[Any, list[tuple[Any, str]]]


def shown(data: Any) -> Any:
    """The data of a result, as a client reads it."""
    return json.loads(msgspec.json.encode(data))


async def run(schema: Any, query: str, shelf: Shelf, **variables: Any) -> Outcome:
    """Data, and errors as path and message, in an order that does not depend on time."""
    result = await schema.execute(query, variables, shelf)
    errors = [(error.path, error.message) for error in result.errors or []]
    return shown(result.data), sorted(errors, key=repr)


async def both(query: str, shelf: Callable[[], Shelf], **variables: Any) -> Outcome:
    """What both executors answer, which has to be the same."""
    stock = await run(STOCK, query, shelf(), **variables)
    fast = await run(FAST, query, shelf(), **variables)
    assert fast == stock
    return fast
