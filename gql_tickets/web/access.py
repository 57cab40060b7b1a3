"""Tells the log and the metrics of each request when it is over.

A request is named by its route's template and never by its path: a path holds slugs, and whatever
else a caller has pasted into it, and has no end of values.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Scope

from gql_tickets.observability.logs import RequestLog
from gql_tickets.observability.metrics import Metrics
from gql_tickets.observability.requests import Noted

GONE = 499
"""The status of a request whose client left before there was an answer."""


class Access:
    """`log` and `metrics` are None where nobody wants them; `doors` maps what routes begin with."""

    def __init__(
        self,
        *,
        log: RequestLog,
        access_log: bool,
        slow_ms: float,
        metrics: Metrics | None,
        doors: Mapping[str, str],
    ) -> None:
        self._log = log
        self._access_log = access_log
        self._slow_ms = slow_ms or float("inf")
        self._metrics = metrics
        self._doors = doors

    def tell(self, scope: Scope, note: Noted, seconds: float) -> None:
        """The request is over, after so many seconds."""
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
