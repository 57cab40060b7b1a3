"""Where a path leads: to the resource that the documented table has for it, or to its 404.

One route of Starlette's for all of them. Each by itself would be tried in turn, at every request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/api/v1/ext/orgs/"
BASE = PREFIX + "{org}"

_NAMED = re.compile(r"\{(\w+)\}")


class Place(NamedTuple):
    """What answers at a path, and the path's template, by which logs and metrics call it."""

    app: ASGIApp
    path: str


class Paths(BaseRoute):
    """Paths below the base, such as `/tickets/{slug}`; `nowhere` answers at all others there.

    A path in so many words is meant where it is asked for, whatever else would match it.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], nowhere: ASGIApp) -> None:
        self._plain: dict[str, Place] = {}
        self._named: list[tuple[re.Pattern[str], Place]] = []
        for path, app in apps.items():
            place = Place(app, BASE + path)
            if "{" in path:
                self._named.append((re.compile(_NAMED.sub(r"(?P<\1>[^/]+)", path)), place))
            else:
                self._plain[path] = place
        self._nowhere = Place(nowhere, BASE + "/{rest:path}")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the path is below the base; its parts in `path_params`."""
        path = get_route_path(scope)
        if scope["type"] != "http" or not path.startswith(PREFIX):
            return Match.NONE, {}
        org, slash, rest = path[len(PREFIX) :].partition("/")
        if not org:
            return Match.NONE, {}
        place, parts = self._place(slash + rest)
        parts["org"] = org
        return Match.FULL, {"endpoint": place.app, "route": place, "path_params": parts}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it answer."""
        await scope["endpoint"](scope, receive, send)

    def _place(self, path: str) -> tuple[Place, dict[str, str]]:
        if (place := self._plain.get(path)) is not None:
            return place, {}
        for pattern, named in self._named:
            if match := pattern.fullmatch(path):
                return named, match.groupdict()
        return self._nowhere, {}
