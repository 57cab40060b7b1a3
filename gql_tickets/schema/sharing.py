"""One result for all who are told of the same event by the same operation.

A thousand subscribers of one board need a change resolved once, not a thousand times. Shared is only
what cannot differ: the same event, operation and variables, for the same caller, within a moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Any, NamedTuple, TypeAlias

import msgspec
from graphql import ExecutionResult, Executor, execute_subscription_event

from gql_tickets.context import Context
from gql_tickets.domain.changes import Change

SHARED_SECONDS = 0.5
"""How long a result stands for those who come to the event later."""
KEPT_MAX = 256

Run: TypeAlias = Callable[[Executor[Any]], Any]

_encode = msgspec.json.Encoder(order="deterministic").encode


class Kept(NamedTuple):
    """A result, or the future one. It holds what it is of, so that nothing else can have its id."""

    until: float
    of: object
    result: Any


class Sharing:
    """The results of the last events. They belong to one event loop."""

    def __init__(self) -> None:
        self._results: dict[tuple[object, ...], Kept] = {}

    def of(self, operation: object, variables: object, context: object) -> Run:
        """How events are resolved for one subscriber: each once, for all who are like it."""
        if not isinstance(context, Context) or context.actor_or_none is None:
            return afresh
        alike = (id(operation), _encode(variables), context.actor_or_none)

        def run(executor: Executor[Any]) -> Any:
            event = executor.root_value
            if not isinstance(event, Change):  # only of these is each an object of its own
                return afresh(executor)
            key = (*alike, id(event))
            now = asyncio.get_running_loop().time()
            found = self._results.get(key)
            if found is not None and now <= found.until:
                result = found.result
            else:
                result = afresh(executor)
                if isawaitable(result):
                    result = asyncio.ensure_future(result)
                    result.add_done_callback(_heeded)
                elif result.errors:
                    return result
                self._keep(key, Kept(now + SHARED_SECONDS, (event, operation), result))
            return _awaited(result, executor) if isinstance(result, asyncio.Future) else result

        return run

    def _keep(self, key: tuple[object, ...], kept: Kept) -> None:
        self._results.pop(key, None)
        self._results[key] = kept
        if len(self._results) > KEPT_MAX:
            del self._results[next(iter(self._results))]


async def _awaited(result: asyncio.Future[ExecutionResult], executor: Executor[Any]) -> Any:
    """The shared result; one that failed is everybody's own, since errors name the request."""
    # Shielded: that one subscriber leaves is nothing to the others.
    found = await asyncio.shield(result)
    if not found.errors:
        return found
    own = afresh(executor)
    return await own if isawaitable(own) else own


def _heeded(result: asyncio.Future[ExecutionResult]) -> None:
    """Its failure is told to whoever waits; when all have left, to nobody."""
    if not result.cancelled():
        result.exception()


def afresh(executor: Executor[Any]) -> Any:
    """Each event is a request of its own: nothing that another one loaded is shown again."""
    context = executor.context_value
    if isinstance(context, Context):
        executor.context_value = context.renewed()
    return execute_subscription_event(executor)
