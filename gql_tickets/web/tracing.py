"""OpenTelemetry: a span a request, and within it one a SQL statement. Names only, no values.

This module needs the extra `otel`, so it is loaded by its name and only when `tracing` is set.
Where spans go is said by OpenTelemetry's own variables, such as OTEL_EXPORTER_OTLP_ENDPOINT.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any, TypeVar

from opentelemetry import context, propagate, trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from gql_tickets.observability.requests import noted
from gql_tickets.store.engine import Connection, PoolState, Store, Work
from gql_tickets.store.statements import Compiled, Statement

T = TypeVar("T")

EXPORTER_VARIABLE = "OTEL_TRACES_EXPORTER"
EXPORTER_DEFAULT = "otlp_proto_http"

_PARENTHESES = re.compile(r"\([^()]*\)")
_VERB = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE)\b")
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+([a-z_]{3,})")


class Tracing:
    """Spans for one application. `close` sends what has not been sent."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self.tracer = provider.get_tracer("gql_tickets")

    def middleware(self) -> Middleware:
        """The piece that begins and ends the span of each request; it belongs inside of Access."""
        return Middleware(TracedRequests, tracer=self.tracer)

    def store(self, store: Store) -> Store:
        """The same store, whose statements have spans."""
        return TracedStore(store, self.tracer)

    def close(self) -> None:
        """Send what is left."""
        self._provider.force_flush()


def start() -> Tracing:
    """Tracing into the provider that the process has, else into one of our own.

    Raises ValueError when the exporter that the environment names is not installed.
    """
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(_exporter()))
    return Tracing(provider)


class TracedRequests:
    """A span a request, named by its method and route, within the caller's own trace if it has one."""

    def __init__(self, app: ASGIApp, *, tracer: Tracer) -> None:
        self.app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, within its span."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        carrier = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        method = scope["method"]
        with self._tracer.start_as_current_span(
            method, context=propagate.extract(carrier), kind=SpanKind.SERVER
        ) as span:
            try:
                await self.app(scope, receive, send)
            finally:
                note = noted()
                route = note.route or getattr(scope.get("route"), "path", None)
                if route is not None:
                    span.update_name(f"{method} {route}")
                if note.status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
                told = {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": note.status,
                    "graphql.operation.name": note.operation,
                    "gql_tickets.request_id": note.request_id,
                    "gql_tickets.error_code": note.code,
                }
                span.set_attributes({name: value for name, value in told.items() if value})


class TracedStore(Store):
    """A store whose every statement has a span within the one of its request."""

    def __init__(self, store: Store, tracer: Tracer) -> None:
        self._store = store
        self._tracer = tracer
        self.dialect = store.dialect
        self.bell = store.bell

    @property
    def observer(self) -> Callable[[str], None] | None:
        """What is told each statement before it runs; the store's own."""
        return self._store.observer

    @observer.setter
    def observer(self, observer: Callable[[str], None] | None) -> None:
        """Set the store's."""
        self._store.observer = observer

    def of(self, org: int) -> Store:
        """As the store does."""
        return TracedStore(self._store.of(org), self._tracer)

    async def read(self, work: Work[T]) -> T:
        """As the store does."""
        return await self._store.read(self._traced(work))

    async def snapshot(self, work: Work[T]) -> T:
        """As the store does."""
        return await self._store.snapshot(self._traced(work))

    async def write(self, work: Work[T], *, retry: bool = False, single: bool = False) -> T:
        """As the store does."""
        return await self._store.write(self._traced(work), retry=retry, single=single)

    async def listen(self) -> None:
        """As the store does."""
        await self._store.listen()

    def pool(self) -> PoolState:
        """The store's."""
        return self._store.pool()

    async def close(self) -> None:
        """Close the store."""
        await self._store.close()

    def _traced(self, work: Work[T]) -> Work[T]:
        # Taken here, since SQLite's thread does not know of it.
        parent = context.get_current()

        async def traced(db: Connection) -> T:
            return await work(_TracedConnection(db, self._tracer, parent))

        return traced


class _TracedConnection(Connection):
    def __init__(self, inner: Connection, tracer: Tracer, parent: Context) -> None:
        self.dialect = inner.dialect
        self.touched = inner.touched
        self._inner = inner
        self._tracer = tracer
        self._parent = parent

    def _ready(self, statement: Statement) -> Compiled:
        return self._inner._ready(statement)

    async def fetch(self, compiled: Compiled, arguments: list[Any]) -> list[Any]:
        with self._span(compiled):
            return await self._inner.fetch(compiled, arguments)

    async def execute(self, compiled: Compiled, arguments: list[Any]) -> int:
        with self._span(compiled):
            return await self._inner.execute(compiled, arguments)

    async def execute_many(self, compiled: Compiled, arguments: list[list[Any]]) -> None:
        with self._span(compiled):
            await self._inner.execute_many(compiled, arguments)

    def _span(self, compiled: Compiled) -> trace.Span:
        verb, table = _names(compiled.sql)
        return self._tracer.start_span(
            f"{verb} {table}".strip(),
            context=self._parent,
            kind=SpanKind.CLIENT,
            attributes={
                "db.system.name": self.dialect,
                "db.operation.name": verb,
                "db.collection.name": table,
            },
        )


@lru_cache(maxsize=1024)
def _names(sql: str) -> tuple[str, str]:
    """What a statement does, and to which table; what stands in parentheses counts last."""
    outer, parts = sql, 1
    while parts:
        outer, parts = _PARENTHESES.subn("", outer)
    verb = _VERB.search(outer) or _VERB.search(sql)
    table = _TABLE.search(outer) or _TABLE.search(sql)
    return verb[1] if verb else "SQL", table[1] if table else ""


def _exporter() -> Any:
    name = os.environ.get(EXPORTER_VARIABLE, EXPORTER_DEFAULT)
    name = EXPORTER_DEFAULT if name == "otlp" else name
    for found in entry_points(group="opentelemetry_traces_exporter", name=name):
        return found.load()()
    raise ValueError(f"{EXPORTER_VARIABLE}={name} names an exporter that is not installed.")
