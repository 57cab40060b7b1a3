"""The clients that users bring, installed as package-lock.json pins them, and a demo to ask."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import running

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INSTALL_SECONDS = 110

_NOT_COPIED = shutil.ignore_patterns("node_modules", "__pycache__", "*.py[co]")


@pytest.fixture(scope="session")
def clients(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this folder, beside one of the examples and the packages that they need."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Clients of npm need node and npm, and one of them is not here.")
    root = tmp_path_factory.mktemp("clients")
    for folder in ("tests/clients", "examples"):
        shutil.copytree(ROOT / folder, root / folder, ignore=_NOT_COPIED)
    shutil.copy(ROOT / "schema.graphql", root)
    assert pytestconfig.cache is not None
    (root / "node_modules").symlink_to(installed(npm, pytestconfig.cache.mkdir("clients")))
    return root / "tests/clients"


def installed(npm: str, folder: Path) -> Path:
    """The packages, which are kept there from run to run until package-lock.json changes."""
    state = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers of this run want them too
        if not stamp.exists() or stamp.read_text() != state:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            done = subprocess.run(
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
            )
            assert done.returncode == 0, done.stderr
            stamp.write_text(state)
    return folder / "node_modules"


@pytest.fixture(scope="session")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server shows the demo, as `./dev demo` does."""
    folder = tmp_path_factory.mktemp("demo")
    database = f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, folder / 'demo.sqlite3')}"
    with running(folder, database, "--demo", key_cache_seconds=0, rate_limit_points=0) as server:
        yield server.url
