"""What is noted of a request while it runs, for the log, the metrics and the traces to tell.

Whoever learns something writes it into `noted()`: the floor counts statements, the doors name the
operation and its cost. Outside of a request the notes go to a sheet that nobody reads.
"""

from __future__ import annotations

import re
from contextvars import ContextVar

OPERATION_LENGTH_MAX = 100

_NAME = re.compile(rf"[_A-Za-z][_0-9A-Za-z]{{0,{OPERATION_LENGTH_MAX - 1}}}")


class Noted:
    """The notes on one request. All but the id may stay unknown.

    `client` is the address that asks, which is for limits and is not told to the log; `budget` and
    `retry_after_seconds` are what the answer's headers say of limits.
    """

    __slots__ = (
        "budget",
        "client",
        "code",
        "cost",
        "key_id",
        "operation",
        "org",
        "request_id",
        "retry_after_seconds",
        "route",
        "statements",
        "status",
    )

    def __init__(self, request_id: str = "-") -> None:
        self.request_id = request_id
        self.route: str | None = None
        self.status = 0
        self.code: str | None = None
        self.org: str | None = None
        self.key_id: str | None = None
        self.operation: str | None = None
        self.cost: int | None = None
        self.statements = 0
        self.client = ""
        self.budget: object = None
        self.retry_after_seconds = 0

    def caller(self, org: str, key_id: str | None) -> None:
        """Who asks: the organization's slug and the key's public id, never the key."""
        self.org = org
        self.key_id = key_id

    def asks(self, operation: str | None = None, cost: int | None = None) -> None:
        """Which GraphQL operation runs and what it costs; of a batch the first name and the sum.

        A name that is none in GraphQL's grammar is text of the caller's own, and not noted.
        """
        if operation is not None and self.operation is None and _NAME.fullmatch(operation):
            self.operation = operation
        if cost is not None:
            self.cost = cost + (self.cost or 0)


current: ContextVar[Noted] = ContextVar("noted", default=Noted())  # noqa: B039 - nobody reads it
"""The notes on the request that this task answers."""

noted = current.get
