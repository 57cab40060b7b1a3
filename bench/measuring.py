"""A run: every server in turn, its answers compared, then loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from bench.answers import Lacking, Refused, ask, essence
from bench.catalogue import Case, Peer, Workload, cases, writing_case
from bench.database import Postgres
from bench.filling import OURS_SOURCES, PEERS_SOURCES, fill_ours, fill_peers, make_keys
from bench.load import Target, Window, by_events, by_requests
from bench.places import Stopped
from bench.requests import Request, requests
from bench.servers import serving
from bench.sockets import first_event

COMPARED = 3

_FILLS = {"ours": (fill_ours, OURS_SOURCES), "peers": (fill_peers, PEERS_SOURCES)}


class Plan(Struct, frozen=True):
    """What to run."""

    peers: list[Peer]
    workloads: list[Workload]
    conns: tuple[int, ...]
    seconds: int
    rounds: int
    verify_only: bool


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
                    self._group([case for case in group if case.name not in self._lacking])

    def _group(self, group: list[Case]) -> None:
        """Cases that share a server and a database."""
        if not group:
            return
        try:
            with self.fresh(group[0]) as target:
                for case in group:
                    if self._is_right(case, target) and not self._plan.verify_only:
                        self._load(case, target)
        except Stopped as stopped:
            self._flaw(str(stopped))

    @contextmanager
    def fresh(self, case: Case) -> Iterator[Target]:
        """The server of a case, started on a fresh copy of the rows; stopped at the end."""
        rows = case.peer.rows
        fill, sources = _FILLS[rows]
        template = asyncio.run(self._postgres.template(rows, sources, fill))
        dsn = asyncio.run(self._postgres.copy(template, "bench"))
        keys = asyncio.run(make_keys(dsn)) if rows == "ours" else {}
        # A write is not sent twice: what it answers is compared.
        probe = Request("GET", "/", "", "") if case.workload.writes else requests(case, keys, 1)[0]
        with serving(case.peer, dsn, probe) as server:
            yield Target(server.port, server.pid, self._postgres.pid, keys)

    def _is_right(self, case: Case, target: Target) -> bool:
        """Whether the case can be loaded: its answers are those of the first that was asked."""
        try:
            found = _answers(case, target)
        except Lacking as error:
            self._lacking.add(case.name)
            print(f"{case.name}: skipped, it has no such thing: {error!s:.200}", flush=True)
            return False
        except (Refused, OSError) as error:
            self._flaw(f"{case.name} fails: {error}")
            return False
        kind = (case.workload.name, case.door)
        first, expected = self._expected.setdefault(kind, (case.peer.name, found))
        if found != expected:
            self._flaw(
                f"{case.name} differs from {first}: {found!s:.600} and there: {expected!s:.600}"
            )
        elif self._plan.verify_only:
            seen = "the first" if found is expected else f"as {first}"
            print(f"{case.name}: {seen}", flush=True)
        return True

    def _load(self, case: Case, target: Target) -> None:
        plan = self._plan
        if case.workload.sockets:
            windows = iter([by_events(case, writing_case(case.peer), target, plan.seconds)])
        else:
            windows = by_requests(case, target, plan.conns, plan.seconds)
        for window in windows:
            print(window, flush=True)
            if window.failed:
                self._flaw(
                    f"{case.name}: {window.failed} requests failed; the window does not count"
                )
            else:
                self.windows.append(window)

    def _flaw(self, text: str) -> None:
        self.flaws.append(text)
        print(f"!! {text}", flush=True)


def _answers(case: Case, target: Target) -> list[Any]:
    """What a case answers to its first requests, in the spelling that is compared."""
    if case.workload.sockets:
        writing = writing_case(case.peer)
        found = [asyncio.run(first_event(case, writing, target.port, target.keys))]
    else:
        found = [ask(target.port, each) for each in requests(case, target.keys, COMPARED)]
    return [essence(each, wrote=case.workload.writes) for each in found]


def _groups(found: list[Case]) -> list[list[Case]]:
    """All that read together, and each that writes by itself."""
    reading = [case for case in found if not case.workload.writes]
    return [reading, *([case] for case in found if case.workload.writes)]
