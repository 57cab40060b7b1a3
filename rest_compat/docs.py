"""`/api/docs`: Swagger UI over `/api/openapi.json`. Both need no key: they show nobody's tickets."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gql_tickets.web.answers import JSONAnswer
from gql_tickets.web.assets import Assets
from gql_tickets.web.pages import Page, PageRoute, known_key
from rest_compat.endpoint import Row
from rest_compat.openapi import KEY_SCHEME, document

DOCS_PATH = "/api/docs"
DOCUMENT_PATH = "/api/openapi.json"

_PAGE = Page(
    "REST API · gql-tickets",
    "rest",
    # Its icons are data: URLs in its own style sheet, and React writes a few styles.
    {"style-src": "'self' 'unsafe-inline'", "img-src": "'self' data:"},
    body='<nav class="crumbs"><a href="/">gql-tickets</a></nav><main id="app"></main>',
)


def docs(rows: Sequence[Row]) -> list[BaseRoute]:
    """The two routes. Programs that ask for the page get the document's address."""
    assets = Assets()
    described = document(rows, version=version("gql-tickets"))

    async def page(request: Request) -> Response:
        key = await known_key(request)
        return _PAGE.answer(assets, {"url": DOCUMENT_PATH, "scheme": KEY_SCHEME, "key": key})

    async def openapi(_request: Request) -> Response:
        return JSONAnswer(described, headers={"Cache-Control": "no-cache"})

    return [
        PageRoute(
            DOCS_PATH,
            page,
            title="REST",
            summary="Every route, header and error of the REST API, to read and to try.",
        ),
        Route(DOCUMENT_PATH, openapi),
    ]
