"""Servers as processes: started, waited for, stopped; and the CPU time they took, from /proc."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.answers import Lacking, Refused, ask
from bench.catalogue import Peer
from bench.database import free_port
from bench.packages import node, python, scripts
from bench.places import ROOT, Stopped, cache
from bench.requests import Request

START_SECONDS = 40
STOP_SECONDS = 15

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Server:
    """A running server of one peer."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.port = port

    @property
    def pid(self) -> int:
        """The process above all others of the server."""
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None


@contextmanager
def serving(peer: Peer, dsn: str, first: Request) -> Iterator[Server]:
    """The peer's server on a database, answering; stopped at the end. Raises Stopped."""
    port = free_port()
    command = peer.command.format(
        port=port,
        python=python(),
        node=node(),
        scripts=scripts(),
        ours=Path(sys.executable).parent / "gql-tickets",
    )
    log = cache() / f"{peer.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            shlex.split(command),
            cwd=ROOT,
            env={**os.environ, **_environment(dsn, port), **peer.env},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = Server(process, port)
    try:
        _wait(server, peer, first, log)
        yield server
    finally:
        _stop(process)


def cpu_seconds(pid: int) -> float:
    """What a process and all below it have used so far, children that have ended included."""
    below: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        own = int(path.parent.name)
        below.setdefault(int(fields[1]), []).append(own)
        used[own] = sum(map(int, fields[11:15])) / _TICKS_PER_SECOND
    seconds, waiting = 0.0, [pid]
    while waiting:
        each = waiting.pop()
        seconds += used.get(each, 0.0)
        waiting += below.get(each, [])
    return seconds


def _environment(dsn: str, port: int) -> Mapping[str, str]:
    return {
        "DSN": "postgresql:" + dsn,
        "PORT": str(port),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "GQL_TICKETS_DATABASE_URL": "postgresql+asyncpg:" + dsn,
    }


def _wait(server: Server, peer: Peer, first: Request, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.runs:
        try:
            ask(server.port, first)
        except OSError:
            time.sleep(0.1)
        except (Lacking, Refused):
            return  # it answers; whether rightly is asked later
        else:
            return
    raise Stopped(f"{peer.name} does not start: {log} says why")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server with all its processes: none may write into the next one's database."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
