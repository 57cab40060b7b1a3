"""The result as a table, on the terminal and in docs/performance.md."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import subprocess
from pathlib import Path

from msgspec import Struct

from bench.catalogue import ANCHORS, Case
from bench.load import Window
from bench.measuring import Plan
from bench.packages import node
from bench.places import PERFORMANCE, Stopped

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
HEAD = (
    "workload",
    "server",
    "door",
    "req/s",
    "p50 ms",
    "p99 ms",
    "server µs",
    "PostgreSQL µs",
    "sum µs",
    *(f"/ {name}" for name in ANCHORS),
)


class Best(Struct, frozen=True):
    """The least disturbed figures of a case over its windows."""

    case: Case
    conns: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    server_us: float
    postgres_us: float

    @property
    def sum_us(self) -> float:
        """The CPU time of a request in all."""
        return self.server_us + self.postgres_us


def best(windows: list[Window]) -> list[Best]:
    """One for each case and number of connections, in the order of the workloads."""
    by_case: dict[tuple[str, int], list[Window]] = {}
    for window in windows:
        by_case.setdefault((window.case.name, window.conns), []).append(window)
    found = []
    for some in by_case.values():
        cheapest = min(some, key=lambda window: window.sum_us)
        found.append(
            Best(
                cheapest.case,
                cheapest.conns,
                requests_per_second=max(window.requests_per_second for window in some),
                p50_ms=min(window.p50_ms for window in some),
                p99_ms=min(window.p99_ms for window in some),
                server_us=cheapest.server_us,
                postgres_us=cheapest.postgres_us,
            )
        )
    return sorted(found, key=lambda each: (each.case.workload.name, each.conns, each.sum_us))


def rows(found: list[Best]) -> list[tuple[str, ...]]:
    """The table's cells."""
    return [
        (
            each.case.workload.name,
            each.case.peer.name,
            each.case.label,
            f"{each.requests_per_second:.0f}",
            f"{each.p50_ms:.2f}",
            f"{each.p99_ms:.2f}",
            f"{each.server_us:.0f}",
            f"{each.postgres_us:.0f}",
            f"{each.sum_us:.0f}",
            *(_ratio(each, found, anchor) for anchor in ANCHORS),
        )
        for each in found
    ]


class Table(Struct, frozen=True):
    """Cells under a head; the first `texts` columns are words, the others figures."""

    head: tuple[str, ...]
    cells: list[tuple[str, ...]]
    texts: int

    def aligned(self) -> str:
        """The table for a terminal, with a gap where rows of another kind begin."""
        table = [self.head, *self.cells]
        widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
        kinds = [row[0] for row in table]
        are_kinds = len(set(kinds)) < len(kinds)
        lines = []
        for before, row in zip([kinds[0], *kinds], table, strict=False):
            if are_kinds and row[0] != before:
                lines.append("")
            words = (
                cell.ljust(width) if place < self.texts else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            lines.append("  ".join(words).rstrip())
        return "\n".join(lines)

    def markdown(self) -> str:
        """The table for a page."""
        rules = "|" + "---|" * self.texts + "--:|" * (len(self.head) - self.texts)
        head, *rows = (f"| {' | '.join(row)} |" for row in [self.head, *self.cells])
        return "\n".join([head, rules, *rows])


def of_requests(found: list[Best]) -> Table:
    """What a request costs."""
    return Table(HEAD, rows(found), texts=3)


def page(plan: Plan, tables: list[Table], postgres_version: str) -> str:
    """The tables for docs/performance.md, with what it was measured on."""
    used = {row[0] for table in tables for row in table.cells}
    parts = [
        _facts(plan, postgres_version),
        *(table.markdown() for table in tables),
        "\n".join(
            [
                *(f"- {each.name}: {each.title}" for each in plan.workloads if each.name in used),
                *(f"- {each.name}: {each.title}" for each in plan.peers),
            ]
        ),
    ]
    return "\n\n".join(parts)


def write(text: str) -> None:
    """Put the text between the markers of docs/performance.md. Raises Stopped without them."""
    page = PERFORMANCE.read_text("utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise Stopped(f"{PERFORMANCE.name} has no place for the table: {BEGIN} … {END}")
    PERFORMANCE.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")


def _ratio(each: Best, found: list[Best], anchor: str) -> str:
    """How many times the CPU of an anchor's answer to the workload, at its cheapest door."""
    sums = [
        other.sum_us
        for other in found
        if other.case.peer.name == anchor
        and other.case.workload == each.case.workload
        and other.conns == each.conns
    ]
    least = min(sums, default=0.0)
    return f"{each.sum_us / least:.2f}" if least else ""


def _facts(plan: Plan, postgres_version: str) -> str:
    conns = " and ".join(map(str, plan.conns))
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {_memory()} GB, "
        f"Linux {platform.release().partition('-')[0]}; Python {platform.python_version()}, "
        f"{_node_version()}PostgreSQL {postgres_version}. {conns} connections, one worker, "
        f"windows of {plan.seconds} s, {plan.rounds} rounds."
    )


def _processor() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found[1].strip() if found else platform.machine()


def _memory() -> str:
    found = re.search(r"MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text())
    return f"{int(found[1]) / 2**20:.0f}" if found else "?"


def _node_version() -> str:
    if not node().exists():
        return ""
    told = subprocess.run([str(node()), "--version"], capture_output=True, text=True, check=True)
    return f"Node {told.stdout.strip().lstrip('v')}, "
