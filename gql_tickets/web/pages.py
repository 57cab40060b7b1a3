"""A page for people: its frame, its content security policy, and how the front page finds it.

A page is one entry of the built assets, and what the server tells it, as JSON. Everything that it
loads is ours; where a page needs more than that, its policy names it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from html import escape

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gql_tickets.auth import DEMO_KEY
from gql_tickets.context import State
from gql_tickets.errors import Unavailable
from gql_tickets.service.demo import is_demo
from gql_tickets.web.assets import Assets

Handler = Callable[[Request], Awaitable[Response]]

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept",
}
_FRAME = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
{tags}
</head>
<body>
{body}
<script type="application/json" id="config">{config}</script>
</body>
</html>
"""
_UNBUILT = """\
<h1>{title}</h1>
<p>This page is not built yet. With Node.js 20.19 or newer and npm, run <code>./dev web</code> in the
project and start the server again. The APIs work without it.</p>
"""


class Page(Struct, frozen=True):
    """A page: its title, its entry among the assets, and what its policy allows beyond the usual."""

    title: str
    entry: str
    policy: Mapping[str, str] = {}
    body: str = '<div id="app"></div><noscript>This page needs JavaScript.</noscript>'

    def answer(
        self, assets: Assets, config: Mapping[str, object] | None = None, *, body: str = ""
    ) -> HTMLResponse:
        """The page; 503 with a word of advice while its assets are not built."""
        headers = {**_HEADERS, "Content-Security-Policy": _policy(self.policy)}
        title = escape(self.title)
        if not assets.built:
            plain = _FRAME.format(
                title=title, tags="", body=body or _UNBUILT.format(title=title), config="{}"
            )
            return HTMLResponse(plain, status_code=200 if body else 503, headers=headers)
        return HTMLResponse(
            _FRAME.format(
                title=title,
                tags=assets.tags(self.entry),
                body=body or self.body,
                config=_embedded(config or {}),
            ),
            headers=headers,
        )


class PageRoute(Route):
    """A route that a person opens in a browser; the front page shows it under its title."""

    def __init__(self, path: str, endpoint: ASGIApp | Handler, *, title: str, summary: str) -> None:
        super().__init__(path, endpoint)
        self.title = title
        self.summary = summary


def wants_html(request: Request) -> bool:
    """Whether a browser asks: others say `*/*` or nothing."""
    return "text/html" in request.headers.get("accept", "")


async def known_key(request: Request) -> str | None:
    """The key that everybody knows, where it is accepted: in a demo."""
    state: State = request.app.state.tickets
    try:
        return DEMO_KEY if await is_demo(state.store) else None
    except Unavailable:
        return None


def _policy(more: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in {**_POLICY, **more}.items())


def _embedded(config: Mapping[str, object]) -> str:
    """JSON that cannot end the element it stands in."""
    return msgspec.json.encode(config).decode().replace("<", "\\u003c")
