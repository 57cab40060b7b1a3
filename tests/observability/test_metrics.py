"""What Prometheus reads is what happened, by one worker and by several."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gql_tickets.auth import DEMO_KEY
from gql_tickets.observability.metrics import OPERATIONS_MAX, Metrics
from gql_tickets.observability.requests import Noted
from gql_tickets.settings import Settings
from tests.conftest import serving
from tests.servers import free_port, running, sample

REST = "/api/v1/ext/orgs/my-org/tickets"
COUNT = "gql_tickets_request_seconds_count"


def ask(base: str, path: str, times: int) -> None:
    """Each time over a connection of its own, so that any worker may answer."""
    for _ in range(times):
        httpx.get(base + path, headers={"X-API-Key": DEMO_KEY}, timeout=30)


@pytest.mark.parametrize("workers", [1, 2])
def test_requests_are_counted_once_however_many_workers_there_are(
    tmp_path: Path, sqlite_url: str, workers: int
) -> None:
    port = free_port()
    settings = {"workers": workers, "metrics_path": "/metrics", "metrics_port": port}
    with running(tmp_path, sqlite_url, "--demo", **settings) as server:
        ask(server.url, f"{REST}/AM-42", 20)
        ask(server.url, f"{REST}/AM-99999", 10)
        query = {"query": "query Mine { viewer { scopes } }"}
        for _ in range(5):
            httpx.post(
                f"{server.url}/graphql", json=query, headers={"X-API-Key": DEMO_KEY}, timeout=30
            )
        for text in (
            httpx.get(f"{server.url}/metrics", timeout=30).text,
            httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text,
        ):
            route = "GET /api/v1/ext/orgs/{org}/tickets/{slug}"
            assert sample(text, COUNT, door="rest", operation=route, status="2xx") == 20
            assert sample(text, COUNT, door="rest", operation=route, status="4xx") == 10
            assert sample(text, COUNT, door="graphql", operation="Mine", status="2xx") == 5
            assert sample(text, "gql_tickets_sql_statements_total", door="rest") >= 30
            assert sample(text, "gql_tickets_info", database="sqlite") == 1
            assert list(text_string_to_metric_families(text))
        until = time.monotonic() + 30
        while sample(text, "gql_tickets_workers") != workers and time.monotonic() < until:
            time.sleep(0.2)
            text = httpx.get(f"{server.url}/metrics", timeout=30).text
        assert sample(text, "gql_tickets_workers") == workers
        assert sample(text, "gql_tickets_pool_connections") == 8 * workers


def test_what_a_killed_worker_counted_stays_and_its_gauges_go(
    tmp_path: Path, sqlite_url: str
) -> None:
    port = free_port()
    settings = {"workers": 2, "metrics_port": port, "log_format": "json"}

    def read() -> str:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text

    with running(tmp_path, sqlite_url, "--demo", **settings) as server:
        ask(server.url, REST, 20)
        before = sample(read(), COUNT, door="rest")
        assert before == 20
        os.kill(
            int(re.findall(r"Started server process \[(\d+)\]", server.log())[0]), signal.SIGKILL
        )
        until = time.monotonic() + 30
        while server.log().count("Started server process") < 3 and time.monotonic() < until:
            time.sleep(0.1)
        ask(server.url, REST, 10)
        until = time.monotonic() + 30
        while sample(read(), "gql_tickets_workers") != 2 and time.monotonic() < until:
            time.sleep(0.1)
        assert sample(read(), "gql_tickets_workers") == 2
        assert sample(read(), COUNT, door="rest") == 30


async def test_nobody_can_read_them_unless_a_setting_says_so(settings: Settings) -> None:
    async with serving(settings) as client:
        assert (await client.get("/metrics")).status_code == 404
    opened = settings.model_copy(update={"metrics_path": "/internal/metrics"})
    async with serving(opened) as client:
        assert (await client.get("/metrics")).status_code == 404
        answer = await client.get("/internal/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")


def noted(operation: str | None, org: str | None = "acme") -> Noted:
    note = Noted()
    note.status = 200
    note.operation = operation
    note.org = org
    return note


def test_callers_cannot_make_labels_without_end() -> None:
    metrics = Metrics()
    for n in range(OPERATIONS_MAX + 50):
        metrics.request("graphql", "POST", noted(f"Stranger{n}", None), 0.001)
    for n in range(OPERATIONS_MAX + 50):
        metrics.request("graphql", "POST", noted(f"Known{n}"), 0.001)
    for n in range(50):
        metrics.request("other", f"METHOD{n}", noted(None), 0.001)
    text = metrics.exposition().decode()
    assert sample(text, COUNT, operation="other") == OPERATIONS_MAX + 100
    assert sample(text, COUNT, operation="Known0") == 1
    assert sample(text, COUNT, operation="unmatched") == 50


def test_other_parts_add_what_they_can_measure() -> None:
    metrics = Metrics()
    hits = 0
    metrics.counter("gql_tickets_test_hits_total", "Hits.", lambda: hits)
    metrics.gauge("gql_tickets_test_lag_seconds", "Lag.", lambda: 1.5, "livemax")
    for hits in (3, 3, 7):
        text = metrics.exposition().decode()
        assert sample(text, "gql_tickets_test_hits_total") == hits
        assert sample(text, "gql_tickets_test_lag_seconds") == 1.5


def test_a_part_that_comes_again_is_read_in_place_of_the_one_before() -> None:
    metrics = Metrics()
    for value in (1, 2):
        metrics.gauge("gql_tickets_test", "Test.", lambda value=value: value)  # type: ignore[misc]
        metrics.about(version="1")
    assert sample(metrics.exposition().decode(), "gql_tickets_test") == 2


async def test_the_cost_of_operations_adds_up() -> None:
    metrics = Metrics()
    note = noted("Costly")
    note.asks("Costly", 10)
    note.asks("Costly", 5)
    metrics.request("graphql", "POST", note, 0.001)
    assert sample(metrics.exposition().decode(), "gql_tickets_graphql_cost_points_total") == 15
