"""`./dev`, which is run by whatever Python there is: what it says of a wrong usage, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEV = ROOT / "dev"
END_SECONDS = 30


@pytest.mark.parametrize("command", ["check", "schema", "install", "web"])
def test_arguments_that_a_command_does_not_take_are_one_line(command: str) -> None:
    ended = subprocess.run([sys.executable, DEV, command, "--x"], capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == f"dev: {command} takes no arguments, and was given --x.\n"


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.skipif(not (ROOT / ".venv/installed").exists(), reason="needs what ./dev installs")
def test_the_demo_is_the_process_that_was_started(tmp_path: Path, number: int) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'demo.sqlite3'}"
    process = subprocess.Popen(
        [sys.executable, DEV, "demo", "--port", "0"],
        env={**os.environ, "GQL_TICKETS_DATABASE_URL": url, "GQL_TICKETS_DRAIN_SECONDS": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert any(line.startswith("curl ") for line in process.stdout)
    process.send_signal(number)
    _, err = process.communicate(timeout=END_SECONDS)  # ends when nobody holds the pipes
    assert "Traceback" not in err
    expected = {0, -signal.SIGTERM} if number == signal.SIGTERM else {0, 130}
    assert process.returncode in expected
