"""What one request asks: its parts in plain values, read once and handed to reading and shapes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import Request

from gql_tickets.context import Info

Pairs = list[tuple[str, str]]


class Asked(Struct, frozen=True):
    """A request as its reader and its shape want it; `info` is the caller's."""

    request: Request
    info: Info
    slug: str
    query: Pairs
    body: bytes = b""

    @property
    def method(self) -> str:
        """The method of HTTP."""
        return self.request.method

    @property
    def headers(self) -> Headers:
        """The headers of HTTP."""
        return self.request.headers

    @property
    def url(self) -> str:
        """Absolute, without the query. Not request.url: it fails on a query that is not UTF-8."""
        scope = self.request.scope
        host = self.request.headers.get("host")
        server = tuple(scope["server"]) if scope.get("server") else None
        base = _base(scope["scheme"], host, server, scope.get("root_path", ""))
        return base + quote(scope["path"].rstrip("/"))

    def link(self, **replaced: int) -> str:
        """The request's own URL with some query parameters replaced, the others kept (R8)."""
        kept = urlencode([(name, value) for name, value in self.query if name not in replaced])
        told = [kept] if kept else []
        return f"{self.url}?{'&'.join([*told, *(f'{name}={n}' for name, n in replaced.items())])}"


@lru_cache(maxsize=64)
def _base(scheme: str, host: str | None, server: tuple[Any, ...] | None, root_path: str) -> str:
    """What clients call us by: to work it out costs as much as to find a ticket's page."""
    headers = [(b"host", host.encode("latin-1"))] if host is not None else []
    called = {"type": "http", "scheme": scheme, "server": server, "headers": headers}
    base_url = Request(
        {**called, "path": "/", "root_path": root_path, "query_string": b""}
    ).base_url
    return str(base_url).rstrip("/")


def asked(request: Request, info: Info, body: bytes) -> Asked:
    """The request in plain values. Bytes that are no UTF-8 become U+FFFD, which matches nothing."""
    text = request.scope["query_string"].decode("utf-8", "replace")
    query = parse_qsl(text, keep_blank_values=True) if text else []
    return Asked(request, info, request.path_params.get("slug", ""), query, body)
