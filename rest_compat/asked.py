"""What one request asks: its parts in plain values, read once and handed to reading and shapes."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import Request

from gql_tickets.context import Info

Pairs = list[tuple[str, str]]


class Asked(Struct, frozen=True):
    """A request without its transport. `url` is absolute, without the query; `info` is the caller's."""

    info: Info
    method: str
    url: str
    slug: str
    query: Pairs
    headers: Headers
    body: bytes = b""

    def link(self, **replaced: int) -> str:
        """The request's own URL with some query parameters replaced, the others kept (R8)."""
        kept = [(name, value) for name, value in self.query if name not in replaced]
        return f"{self.url}?{urlencode(kept + [(name, str(n)) for name, n in replaced.items()])}"


def asked(request: Request, info: Info, body: bytes) -> Asked:
    """The request in plain values. Bytes that are no UTF-8 become U+FFFD, which matches nothing."""
    scope = request.scope
    text = scope["query_string"].decode("utf-8", "replace")
    # Not request.url: it fails on a query string that is not UTF-8.
    base = str(request.base_url).rstrip("/")
    return Asked(
        info=info,
        method=request.method,
        url=base + quote(scope["path"].rstrip("/")),
        slug=request.path_params.get("slug", ""),
        query=parse_qsl(text, keep_blank_values=True),
        headers=request.headers,
        body=body,
    )
