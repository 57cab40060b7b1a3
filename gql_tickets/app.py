"""The composition: the one file that knows every part. Routes, middleware, lifespan, mounts.

    Envelope > (tracing) > (CORS) > Guard > routes

GraphQL and health are our own; every other door is an import string in `settings.mounts`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import itertools
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gql_tickets import pages
from gql_tickets.context import State
from gql_tickets.errors import TicketsError
from gql_tickets.observability.logs import format_for, request_log
from gql_tickets.observability.metrics import Metrics
from gql_tickets.schema import Schema
from gql_tickets.service import changes
from gql_tickets.service.budgets import Budgets
from gql_tickets.service.keys import KeyRing
from gql_tickets.service.live import Live
from gql_tickets.settings import Settings
from gql_tickets.store.opening import open_store
from gql_tickets.transport import Door
from gql_tickets.web.access import Access
from gql_tickets.web.assets import Assets
from gql_tickets.web.cors import cors
from gql_tickets.web.envelope import Envelope
from gql_tickets.web.guard import Guard
from gql_tickets.web.health import HEALTH_ROUTES
from gql_tickets.web.lifecycle import Lifecycle
from gql_tickets.web.metrics import measured, metrics_routes

if TYPE_CHECKING:
    from gql_tickets.web.tracing import Tracing

GRAPHQL_PATH = "/graphql"
BOARD_PATH = "/board"
DOORS = {GRAPHQL_PATH: "graphql", "/api/": "rest"}
LAST_USED_SECONDS = 10
"""How late `last used` of a key may be."""
TRIM_EVERY = 6
"""So many of these pass from one trim of the change log to the next."""
TRACING_MODULE = "gql_tickets.web.tracing"

logger = logging.getLogger(__name__)

Mount = Callable[[State], list[BaseRoute]]


class Application(Starlette):
    """Starlette's, without its two middlewares for exceptions, which the guard answers."""

    def build_middleware_stack(self) -> ASGIApp:
        """What stands around the routes, the first outermost."""
        app: ASGIApp = self.router
        for cls, args, kwargs in reversed(self.user_middleware):
            app = cls(app, *args, **kwargs)
        return app


def create_app(settings: Settings | None = None, schema: Schema | None = None) -> Starlette:
    """The application. Its database is opened by the lifespan, and reached as `app.state.tickets`.

    A schema that was built before, of the same settings, saves building another. Raises ValueError
    when a mount or a manifest of documents cannot be read.
    """
    settings = settings or Settings()
    mounts = [load_mount(name) for name in settings.mounts]
    metrics = Metrics() if settings.metrics_path or settings.metrics_port else None
    tracing = load_tracing() if settings.tracing else None
    lifecycle = Lifecycle(drain_seconds=settings.drain_seconds)
    door = Door(settings, schema)
    assets = Assets()
    doors, rest = _doors(settings, door, assets), _rest(settings, assets)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with opened(settings, metrics, tracing, lifecycle) as state:
            app.state.tickets = state
            door.measure(state.metrics)
            mounted = [route for mount in mounts for route in mount(state)]
            # They are tried in this order: first what is asked for all the time.
            app.router.routes[:] = [*doors, *mounted, *rest]
            # For the server, which tells the first two when it stops: so that event streams end.
            yield {
                "lifecycle": lifecycle,
                "leaving": asyncio.Event(),
                "client_seconds": settings.client_timeout_seconds,
            }

    app = Application(
        routes=[*doors, *rest],
        lifespan=lifespan,
        middleware=[
            Middleware(
                Envelope, access=access(settings, metrics), hsts_seconds=settings.hsts_seconds
            ),
            *([tracing.middleware()] if tracing else []),
            *cors(settings.cors_origins),
            Middleware(
                Guard,
                lifecycle=lifecycle,
                seconds=settings.request_timeout_seconds,
                bytes_max=settings.request_bytes_max,
            ),
        ],
    )
    app.router.redirect_slashes = False
    return app


def access(settings: Settings, metrics: Metrics | None) -> Access:
    """What tells of each request, to whom the settings say."""
    return Access(
        log=request_log(settings.log_level, format_for(settings.log_format)),
        access_log=settings.access_log and settings.log_level in {"info", "debug"},
        slow_ms=settings.slow_operation_ms,
        metrics=metrics,
        doors=DOORS,
    )


@asynccontextmanager
async def opened(
    settings: Settings,
    metrics: Metrics | None = None,
    tracing: Tracing | None = None,
    lifecycle: Lifecycle | None = None,
) -> AsyncIterator[State]:
    """What the application stands on: the store, the keys, and the upkeep of both."""
    store = await open_store(settings)
    await changes.settle(store)
    if tracing is not None:
        store = tracing.store(store)
    keys, live = KeyRing(store, settings.key_cache_seconds), Live(store)
    # Whoever has something to measure says so, whether or not somebody reads it.
    budgets = Budgets(store, settings)
    state = State(
        store,
        keys,
        live,
        settings,
        metrics or Metrics(),
        budgets,
        lambda: lifecycle is not None and lifecycle.is_draining,
    )
    upkeep = asyncio.create_task(_keep_up(state))
    try:
        async with measured(state, is_read=metrics is not None):
            yield state
    finally:
        upkeep.cancel()
        with suppress(asyncio.CancelledError):
            await upkeep
        await state.live.close()
        await _flush(state)
        await store.close()
        if tracing is not None:
            tracing.close()


def load_tracing() -> Tracing:
    """Tracing, whose module needs an extra. Raises ValueError when that is not installed."""
    try:
        module = importlib.import_module(TRACING_MODULE)
    except ImportError as error:
        raise ValueError(f"Tracing needs `pip install gql-tickets[otel]`: {error}.") from error
    tracing: Tracing = module.start()
    return tracing


def load_mount(name: str) -> Mount:
    """The function that `module:function` names. Raises ValueError when there is none."""
    module, _, attribute = name.partition(":")
    try:
        mount: Mount = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"Cannot mount {name!r}: {error}.") from error
    return mount


async def _keep_up(state: State) -> None:
    """Idempotency keys need no upkeep here: each keyed write drops some that have expired."""
    for turn in itertools.count(1):
        await asyncio.sleep(LAST_USED_SECONDS)
        await _flush(state)
        if turn % TRIM_EVERY == 0:
            await _trim(state)


async def _trim(state: State) -> None:
    kept = dt.timedelta(hours=state.settings.change_log_retention_hours)
    try:
        await changes.trim(state.store, older_than=kept)
    except TicketsError:
        logger.warning("The change log could not be trimmed; trying again later.")


async def _flush(state: State) -> None:
    try:
        await state.keys.flush_last_used()
    except TicketsError:
        logger.warning("When keys were last used could not be stored; trying again later.")


def _doors(settings: Settings, door: Door, assets: Assets) -> list[BaseRoute]:
    """GraphQL, and the pages on it that the settings leave on."""
    graphiql = pages.graphiql_route(assets, GRAPHQL_PATH, door.http)
    return [
        *([pages.board_route(assets, BOARD_PATH, GRAPHQL_PATH)] if settings.board else []),
        *([graphiql] if settings.graphiql else []),
        *door.routes(GRAPHQL_PATH),
    ]


def _rest(settings: Settings, assets: Assets) -> list[BaseRoute]:
    """Health, metrics, and what pages need."""
    index = {
        "service": "gql-tickets",
        "graphql": GRAPHQL_PATH,
        "health": "/healthz",
        "ready": "/readyz",
    }
    return [
        *HEALTH_ROUTES,
        *metrics_routes(settings.metrics_path),
        assets.route(),
        Route("/", pages.front(assets, index)),
    ]
