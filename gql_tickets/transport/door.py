"""The GraphQL door, put together: one schema behind HTTP and WebSockets."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute, Route, WebSocketRoute
from strawberry.http.ides import get_graphql_ide_html

from gql_tickets.observability.metrics import Metrics
from gql_tickets.schema import Schema, build_schema
from gql_tickets.settings import Settings
from gql_tickets.transport.http import HttpDoor
from gql_tickets.transport.origins import Origins
from gql_tickets.transport.persisted import Persisted, load_trusted
from gql_tickets.transport.websocket import WebSocketDoor


class Door:
    """Both applications, made from the settings. Raises ValueError for a bad manifest."""

    def __init__(self, settings: Settings, schema: Schema | None = None) -> None:
        schema = schema or build_schema(settings)
        self._documents = schema.documents
        trusted = None
        if settings.trusted_documents:
            trusted = load_trusted(Path(settings.trusted_documents))
        persisted = Persisted(settings.persisted_queries_max, trusted)
        self.http = HttpDoor(
            schema,
            persisted,
            page=get_graphql_ide_html().encode() if settings.graphiql else None,
            heartbeat_seconds=settings.stream_heartbeat_seconds,
            batch_max=settings.batch_operations_max,
        )
        self.websocket = WebSocketDoor(
            schema,
            persisted,
            Origins(settings.cors_origins),
            operations_max=settings.stream_operations_max,
            init_seconds=settings.stream_init_seconds,
        )

    def measure(self, metrics: Metrics) -> None:
        """Say what can be read of the documents that this worker keeps."""
        documents = self._documents
        metrics.counter(
            "gql_tickets_documents_read_total",
            "GraphQL documents that were asked for.",
            lambda: documents.read_count,
        )
        metrics.counter(
            "gql_tickets_documents_parsed_total",
            "Those that were not kept, and so parsed and validated.",
            lambda: documents.parsed_count,
        )
        metrics.gauge(
            "gql_tickets_documents_kept", "Documents that are kept.", lambda: documents.kept_count
        )

    def routes(self, path: str) -> list[BaseRoute]:
        """Both at one path."""
        return [Route(path, self.http), WebSocketRoute(path, self.websocket)]
