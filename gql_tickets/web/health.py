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
    if state.is_draining():
        return unavailable(request.scope, "The server is about to stop.")
    try:
        current = await is_current(state.store)
    except Unavailable:
        return unavailable(request.scope, "The database cannot be reached.")
    if not current:
        return unavailable(request.scope, "The database is not migrated.")
    return JSONAnswer({"status": "ready"}, headers=_FRESH)


HEALTH_ROUTES = (Route("/healthz", alive), Route("/readyz", ready))
