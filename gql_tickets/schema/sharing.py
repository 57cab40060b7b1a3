"""One result for all who are told of the same event by the same operation.

A thousand subscribers of one board need a change resolved once, not a thousand times. Shared is only
what cannot differ: the same event, operation and variables, for the same caller, within a moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, NamedTuple, TypeAlias

import msgspec
from graphql import ExecutionResult, Executor, execute_subscription_event

from gql_tickets.context import Context
from gql_tickets.domain.changes import Change

SHARED_SECONDS = 0.5
"""How long a result stands for those who come to the event later."""
KEPT_MAX = 1_024

Key: TypeAlias = tuple[object, ...]
Resolve: TypeAlias = Callable[[object], Any]
"""The result of an event, or an awaitable of it."""

_encode = msgspec.json.Encoder(order="deterministic").encode


class Kept(NamedTuple):
    """A result, or the future one. It holds what it is of, so that nothing else can have its id."""

    until: float
    of: object
    result: Any


class Sharing:
    """The results of the last events. They belong to one event loop."""

    def __init__(self) -> None:
        self._results: dict[Key, Kept] = {}

    def of(self, operation: object, variables: object, executor: Executor[Any]) -> Resolve:
        """How events are resolved for one subscriber: each once, for all who are like it."""

        def own(event: object) -> Any:
            return afresh(executor, event)

        context = executor.context_value
        if not isinstance(context, Context) or context.actor_or_none is None:
            return own
        alike = (id(operation), _encode(variables), context.actor_or_none)

        def shared(event: object) -> Any:
            if not isinstance(event, Change):  # only of these is each an object of its own
                return own(event)
            key = (*alike, id(event))
            found = self._results.get(key)
            if found is not None and monotonic() <= found.until:
                result = found.result
            else:
                result = own(event)
                if isinstance(result, ExecutionResult):
                    if result.errors:
                        return result
                else:
                    result = asyncio.ensure_future(result)
                    result.add_done_callback(partial(self._heed, key))
                self._keep(key, Kept(monotonic() + SHARED_SECONDS, (event, operation), result))
            if isinstance(result, ExecutionResult):
                return result
            return _awaited(result, own, event)

        return shared

    def _keep(self, key: Key, kept: Kept) -> None:
        self._results.pop(key, None)
        self._results[key] = kept
        if len(self._results) > KEPT_MAX:
            del self._results[next(iter(self._results))]

    def _heed(self, key: Key, future: asyncio.Future[ExecutionResult]) -> None:
        """Whoever comes later need not wait; a failure is told to those who do, or to nobody."""
        if future.cancelled() or future.exception():
            return
        kept = self._results.get(key)
        if kept is not None and kept.result is future and not future.result().errors:
            self._results[key] = kept._replace(result=future.result())


async def _awaited(result: asyncio.Future[ExecutionResult], own: Resolve, event: object) -> Any:
    """The shared result; one that failed is everybody's own, since errors name the request."""
    # Shielded: that one subscriber leaves is nothing to the others.
    found = await asyncio.shield(result)
    if not found.errors:
        return found
    again = own(event)
    return again if isinstance(again, ExecutionResult) else await again


def afresh(executor: Executor[Any], event: object) -> Any:
    """Each event is a request of its own: nothing that another one loaded is shown again."""
    one = executor.build_per_event_executor(event)
    if isinstance(one.context_value, Context):
        one.context_value = one.context_value.renewed()
    return execute_subscription_event(one)
