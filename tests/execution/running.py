"""Ways to run a document on the library: by graphql-core, and breadth-first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from gql_tickets.execution import BreadthFirstExecutor, call_directly
from tests.execution.library import build
from tests.execution.records import Shelf

STOCK = build()
FAST = build(execution_context_class=BreadthFirstExecutor)
call_directly(FAST._schema)

Outcome = tuple[Any, list[Any]]
"""Data, and errors that begin with their path."""


def shown(data: Any) -> Any:
    """The data of a result, as a client reads it."""
    return json.loads(msgspec.json.encode(data))


async def run(schema: Any, query: str, shelf: Shelf, **variables: Any) -> Outcome:
    """Data, and errors as path and message, in an order that does not depend on time."""
    result = await schema.execute(query, variables, shelf)
    errors = [(error.path, error.message) for error in result.errors or []]
    assert all(path for path, _ in errors), "the document is not valid"
    return shown(result.data), sorted(errors, key=repr)


async def both(query: str, shelf: Callable[[], Shelf], **variables: Any) -> Outcome:
    """What both executors answer, which has to agree."""
    stock = await run(STOCK, query, shelf(), **variables)
    fast = await run(FAST, query, shelf(), **variables)
    assert agree(stock, fast), (stock, fast)
    return fast


def agree(stock: Outcome, fast: Outcome) -> bool:
    """Whether data and errors are the same.

    Where several fields fail beneath one place that becomes null, it is a matter of time which of
    them are reported: the specification asks for one, and stops the others.
    """
    if stock == fast:
        return True
    return stock[0] == fast[0] and _by_place(*stock) == _by_place(*fast)


def _by_place(data: Any, errors: list[Any]) -> list[Any]:
    """Each error that made its own field null; and of the others the place of the null."""
    places = set()
    for path, *rest in errors:
        value, place = data, []
        for step in path:
            if value is None:
                break
            place.append(step)
            value = value[step]
        places.add(repr((place, rest if place == path else None)))
    return sorted(places)
