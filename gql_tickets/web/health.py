"""`/healthz`: the process is alive. `/readyz`: it can serve, its database reached and migrated."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gql_tickets.context import State
from gql_tickets.errors import Unavailable
from gql_tickets.store.schema import is_current
from gql_tickets.web.answers import JSONAnswer, unavailable

_FRESH = {"Cache-Control": "no-store"}


async def alive(_request: Request) -> Response:
    """200 as long as the event loop turns; asks nothing of the database."""
    return JSONAnswer({"status": "ok"}, headers=_FRESH)


async def ready(request: Request) -> Response:
    """200 when requests will succeed, else 503 with the reason."""
    state: State = request.app.state.tickets
    if flaw := await why_not_ready(state):
        return unavailable(flaw)
    return JSONAnswer({"status": "ready"}, headers=_FRESH)


async def why_not_ready(state: State) -> str | None:
    """A sentence about what is missing; None when requests will succeed."""
    if state.is_draining():
        return "The server is about to stop."
    try:
        current = await is_current(state.store)
    except Unavailable:
        return "The database cannot be reached."
    return None if current else "The database is not migrated."


HEALTH_ROUTES = (Route("/healthz", alive), Route("/readyz", ready))
