"""What Prometheus is told, for one worker or summed over all that share a port.

Workers are told apart by prometheus_client's multiprocess mode: `serve` names a folder in
PROMETHEUS_MULTIPROC_DIR before it starts them, each writes its numbers there, and whichever is
asked answers for all. What a worker counted outlives it; its gauges do not.

Other parts add what they can measure: `metrics.counter(…)` and `metrics.gauge(…)` take a function
that is read now and then, so that measuring costs a request nothing.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import prometheus_client as prometheus
from msgspec import Struct
from prometheus_client import multiprocess
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from gql_tickets.observability.requests import Noted

CONTENT_TYPE = prometheus.CONTENT_TYPE_LATEST
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OPERATIONS_MAX = 100
"""GraphQL operations that get a label of their own. Callers choose the names: past this, `other`."""

BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Read = Callable[[], float]
Across = Literal["livesum", "livemax"]


class _Reading(Struct):
    """A number that is read now and then; `last` is what a counter has been told so far."""

    read: Read
    metric: prometheus.Counter | prometheus.Gauge
    last: float = 0.0


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self.registry = prometheus.CollectorRegistry()
        self._seconds = prometheus.Histogram(
            "gql_tickets_request_seconds",
            "Time from a request's arrival to its answer's end.",
            ("door", "operation", "status"),
            buckets=BUCKETS_SECONDS,
            registry=self.registry,
        )
        self._statements = prometheus.Counter(
            "gql_tickets_sql_statements",
            "SQL statements that requests ran.",
            ("door",),
            registry=self.registry,
        )
        self._cost = prometheus.Counter(
            "gql_tickets_graphql_cost_points",
            "Cost of the GraphQL operations that ran.",
            registry=self.registry,
        )
        self._histograms: dict[tuple[str, str, int], prometheus.Histogram] = {}
        self._statements_by_door: dict[str, prometheus.Counter] = {}
        self._operations: set[str] = set()
        self._readings: dict[str, _Reading] = {}
        self._info: prometheus.Gauge | None = None
        self._add_process()

    def counter(self, name: str, description: str, read: Read) -> None:
        """Something that only grows, as `read` has it; `name` ends in `_total`."""
        if name not in self._readings:
            metric = prometheus.Counter(name, description, registry=self.registry)
            self._readings[name] = _Reading(read, metric)
        self._readings[name].read = read

    def gauge(self, name: str, description: str, read: Read, across: Across = "livesum") -> None:
        """Something that goes up and down; `across` says what several workers make together."""
        if name not in self._readings:
            metric = prometheus.Gauge(
                name, description, registry=self.registry, multiprocess_mode=across
            )
            self._readings[name] = _Reading(read, metric)
        self._readings[name].read = read

    def about(self, **facts: str) -> None:
        """What this is, as labels of `gql_tickets_info`, whose value is always 1."""
        if self._info is None:
            self._info = prometheus.Gauge(
                "gql_tickets_info",
                "The version that runs, and the kind of its database.",
                tuple(facts),
                registry=self.registry,
                multiprocess_mode="livemax",
            )
        self._info.labels(**facts).set(1)

    def request(self, door: str, method: str, note: Noted, seconds: float) -> None:
        """Count one request, when it is over."""
        key = (door, self._operation(door, method, note), note.status // 100)
        histogram = self._histograms.get(key)
        if histogram is None:
            labels = (door, key[1], f"{key[2]}xx")
            histogram = self._histograms[key] = self._seconds.labels(*labels)
        histogram.observe(seconds)
        if note.statements:
            statements = self._statements_by_door.get(door)
            if statements is None:
                statements = self._statements_by_door[door] = self._statements.labels(door)
            statements.inc(note.statements)
        if note.cost:
            self._cost.inc(note.cost)

    def sample(self) -> None:
        """Read everything that is read now and then."""
        for reading in self._readings.values():
            value = reading.read()
            if isinstance(reading.metric, prometheus.Gauge):
                reading.metric.set(value)
            elif value > reading.last:
                reading.metric.inc(value - reading.last)
                reading.last = value

    def exposition(self) -> bytes:
        """The text that Prometheus reads: of this worker, or of all when there are several."""
        self.sample()
        return generate_latest(shared_registry() or self.registry)

    def _operation(self, door: str, method: str, note: Noted) -> str:
        if door != "graphql":
            # A method that no route has heard of is the caller's own word.
            return f"{method} {note.route}" if note.route and method in METHODS else "unmatched"
        name = note.operation
        if name is None:
            return "anonymous"
        if name in self._operations:
            return name
        # A name that is made up without a key takes no place from those that matter.
        if note.org is None or len(self._operations) >= OPERATIONS_MAX:
            return "other"
        self._operations.add(name)
        return name

    def _add_process(self) -> None:
        started = time.time()
        self.gauge("gql_tickets_workers", "Worker processes.", lambda: 1)
        self.counter("process_cpu_seconds_total", "CPU time.", _cpu_seconds)
        self.gauge("process_resident_memory_bytes", "Memory.", _resident_bytes)
        self.gauge("process_open_fds", "Open files and sockets.", _open_files)
        self.gauge(
            "process_start_time_seconds",
            "When the youngest worker started.",
            lambda: started,
            "livemax",
        )


def shared_registry() -> prometheus.CollectorRegistry | None:
    """What all workers have written, when there are several; None for a process by itself."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return None
    registry = prometheus.CollectorRegistry()
    registry.register(_AllWorkers(Path(folder)))
    return registry


@contextmanager
def shared_folder() -> Iterator[None]:
    """Where workers that start while the context lasts put their numbers."""
    with tempfile.TemporaryDirectory(prefix="gql-tickets-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER_VARIABLE]


@contextmanager
def serving(registry: prometheus.CollectorRegistry, host: str, port: int) -> Iterator[None]:
    """Answer on a port of its own while the context lasts. Raises OSError when it is taken."""
    server, thread = prometheus.start_http_server(port, host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _AllWorkers(Collector):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[prometheus.Metric]:
        _forget_gauges_of_the_dead(self._folder)
        collector = multiprocess.MultiProcessCollector(None, str(self._folder))  # type: ignore[no-untyped-call]
        found: Iterable[prometheus.Metric] = collector.collect()  # type: ignore[no-untyped-call]
        return found


def _forget_gauges_of_the_dead(folder: Path) -> None:
    """A worker that was killed could not take its gauges with it."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):
                multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _resident_bytes() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:  # no Linux: the largest it has been, which is in KiB there
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def _open_files() -> float:
    try:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only their number
    except OSError:
        return float("nan")
