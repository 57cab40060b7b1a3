"""GraphQL over HTTP to the letter: every audit of the npm package graphql-http."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.transport.conftest import Running

HERE = Path(__file__).parent
AUDITS = 61
INSTALL_SECONDS = 110


@pytest.fixture(scope="session")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the audit and what it needs, installed."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("The audit needs node and npm, and one of them is not here.")
    folder = tmp_path_factory.mktemp("audit")
    for name in ("package.json", "audit.mjs"):
        shutil.copy(HERE / name, folder)
    done = subprocess.run(
        [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("with_key", [True, False])
async def test_every_audit_is_passed(
    auditor: Path, served: Running, api_key: str, *, with_key: bool
) -> None:
    node = await asyncio.create_subprocess_exec(
        "node",
        "audit.mjs",
        served.url,
        *([api_key] if with_key else []),
        cwd=auditor,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await node.communicate()
    results = [json.loads(line) for line in out.splitlines()]
    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS, err.decode()
