"""Which web pages may open a socket. Browsers ask nobody before they do, so it is looked at here."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import Scope


class Origins:
    """The origins that are set, and the service's own."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(each.rstrip("/").lower() for each in allowed)

    def may_connect(self, scope: Scope) -> bool:
        """Whether the page may; so may what is no page, and sends no origin."""
        origin = host = None
        for name, value in scope["headers"]:
            if name == b"origin":
                origin = value.decode("latin-1").lower()
            elif name == b"host":
                host = value.decode("latin-1").lower()
        if origin is None or "*" in self._allowed or origin in self._allowed:
            return True
        return host is not None and urlsplit(origin).netloc == host
