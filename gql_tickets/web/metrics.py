"""Where Prometheus reads: a path on the main port, which is open to all, or a port of its own."""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gql_tickets.context import State
from gql_tickets.observability.metrics import CONTENT_TYPE, Metrics, serving, shared_registry

SAMPLE_SECONDS = 5


def metrics_routes(path: str) -> list[Route]:
    """The route on the main port, when there is a path to serve."""
    return [Route(path, metrics)] if path else []


async def metrics(request: Request) -> Response:
    """The numbers of this worker, or of all that share the port."""
    state: State = request.app.state.tickets
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    return Response(state.metrics.exposition(), headers=headers)


@asynccontextmanager
async def measured(state: State, *, is_read: bool) -> AsyncIterator[None]:
    """While the context lasts, what is read now and then is read, and served on its own port.

    When nobody reads, the readings are only registered, as other parts do without asking.
    """
    _measure(state)
    if not is_read:
        yield
        return
    sampling = asyncio.create_task(_sample(state.metrics))
    try:
        with _port(state):
            yield
    finally:
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling


def _measure(state: State) -> None:
    store, add = state.store, state.metrics.gauge
    state.metrics.about(version=importlib.metadata.version("gql-tickets"), database=store.dialect)
    add("gql_tickets_pool_connections", "Database connections.", lambda: store.pool().size)
    add("gql_tickets_pool_idle", "Those at rest.", lambda: store.pool().idle)
    add("gql_tickets_followers", "Subscriptions that are open.", lambda: state.live.followers)
    add(
        "gql_tickets_change_lag_seconds",
        "Age of the last change when it reached its followers.",
        lambda: state.live.lag_seconds,
        "livemax",
    )
    state.metrics.counter(
        "gql_tickets_rate_limited_total",
        "Requests refused because a budget was spent.",
        lambda: state.budgets.refused,
    )
    add("gql_tickets_pool_waiting", "Calls that wait for one.", lambda: store.pool().waiting)


async def _sample(metrics: Metrics) -> None:
    """Every worker takes its readings, since any of them may be asked for all."""
    while True:
        metrics.sample()
        await asyncio.sleep(SAMPLE_SECONDS)


def _port(state: State) -> AbstractContextManager[None]:
    """Of several workers the parent has it."""
    settings = state.settings
    if not settings.metrics_port or shared_registry() is not None:
        return nullcontext()
    return serving(state.metrics.registry, settings.metrics_host, settings.metrics_port)
