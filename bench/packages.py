"""The peers' own packages, pinned beside them and installed once, outside the project."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from bench.catalogue import Peer
from bench.places import HERE, Stopped, cache

PEERS = HERE / "peers"


def python() -> Path:
    """The interpreter of the peers in Python."""
    return cache() / "python/bin/python"


def node() -> Path:
    """The interpreter of the peers in JavaScript."""
    return scripts() / "node_modules/.bin/node"


def scripts() -> Path:
    """Where the peers in JavaScript are run: modules are looked for beside them."""
    return cache() / "node"


def check_tools() -> None:
    """Raises Stopped when the load cannot be made here."""
    if not Path("/proc/self/stat").exists():
        raise Stopped("CPU times are read from /proc: run it on Linux")
    if shutil.which("wrk") is None:
        raise Stopped("wrk is missing, which makes the load: apt install wrk")


def install(peers: list[Peer]) -> None:
    """Install what the peers need and is not there yet. Raises Stopped."""
    needed = {peer.needs for peer in peers}
    if "python" in needed and _is_new("python", PEERS / "requirements.txt"):
        _make_python()
    if "node" in needed and _is_new("node", PEERS / "package.json"):
        _make_node()
    if "node" in needed:
        for path in PEERS.glob("*.[cm]js"):
            shutil.copy(path, scripts())


def _make_python() -> None:
    print("Installing the peers in Python …", flush=True)
    folder = cache() / "python"
    shutil.rmtree(folder, ignore_errors=True)
    pip = [str(python()), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([*pip, "-r", str(PEERS / "requirements.txt")])
    _note("python", PEERS / "requirements.txt")


def _make_node() -> None:
    if shutil.which("npm") is None:
        raise Stopped("npm is missing, which installs the peers in JavaScript: apt install npm")
    print("Installing the peers in JavaScript …", flush=True)
    folder = scripts()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(PEERS / "package.json", folder)
    _run(
        ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"],
        folder,
    )
    _note("node", PEERS / "package.json")


def _run(command: list[str], folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        raise Stopped(f"`{' '.join(command[:3])}` failed: it says why above")


def _state(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()


def _is_new(kind: str, pins: Path) -> bool:
    stamp = cache() / kind / "installed"
    return not stamp.exists() or stamp.read_text() != _state(pins)


def _note(kind: str, pins: Path) -> None:
    (cache() / kind / "installed").write_text(_state(pins))
