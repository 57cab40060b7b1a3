"""The one endpoint behind every row: who calls, may they, what do they ask, the answer, or why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Send
from starlette.types import Scope as ASGIScope

from gql_tickets.auth import Scope
from gql_tickets.context import Call, Limits, State, charge, context_for, credentials_of
from gql_tickets.domain.ids import INT64_MAX
from gql_tickets.errors import BadRequest, ErrorCode, Forbidden, NotFound, TicketsError
from gql_tickets.web import bodies
from rest_compat.asked import Asked, asked
from rest_compat.errors import answer
from rest_compat.paths import Paths

LIMITS = Limits(page_max=1000, offset_max=INT64_MAX)

_WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}

Reader = Callable[[Asked], dict[str, Any]]
Resolver = Callable[..., Awaitable[Any]]
Show = Callable[[Any, Asked], Awaitable[Response]]


class Row(NamedTuple):
    """A line of the documented table: which call a route is, how it is read, how it is shown.

    And what it costs beyond the one point of every request, in the points of GraphQL.
    """

    method: str
    path: str
    scope: Scope
    resolver: Resolver
    read: Reader
    show: Show
    points: Callable[[Asked], int]
    columns: frozenset[str] | None = None
    """The attributes that are shown of tickets, where not all are."""


def endpoints(rows: Sequence[Row]) -> BaseRoute:
    """The rows as a route: one resource a path, and a 404 for all else below the base."""
    paths: dict[str, dict[str, Row]] = {}
    for row in rows:
        paths.setdefault(row.path, {})[row.method] = row
    return Paths({path: Resource(methods) for path, methods in paths.items()}, Resource({}))


class Resource:
    """The ASGI application of one path: it knows the path's methods, and refuses the others."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self._rows = {**rows, "HEAD": rows["GET"]} if "GET" in rows else dict(rows)
        self._allow = ", ".join(self._rows)

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await _answer(self._row(request.method), request)
        except TicketsError as error:
            response = answer(error, self._headers(error))
        # What a key may see is its own: no shared cache may hand it to another.
        response.headers["Cache-Control"] = "private, no-cache"
        if request.method == "HEAD":
            response = Response(status_code=response.status_code, headers=response.headers)
        await response(scope, receive, send)

    def _row(self, method: str) -> Row:
        if not self._rows:
            raise NotFound("There is no such route.")
        row = self._rows.get(method)
        if row is None:
            raise BadRequest(f"{method} is not allowed here.", code=ErrorCode.METHOD_NOT_ALLOWED)
        return row

    def _headers(self, error: TicketsError) -> dict[str, str]:
        return {"Allow": self._allow} if error.code is ErrorCode.METHOD_NOT_ALLOWED else {}


async def _answer(row: Row, request: Request) -> Response:
    state: State = request.app.state.tickets
    context = await context_for(state, credentials_of(request.scope), LIMITS)
    actor = context.actor
    if request.path_params["org"] != actor.org_slug:
        raise Forbidden(
            "This API key belongs to another organization.",
            code=ErrorCode.API_KEY_ORG_MISMATCH,
        )
    actor.require(row.scope)
    body = await bodies.whole(request.receive) if row.method in _WITH_BODY else b""
    question = asked(request, Call.info(context, row.columns), body)
    arguments = row.read(question)
    await charge(state, context, row.points(question))
    result = await row.resolver(question.info, **arguments)
    return await row.show(result, question)
