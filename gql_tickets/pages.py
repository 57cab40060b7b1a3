"""What people open: the front page, the board and GraphiQL. Where they are is the composition's.

In a demo the pages come with the demo's key, so that they work at once; elsewhere they ask for one.
"""

from __future__ import annotations

from html import escape
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gql_tickets.context import State
from gql_tickets.web.answers import JSONAnswer
from gql_tickets.web.assets import Assets
from gql_tickets.web.health import why_not_ready
from gql_tickets.web.pages import Handler, Page, PageRoute, known_key, wants_html

VERSION = version("gql-tickets")

_HOME = Page("gql-tickets", "home")
_BOARD = Page("Board · gql-tickets", "board")
_GRAPHIQL = Page(
    "GraphiQL · gql-tickets",
    "graphiql",
    # Its editor writes styles as it goes and checks documents in workers; its fonts are data.
    {
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "'self' data:",
        "img-src": "'self' data:",
        "worker-src": "'self'",
    },
)

_FRONT = """\
<main class="front">
<header>
<p class="name">gql-tickets <span>{version}</span></p>
<h1>Tickets, through two doors</h1>
<p class="lead">A GraphQL API for frontends and a REST API for everything that was written before
it, over one service. They cannot disagree.</p>
</header>
<ul class="doors">
{doors}
</ul>
{demo}
<footer>
<p class="health {health}"><span aria-hidden="true"></span>{sentence}</p>
<nav aria-label="Machine-readable"><a href="/healthz">/healthz</a> <a href="/readyz">/readyz</a></nav>
</footer>
</main>"""
_DOOR = """\
<li><a href="{path}"><h2>{title}</h2><p>{summary}</p><code>{path}</code></a></li>"""
_DEMO = """\
<p class="demo">This is a demo, and anybody may use its API key: <code>{key}</code></p>"""


def front(assets: Assets, index: dict[str, str]) -> Handler:
    """The front page to browsers, `index` as JSON to everyone else."""

    async def answer(request: Request) -> Response:
        if not wants_html(request):
            return JSONAnswer(index, headers={"Vary": "Accept"})
        state: State = request.app.state.tickets
        flaw = await why_not_ready(state)
        key = await known_key(request)
        doors = [route for route in request.app.routes if isinstance(route, PageRoute)]
        body = _FRONT.format(
            version=escape(VERSION),
            doors="\n".join(
                _DOOR.format(path=each.path, title=escape(each.title), summary=escape(each.summary))
                for each in doors
            ),
            demo=_DEMO.format(key=key) if key else "",
            health="down" if flaw else "up",
            sentence=flaw or "Ready to serve.",
        )
        return _HOME.answer(assets, body=body)

    return answer


def board_route(assets: Assets, path: str, graphql: str) -> PageRoute:
    """The board, which speaks to the GraphQL API at `graphql`."""

    async def answer(request: Request) -> Response:
        return _BOARD.answer(assets, {"endpoint": graphql, "key": await known_key(request)})

    return PageRoute(
        path,
        answer,
        title="Board",
        summary="Every ticket in its column. Drag, edit, and see what others do as they do it.",
    )


def graphiql_route(assets: Assets, path: str, api: ASGIApp) -> PageRoute:
    """The GraphQL API, which shows GraphiQL to browsers; the API's own, where ours is not built."""

    async def answer(request: Request) -> Response:
        return _GRAPHIQL.answer(assets, {"endpoint": path, "key": await known_key(request)})

    return PageRoute(
        path,
        Visited(api, answer) if assets.built else api,
        title="GraphQL",
        summary="Write and run queries, with completion and the documentation of every field.",
    )


class Visited:
    """An API that answers with a page to who opens its address in a browser and asks nothing."""

    def __init__(self, api: ASGIApp, page: Handler) -> None:
        self._api = api
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is a visit."""
        request = Request(scope, receive)
        if request.method == "GET" and wants_html(request) and "query" not in request.query_params:
            await (await self._page(request))(scope, receive, send)
        else:
            await self._api(scope, receive, send)
