"""schemathesis asks at both doors for whatever their own descriptions allow, and for what they do not.

No answer is a fault, each is one that is described, and both databases give the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gql_tickets.auth import DEMO_KEY
from tests.servers import running

HERE = Path(__file__).parent
PROGRAM = str(Path(sys.executable).with_name("schemathesis"))
EXAMPLES = 5
"""Of each operation, for each round of --fault-rounds."""


class Door(NamedTuple):
    """Where a door describes itself, how it is asked, and how many requests are too few."""

    path: str
    config: str
    phases: str
    requests_min: int
    hooks: str = ""


DOORS = {
    "rest": Door("/api/openapi.json", "rest.toml", "examples,coverage,fuzzing", 300),
    "graphql": Door("/graphql", "graphql.toml", "fuzzing", 100, str(HERE / "hooks.py")),
}


class Asked(NamedTuple):
    """One request and the status of its answer."""

    method: str
    path: str
    body: str
    status: int


@pytest.mark.parametrize("door", DOORS)
async def test_whatever_a_description_allows_is_answered_as_described_and_alike(
    tmp_path: Path,
    sqlite_url: str,
    postgres_url: str,
    door: str,
    rounds: int,
    figure: Callable[[str, object], None],
) -> None:
    on_sqlite, on_postgres = await asyncio.gather(
        asyncio.to_thread(explore, tmp_path, "sqlite", sqlite_url, DOORS[door], rounds),
        asyncio.to_thread(explore, tmp_path, "postgresql", postgres_url, DOORS[door], rounds),
    )
    assert len(on_sqlite) > DOORS[door].requests_min
    assert on_sqlite == on_postgres
    figure("requests on each database", len(on_sqlite))


def explore(folder: Path, name: str, database: str, door: Door, rounds: int) -> list[Asked]:
    """What schemathesis asked of a demo on that database. Fails with what it found."""
    report = folder / f"{name}.har"
    with running(folder, database, "--demo", access_log=False) as server:
        ended = subprocess.run(
            [
                *(PROGRAM, "--config-file", str(HERE / door.config)),
                *("run", f"{server.url}{door.path}", "--header", f"X-API-Key: {DEMO_KEY}"),
                *("--phases", door.phases, "--max-examples", str(EXAMPLES * rounds)),
                *("--report-har-path", str(report), "--no-color", "--warnings", "off"),
            ],
            cwd=folder,
            env={**os.environ, "SCHEMATHESIS_HOOKS": door.hooks},
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert '"level":"error"' not in server.log()
    entries = json.loads(report.read_text())["log"]["entries"]
    return [asked(entry, server.url) for entry in entries]


def asked(entry: dict[str, Any], url: str) -> Asked:
    """An entry of a HAR file."""
    request = entry["request"]
    return Asked(
        request["method"],
        request["url"].removeprefix(url),
        request.get("postData", {}).get("text", ""),
        entry["response"]["status"],
    )
