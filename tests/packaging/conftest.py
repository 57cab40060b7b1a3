"""The wheel and the sdist, built once, and the wheel installed where nothing else of ours is."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gql_tickets.auth import DEMO_KEY
from tests.servers import Server, free_port, wait_until_ready

ROOT = Path(__file__).parents[2]


def build(source: Path, folder: Path, *targets: str) -> None:
    """Build into a folder, without asking an index for anything."""
    arguments = [part for target in targets for part in ("--target", target)]
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder), *arguments]
    subprocess.run(command, cwd=source, check=True, capture_output=True)


def pages_are_built() -> bool:
    """Whether there are pages to pack."""
    return (ROOT / "gql_tickets/web/static/manifest.json").exists()


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder, "wheel", "sdist")
    return folder


@pytest.fixture(scope="session")
def wheel(packages: Path) -> Path:
    """The wheel."""
    [found] = packages.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def unpacked(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist's folder."""
    [found] = packages.glob("*.tar.gz")
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(found) as archive:
        archive.extractall(folder, filter="data")
    [top] = folder.iterdir()
    return top


@pytest.fixture(scope="session")
def installed(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Path:
    """The command of a virtual environment that has the wheel: as users do it with --bare, else
    beside the packages that the tests run with, which takes a second instead of a minute."""
    venv = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin/python"
    install = [sys.executable, "-m", "pip", "--quiet", "--python", str(python), "install"]
    if pytestconfig.getoption("--bare"):
        install += ["--constraint", str(ROOT / "constraints.txt"), str(wheel)]
    else:
        install += ["--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    if not pytestconfig.getoption("--bare"):
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        answer = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
        # Behind its own, and without this folder's editable install: nothing there reads .pth files.
        (Path(answer.stdout.strip()) / "beside.pth").write_text(sysconfig.get_path("purelib"))
    return venv / "bin/gql-tickets"


@pytest.fixture(scope="session")
def demo(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of `gql-tickets serve --demo`, started in an empty folder without a setting."""
    folder, port = tmp_path_factory.mktemp("empty"), free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GQL_TICKETS_", "PYTHONPATH", "COVERAGE"))
    }
    stderr = folder / "stderr"
    with stderr.open("wb") as log:
        process = subprocess.Popen(
            [installed, "serve", "--demo", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        server = Server(process, f"http://127.0.0.1:{port}", stderr)
        try:
            wait_until_ready(server)
            headers = {"X-API-Key": DEMO_KEY}
            with httpx.Client(base_url=server.url, headers=headers) as client:
                yield client
        finally:
            server.stop()
