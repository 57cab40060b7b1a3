"""Traces: a span a request and within it one a statement, by name and without a value."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gql_tickets.app import create_app, load_tracing
from gql_tickets.settings import Settings
from gql_tickets.web import tracing
from tests.conftest import serving

EXPORTER = InMemorySpanExporter()
MARK = "Zanzibar"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What the process has traced since the test began."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
        trace.set_tracer_provider(provider)
    EXPORTER.clear()
    yield EXPORTER
    EXPORTER.clear()


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    """The one span of that name."""
    [found] = [span for span in spans.get_finished_spans() if span.name == name]
    return found


async def test_a_request_and_its_statements_are_spans_of_one_trace(
    settings: Settings, api_key: str, spans: InMemorySpanExporter
) -> None:
    traced = settings.model_copy(update={"tracing": True})
    async with serving(traced, **{"X-API-Key": api_key}) as client:
        made = await client.post("/api/v1/ext/orgs/acme/tickets", json={"title": MARK})
        assert made.status_code == 201
        request = named(spans, "POST /api/v1/ext/orgs/{org}/tickets")
        statements = [span for span in spans.get_finished_spans() if span is not request]
        names = [span.name for span in statements]
        assert names[0] == "SELECT api_keys"
        assert any("ticket" in name for name in names)
        assert request.context is not None
        for span in statements:
            assert span.parent is not None
            assert span.parent.span_id == request.context.span_id
            assert span.context is not None
            assert span.context.trace_id == request.context.trace_id
        assert request.attributes is not None
        assert request.attributes["http.response.status_code"] == 201
        assert request.attributes["gql_tickets.request_id"] == made.headers["x-request-id"]
        told = "".join(span.to_json() for span in spans.get_finished_spans())
        assert MARK not in told
        assert api_key not in told


async def test_a_graphql_request_names_its_operation_and_joins_the_callers_trace(
    settings: Settings, api_key: str, spans: InMemorySpanExporter
) -> None:
    traced = settings.model_copy(update={"tracing": True})
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with serving(traced, **{"X-API-Key": api_key, "traceparent": caller}) as client:
        await client.post(
            "/graphql", json={"query": "query Mine { tickets(first: 1) { nodes { slug } } }"}
        )
    request = named(spans, "POST /graphql")
    assert request.attributes is not None
    assert request.attributes["graphql.operation.name"] == "Mine"
    assert request.context is not None
    assert f"{request.context.trace_id:032x}" in caller
    assert named(spans, "SELECT tickets").attributes is not None


async def test_a_traced_store_behaves_as_the_store(
    settings: Settings, api_key: str, spans: InMemorySpanExporter
) -> None:
    traced = settings.model_copy(update={"tracing": True, "metrics_path": "/metrics"})
    async with serving(traced, **{"X-API-Key": api_key}) as client:
        assert (await client.get("/readyz")).status_code == 200
        assert "gql_tickets_pool_connections" in (await client.get("/metrics")).text
        assert (await client.get("/nowhere")).status_code == 404
    assert spans.get_finished_spans()


def test_statements_are_named_by_what_they_do_first() -> None:
    assert tracing._names("SELECT a FROM tickets WHERE b = 'FROM x'") == ("SELECT", "tickets")
    keyed = "WITH k AS (UPDATE organizations SET n = f(1)) INSERT INTO tickets SELECT n FROM k"
    assert tracing._names(keyed) == ("INSERT", "tickets")
    assert tracing._names("SELECT (SELECT a FROM b_c) FROM api_keys") == ("SELECT", "api_keys")
    assert tracing._names("SELECT a FROM (SELECT b FROM labels) AS x") == ("SELECT", "labels")
    assert tracing._names("PRAGMA x") == ("SQL", "")


def test_an_exporter_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tracing.EXPORTER_VARIABLE, "nosuch")
    with pytest.raises(ValueError, match="OTEL_TRACES_EXPORTER=nosuch"):
        tracing._exporter()
    monkeypatch.setenv(tracing.EXPORTER_VARIABLE, "console")
    assert tracing._exporter() is not None


def test_without_the_setting_it_is_not_even_imported() -> None:
    code = (
        "import sys; from gql_tickets.app import create_app; create_app(); "
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_without_the_extra_the_setting_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "gql_tickets.web.tracing", raising=False)
    with pytest.raises(ValueError, match=r"gql-tickets\[otel\]"):
        load_tracing()
    with pytest.raises(ValueError, match=r"gql-tickets\[otel\]"):
        create_app(Settings(tracing=True))
