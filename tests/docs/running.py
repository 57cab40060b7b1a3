"""Runs the blocks of a page as a reader would who has the demo before them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from gql_tickets.auth import DEMO_KEY
from tests.docs.blocks import Block

HOST = re.compile(r"(localhost|127\.0\.0\.1):8000")
ELLIPSIS = "…"  # in an answer: whatever is there
SECONDS = 20
# What a block exports, the next one has.
BEFORE = 'set -euo pipefail; if [ -f "$STATE" ]; then . "$STATE"; fi'
AFTER = 'export -p > "$STATE"'


class Reader:
    """Someone in an empty folder, with the demo at `url` and its database at hand."""

    def __init__(self, folder: Path, url: str, database: str) -> None:
        self._folder = folder / "work"
        self._folder.mkdir()
        self._url = url
        self._environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STATE": str(folder / "state"),
            "GQL_TICKETS_DATABASE_URL": database,
        }
        self._beside: tuple[Block, subprocess.Popen[bytes], Path] | None = None

    def follow(self, blocks: list[Block]) -> None:
        """Do all of them, in order."""
        try:
            for block in blocks:
                if block.runs and block.mark:
                    self._start(block)
                elif block.runs:
                    self._do(block)
                    self._finish()
            assert self._beside is None, "nothing comes after what goes on beside it"
        finally:
            self._stop()

    def _do(self, block: Block) -> None:
        printed = self._ask(block) if block.language == "graphql" else self._run(block)
        if block.answer is not None:
            assert matches(block.answer, printed), f"line {block.line} answers:\n{printed}"
        else:
            assert not is_refusal(printed), f"line {block.line} answers:\n{printed}"

    def _ask(self, block: Block) -> str:
        """Post a document, as GraphiQL does."""
        body, headers = {"query": block.text}, {"X-API-Key": DEMO_KEY}
        return httpx.post(f"{self._url}/graphql", json=body, headers=headers).text

    def _run(self, block: Block) -> str:
        ended = subprocess.run(
            self._command(block),
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS * 3,
        )
        assert ended.returncode == 0, f"line {block.line}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def _start(self, block: Block) -> None:
        assert block.answer is not None, f"line {block.line} goes on, and shows no answer"
        output = self._folder.with_name(f"beside-{block.line}")
        with output.open("wb") as written:
            process = subprocess.Popen(
                self._command(block),
                cwd=self._folder,
                env=self._environment,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._beside = (block, process, output)

    def _finish(self) -> None:
        """Wait for the answer of what runs beside."""
        if self._beside is None:
            return
        block, process, output = self._beside
        until = time.monotonic() + SECONDS
        while not matches(str(block.answer), output.read_text("utf-8")):
            told = f"line {block.line} answers:\n{output.read_text('utf-8')}"
            assert process.poll() is None, told
            assert time.monotonic() < until, told
            time.sleep(0.05)
        self._stop()

    def _stop(self) -> None:
        if self._beside is not None:
            process = self._beside[1]
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=SECONDS)
            self._beside = None

    def _command(self, block: Block) -> list[str]:
        text = HOST.sub(self._url.removeprefix("http://"), block.text)
        return ["bash", "-c", f"{BEFORE}\n{text}\n{AFTER}"]


def matches(shown: str, printed: str) -> bool:
    """Whether that was printed, but for what is left out; JSON may be laid out differently."""
    try:
        return _alike(json.loads(shown), json.loads(printed))
    except ValueError:
        return _alike(shown.strip(), printed.strip())


def is_refusal(printed: str) -> bool:
    """Whether that is an answer of either door which says that something is wrong."""
    try:
        told = json.loads(printed)
    except ValueError:
        return False
    payloads = (told.get("data") or {}).values()
    flawed = any(isinstance(each, dict) and each.get("userErrors") for each in payloads)
    return flawed or "errors" in told or "error" in told


def _alike(shown: Any, printed: Any) -> bool:
    if shown == ELLIPSIS:
        return True
    if isinstance(shown, dict) and isinstance(printed, dict):
        same = shown.keys() == printed.keys()
        return same and all(_alike(value, printed[key]) for key, value in shown.items())
    if isinstance(shown, list) and isinstance(printed, list):
        return len(shown) == len(printed) and all(map(_alike, shown, printed))
    if isinstance(shown, str) and isinstance(printed, str):
        pattern = ".*".join(re.escape(part) for part in shown.split(ELLIPSIS))
        return re.fullmatch(pattern, printed, re.DOTALL) is not None
    return bool(shown == printed)
