"""Loading a server: windows of requests by wrk, or of events over sockets, and what each cost."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
from collections.abc import Iterator, Mapping

from msgspec import Struct

from bench.catalogue import Case
from bench.places import HERE, Stopped, cache
from bench.requests import requests
from bench.servers import cpu_seconds
from bench.sockets import Cpu, deliver

WARM_CONNS = 8
WARM_SECONDS = 2


class Window(Struct, frozen=True):
    """What one load came to. CPU times are microseconds a request, latencies milliseconds.

    For a subscription the requests are events, and their latency counts from the write.
    """

    case: Case
    conns: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    server_us: float
    postgres_us: float
    failed: int = 0

    @property
    def sum_us(self) -> float:
        """The CPU time of a request in all."""
        return self.server_us + self.postgres_us

    def __str__(self) -> str:
        return (
            f"{self.case.workload.name:4}{self.case.peer.name:13}{self.case.label:10}"
            f"{self.conns:4} conns{self.requests_per_second:8.0f}/s"
            f"  p50 {self.p50_ms:7.2f} ms  p99 {self.p99_ms:7.2f} ms"
            f"  CPU {self.server_us:5.0f} + {self.postgres_us:5.0f} µs"
        )


class Target(Struct, frozen=True):
    """A running server: its port and key, and the processes whose time counts."""

    port: int
    pid: int
    postgres_pid: int
    keys: Mapping[str, str]

    def cpu(self) -> tuple[float, float]:
        """Seconds so far, of the server and of PostgreSQL."""
        return cpu_seconds(self.pid), cpu_seconds(self.postgres_pid)


def by_requests(
    case: Case, target: Target, conns: tuple[int, ...], seconds: int
) -> Iterator[Window]:
    """A window for each number of connections."""
    lines = "\n".join(each.line() for each in requests(case, target.keys))
    (cache() / "requests.tsv").write_text(lines, "utf-8")
    _wrk(target.port, WARM_CONNS, WARM_SECONDS)
    for number in conns:
        server, postgres = target.cpu()
        told = _wrk(target.port, number, seconds)
        server_after, postgres_after = target.cpu()
        count = max(told["requests"], 1)
        yield Window(
            case,
            number,
            requests_per_second=count / told["us"] * 1e6,
            p50_ms=told["p50_us"] / 1e3,
            p99_ms=told["p99_us"] / 1e3,
            server_us=(server_after - server) / count * 1e6,
            postgres_us=(postgres_after - postgres) / count * 1e6,
            failed=told["failed"],
        )


def by_events(case: Case, writing: Case, target: Target, seconds: int) -> Window:
    """A window of a subscription."""
    cpu: Cpu = target.cpu
    found = asyncio.run(deliver(case, writing, target.port, target.keys, seconds, cpu))
    cuts = statistics.quantiles(found.waits, n=100)
    return Window(
        case,
        case.workload.sockets,
        requests_per_second=found.events / found.seconds,
        p50_ms=cuts[49] * 1e3,
        p99_ms=cuts[98] * 1e3,
        server_us=found.server * 1e6,
        postgres_us=found.postgres * 1e6,
    )


def _wrk(port: int, conns: int, seconds: int) -> dict[str, int]:
    """Load a server with the requests that were written down."""
    command = ["wrk", "-t1", f"-c{conns}", f"-d{seconds}s", "--timeout", "20s"]
    command += ["-s", str(HERE / "load.lua"), f"http://127.0.0.1:{port}", "--"]
    command += [str(cache() / "requests.tsv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    _, found, told = done.stdout.partition("JSON ")
    if not found:
        raise Stopped(f"wrk failed: {done.stdout}{done.stderr}")
    return {name: int(value) for name, value in json.loads(told).items()}
