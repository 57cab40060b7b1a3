"""A server of the real kind in the test's own loop, and a small schema whose events tests send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import pytest
import uvicorn
from starlette.applications import Starlette

from gql_tickets.app import create_app, opened
from gql_tickets.cli.server import config_of, listen
from gql_tickets.schema import Schema
from gql_tickets.settings import Settings
from gql_tickets.transport import Door
from tests.around import envelope
from tests.transport.ticking import Ticks, schema_of

START_SECONDS = 30


class Running:
    """A server that answers, and how to stop it."""

    def __init__(self, server: uvicorn.Server, port: int) -> None:
        self._server = server
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}/graphql"
        self.socket_url = f"ws://{self.host}/graphql"

    def stop(self) -> None:
        """As a termination would."""
        self._server.should_exit = True


Serve: TypeAlias = Callable[..., AbstractAsyncContextManager[Running]]


@asynccontextmanager
async def run(app: Starlette, settings: Settings) -> AsyncIterator[Running]:
    """Serve an application on a free port."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(config_of(settings, app))
        serving = asyncio.create_task(server.serve([listener]))
        async with asyncio.timeout(START_SECONDS):
            while not server.started:
                assert not serving.done()
                await asyncio.sleep(0.01)
        try:
            yield Running(server, listener.getsockname()[1])
        finally:
            server.should_exit = True
            await serving


async def ended_since(before: set[asyncio.Task[Any]]) -> None:
    """Wait until every task that has begun since has ended."""
    async with asyncio.timeout(START_SECONDS):
        while begun := asyncio.all_tasks() - before:
            await asyncio.wait(begun, return_when=asyncio.FIRST_COMPLETED)


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[Running]:
    """The whole application, served."""
    async with run(create_app(settings), settings) as running:
        yield running


@pytest.fixture
def ticks() -> Ticks:
    """The events of the small schema."""
    return Ticks()


@pytest.fixture
def serve_ticks(settings: Settings, ticks: Ticks) -> Serve:
    """Serves the small schema, with settings as keywords."""

    def serve(**changes: Any) -> AbstractAsyncContextManager[Running]:
        changed = settings.model_copy(update=changes)
        return run(small_app(changed, schema_of(ticks)), changed)

    return serve


def small_app(settings: Settings, schema: Schema) -> Starlette:
    """The door on a schema of the test's own."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with opened(settings) as state:
            app.state.tickets = state
            yield {"leaving": asyncio.Event()}

    routes = Door(settings, schema).routes("/graphql")
    return Starlette(routes=routes, lifespan=lifespan, middleware=[envelope()])
