"""A power cut, out of a recording: each file as its last fsync before the cut left it.

strace writes down what a running server writes and syncs. What was written and not synced is lost
with the power, at the worst; here it always is. So no disk needs to be pulled.
"""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import NamedTuple

ATTACH_SECONDS = 10
_CALL = re.compile(
    r'(?P<at>[\d.]+) (?P<name>pwrite64|ftruncate|fsync|fdatasync)\(\d+<(?P<path>[^>]+)>'
    r'(?:, "(?P<data>[^"]*)", \d+)?(?:, (?P<offset>\d+))?\)\s+= \d+ <(?P<took>[\d.]+)>'
)  # fmt: skip


class Call(NamedTuple):
    """A system call on a file: when it was over, by time.time(), and what it did."""

    over: float
    name: str
    path: Path
    offset: int
    data: bytes


class Recording:
    """What a process did to the files of a folder, which were as in `before` when it began."""

    def __init__(self, folder: Path, prefix: Path) -> None:
        self._before = {path: path.read_bytes() for path in folder.glob("*.sqlite3*")}
        self._prefix = prefix

    @cached_property
    def calls(self) -> list[Call]:
        """All calls, in the order in which they were over. Ask when the process is gone."""
        paths = self._prefix.parent.glob(f"{self._prefix.name}.*")
        lines = chain.from_iterable(path.read_text().splitlines() for path in paths)
        return sorted(_call(match) for match in map(_CALL.match, lines) if match is not None)

    def cut(self, at: float, folder: Path) -> None:
        """Write the files into another folder as a cut at that moment leaves them."""
        folder.mkdir()
        durable = {path: bytearray(data) for path, data in self._before.items()}
        pending: dict[Path, list[Call]] = {}
        for call in self.calls:
            if call.over > at:
                break
            if call.name in {"fsync", "fdatasync"}:
                content = durable.setdefault(call.path, bytearray())
                for each in pending.pop(call.path, ()):
                    _apply(each, content)
            else:
                pending.setdefault(call.path, []).append(call)
        for path, content in durable.items():
            # What processes share of a WAL is rebuilt by the first that opens it.
            if not path.name.endswith("-shm"):
                (folder / path.name).write_bytes(content)


@contextmanager
def recorded(process: int, folder: Path, prefix: Path) -> Iterator[Recording]:
    """Record what a process does to files while the context lasts. No one may write when it begins."""
    calls = "trace=pwrite64,ftruncate,fsync,fdatasync"
    options = ["-ff", "-ttt", "-T", "-y", "-xx", "-s", "1000000", "-e", calls]
    recorder = subprocess.Popen(
        ["strace", *options, "-o", str(prefix), "-p", str(process)], stderr=subprocess.PIPE
    )
    try:
        _wait_until_traced(process)
        yield Recording(folder, prefix)
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.communicate(timeout=ATTACH_SECONDS)


def _wait_until_traced(process: int) -> None:
    until = time.monotonic() + ATTACH_SECONDS
    while time.monotonic() < until:
        threads = Path(f"/proc/{process}/task").glob("*/status")
        if all("TracerPid:\t0\n" not in status.read_text() for status in threads):
            return
        time.sleep(0.01)
    raise AssertionError("strace does not attach")


def _call(match: re.Match[str]) -> Call:
    data = bytes.fromhex((match["data"] or "").replace("\\x", ""))
    over = float(match["at"]) + float(match["took"])
    path = bytes.fromhex(match["path"].replace("\\x", "")).decode()
    return Call(over, match["name"], Path(path), int(match["offset"] or 0), data)


def _apply(call: Call, content: bytearray) -> None:
    if call.name == "ftruncate":
        del content[call.offset :]
    content.extend(bytes(max(0, call.offset - len(content))))
    content[call.offset : call.offset + len(call.data)] = call.data
