"""Notes each request, and tells the log and the metrics when it is over.

A request is named by its route's template and never by its path: a path holds slugs, and whatever
else a caller has pasted into it, and has no end of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_tickets.observability.logs import RequestLog
from gql_tickets.observability.metrics import Metrics
from gql_tickets.observability.requests import Noted, current
from gql_tickets.web.answers import request_id_of

GONE = 499
"""The status of a request whose client left before there was an answer."""


class Access:
    """`log` and `metrics` are None where nobody wants them; `doors` maps what routes begin with."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        log: RequestLog,
        access_log: bool,
        slow_ms: float,
        metrics: Metrics | None,
        doors: Mapping[str, str],
    ) -> None:
        self.app = app
        self._log = log
        self._access_log = access_log
        self._slow_ms = slow_ms or float("inf")
        self._metrics = metrics
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and take its time."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        note = Noted(request_id_of(scope))
        if client := scope.get("client"):
            note.client = client[0]

        async def send_noted(message: Message) -> None:
            kind = message["type"]
            if kind == "http.response.start":
                note.status = message["status"]
            elif kind == "websocket.accept":
                note.status = 101
            elif kind == "websocket.close" and not note.status:
                note.status = 403
            await send(message)

        token = current.set(note)
        started = perf_counter()
        try:
            await self.app(scope, receive, send_noted)
        finally:
            seconds = perf_counter() - started
            current.reset(token)
            self._tell(scope, note, seconds)

    def _tell(self, scope: Scope, note: Noted, seconds: float) -> None:
        if note.route is None and (route := scope.get("route")) is not None:
            note.route = route.path
        note.status = note.status or GONE
        is_socket = scope["type"] == "websocket"
        method = "WEBSOCKET" if is_socket else scope["method"]
        if self._metrics is not None and not is_socket:
            self._metrics.request(self._door(note.route), method, note, seconds)
        ms = round(seconds * 1000, 3)
        if ms >= self._slow_ms and not is_socket:
            self._log.warning("slow request", **fields(method, note, ms))
        elif self._access_log:
            self._log.info("request", **fields(method, note, ms))

    def _door(self, route: str | None) -> str:
        for beginning, door in self._doors.items():
            if route is not None and route.startswith(beginning):
                return door
        return "other"


def fields(method: str, note: Noted, ms: float) -> dict[str, object]:
    """What a record says of the request; the log adds `time`, `level` and `event`."""
    told: dict[str, object] = {
        "request_id": note.request_id,
        "method": method,
        "route": note.route,
        "status": note.status,
        "ms": ms,
        "sql": note.statements,
    }
    if note.org is not None:
        told["org"] = note.org
        told["key_id"] = note.key_id
    if note.operation is not None:
        told["operation"] = note.operation
    if note.cost is not None:
        told["cost"] = note.cost
    if note.code is not None:
        told["code"] = note.code
    return told
