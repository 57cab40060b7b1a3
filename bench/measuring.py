"""A run: every server in turn, its answers compared, then loaded, and what that cost."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from bench.answers import Lacking, Refused, ask, essence
from bench.catalogue import Case, Peer, Workload, cases
from bench.database import Postgres
from bench.filling import OURS_SOURCES, PEERS_SOURCES, fill_ours, fill_peers, make_keys
from bench.places import HERE, Stopped, cache
from bench.requests import Request, requests
from bench.servers import Server, cpu_seconds, serving

COMPARED = 3
WARM_CONNS = 8
WARM_SECONDS = 2


class Plan(Struct, frozen=True):
    """What to run."""

    peers: list[Peer]
    workloads: list[Workload]
    conns: tuple[int, ...]
    seconds: int
    rounds: int
    verify_only: bool


class Window(Struct, frozen=True):
    """What one load came to. CPU times are microseconds a request, latencies milliseconds."""

    case: Case
    conns: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    server_us: float
    postgres_us: float
    failed: int

    @property
    def sum_us(self) -> float:
        """The CPU time of a request in all."""
        return self.server_us + self.postgres_us


class Run:
    """Measures by a plan. `windows` are what was measured, `flaws` what was not as it should be."""

    def __init__(self, plan: Plan, postgres: Postgres) -> None:
        self.windows: list[Window] = []
        self.flaws: list[str] = []
        self._plan = plan
        self._postgres = postgres
        self._expected: dict[tuple[str, str], tuple[str, object]] = {}
        self._lacking: set[str] = set()

    def measure(self) -> None:
        """All rounds. A round starts every server anew, so that no server has the quiet hour."""
        for _ in range(1 if self._plan.verify_only else self._plan.rounds):
            for peer in self._plan.peers:
                for group in _groups(cases(peer, self._plan.workloads)):
                    try:
                        self._group(
                            peer, [case for case in group if case.name not in self._lacking]
                        )
                    except Stopped as stopped:
                        self._flaw(str(stopped))

    def _group(self, peer: Peer, group: list[Case]) -> None:
        """Cases that share a server and a database."""
        if not group:
            return
        with self._fresh(peer, group[0]) as (server, keys):
            for case in group:
                asked = requests(case, keys)
                if self._is_right(case, server, asked) and not self._plan.verify_only:
                    self._load(case, server, asked)

    @contextmanager
    def _fresh(self, peer: Peer, first: Case) -> Iterator[tuple[Server, dict[str, str]]]:
        fill, sources = {
            "ours": (fill_ours, OURS_SOURCES),
            "peers": (fill_peers, PEERS_SOURCES),
        }[peer.rows]
        template = asyncio.run(self._postgres.template(peer.rows, sources, fill))
        dsn = asyncio.run(self._postgres.copy(template, "bench"))
        keys = asyncio.run(make_keys(dsn)) if peer.rows == "ours" else {}
        # A write is not sent twice: what it answers is compared.
        probe = (
            Request("GET", "/", "", "") if first.workload.writes else requests(first, keys, 1)[0]
        )
        with serving(peer, dsn, probe) as server:
            yield server, keys

    def _is_right(self, case: Case, server: Server, asked: list[Request]) -> bool:
        """Whether the case can be loaded: its answers are those of the first that was asked."""
        name, wrote = case.name, case.workload.writes
        try:
            found = [essence(ask(server.port, each), wrote=wrote) for each in asked[:COMPARED]]
        except Lacking as error:
            self._lacking.add(name)
            print(f"{name}: skipped, it has no such thing: {error}", flush=True)
            return False
        except (Refused, OSError) as error:
            self._flaw(f"{name} fails: {error}")
            return False
        first, expected = self._expected.setdefault(
            (case.workload.name, case.door), (case.peer.name, found)
        )
        if found != expected:
            self._flaw(f"{name} differs from {first}: {found!s:.600} and there: {expected!s:.600}")
        elif self._plan.verify_only:
            print(f"{name}: {'the first' if found is expected else f'as {first}'}", flush=True)
        return True

    def _load(self, case: Case, server: Server, asked: list[Request]) -> None:
        lines = cache() / "requests.tsv"
        lines.write_text("\n".join(each.line() for each in asked), "utf-8")
        _wrk(server.port, WARM_CONNS, WARM_SECONDS)
        for conns in self._plan.conns:
            before = cpu_seconds(server.pid), cpu_seconds(self._postgres.pid)
            told = _wrk(server.port, conns, self._plan.seconds)
            after = cpu_seconds(server.pid), cpu_seconds(self._postgres.pid)
            count = max(told["requests"], 1)
            window = Window(
                case,
                conns,
                requests_per_second=count / told["us"] * 1e6,
                p50_ms=told["p50_us"] / 1e3,
                p99_ms=told["p99_us"] / 1e3,
                server_us=(after[0] - before[0]) / count * 1e6,
                postgres_us=(after[1] - before[1]) / count * 1e6,
                failed=told["failed"],
            )
            self.windows.append(window)
            print(shown(window), flush=True)
            if window.failed:
                self._flaw(f"{case.name}: {window.failed} requests failed")

    def _flaw(self, text: str) -> None:
        self.flaws.append(text)
        print(f"!! {text}", flush=True)


def shown(window: Window) -> str:
    """A window in one line."""
    case = window.case
    return (
        f"{case.workload.name:4}{case.peer.name:13}{case.label:8} {window.conns:4} conns"
        f"{window.requests_per_second:8.0f}/s  p50 {window.p50_ms:7.2f} ms  p99 {window.p99_ms:7.2f} ms"
        f"  CPU {window.server_us:5.0f} + {window.postgres_us:5.0f} µs"
    )


def _groups(found: list[Case]) -> Iterator[list[Case]]:
    """All that read together, and each that writes by itself."""
    for writes, some in itertools.groupby(
        sorted(found, key=lambda case: case.workload.writes), key=lambda case: case.workload.writes
    ):
        if writes:
            yield from ([case] for case in some)
        else:
            yield list(some)


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
