"""The service as its operators run it: `gql-tickets serve` in a process of its own, and its log."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 30


class Server:
    """A server that answers. `url` is where; `log()` is what it has written to stderr."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, stderr: Path) -> None:
        self.process = process
        self.url = url
        self._stderr = stderr

    def log(self) -> str:
        """Everything so far."""
        return self._stderr.read_text("utf-8")

    def records(self, event: str) -> list[dict[str, Any]]:
        """The JSON records of that event, written so far."""
        found = [json.loads(line) for line in self.log().splitlines()]
        return [record for record in found if record["event"] == event]

    def terminate(self) -> None:
        """SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    def workers(self) -> list[int]:
        """The process ids of the workers, where there are several; from Linux's /proc."""
        parent = self.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [
            int(child)
            for child in children
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    def kill(self) -> None:
        """SIGKILL to all of it."""
        for process in (self.process.pid, *self.workers()):
            os.kill(process, signal.SIGKILL)
        self.process.wait(timeout=START_SECONDS)

    def stop(self) -> int:
        """SIGTERM, and how it ended."""
        self.terminate()
        return self.process.wait(timeout=START_SECONDS)


@contextmanager
def running(folder: Path, database: str, *arguments: str, **settings: object) -> Iterator[Server]:
    """A server on that database while the context lasts; settings are named as in Settings."""
    port = settings.get("port") or free_port()
    stderr = folder / f"stderr-{port}.log"
    environment = {
        f"GQL_TICKETS_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in {
            "database_url": database,
            "port": port,
            "drain_seconds": 0,
            **settings,
        }.items()
    }
    with stderr.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gql_tickets", "serve", *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            server = Server(process, f"http://127.0.0.1:{port}", stderr)
            wait_until_ready(server)
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=START_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def wait_until_ready(server: Server) -> None:
    """Ask until it answers that it is."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert server.process.poll() is None, server.log()
        try:
            if httpx.get(f"{server.url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"not ready:\n{server.log()}")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def sample(exposition: str, name: str, **labels: str) -> float:
    """The sum of a metric's samples that carry these labels."""
    total = 0.0
    for line in exposition.splitlines():
        match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)(?: \S+)?", line)
        if match is None or match[1] != name:
            continue
        found = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
        if all(found.get(key) == value for key, value in labels.items()):
            total += float(match[3])
    return total
