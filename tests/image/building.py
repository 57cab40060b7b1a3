"""The image, built from the Dockerfile without a Docker engine: by buildah, on bases of Debian's.

No registry is asked for images: the bases are made by debootstrap, from the mirror that apt uses.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RELEASE = "trixie"  # has the Python and the Node.js that are needed
PYTHON = ("python3", "python3-venv", "python-is-python3", "ca-certificates")
NODE = ("nodejs", "npm")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


class Buildah:
    """buildah, with a store of its own in a folder."""

    def __init__(self, folder: Path) -> None:
        store = ["--root", str(folder / "store"), "--runroot", str(folder / "run")]
        self._command = ["buildah", *store, "--storage-driver", "vfs"]

    def __call__(self, *arguments: str) -> str:
        """Run a command of it. Returns what it prints."""
        made = subprocess.run([*self._command, *arguments], capture_output=True, text=True)
        assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
        return made.stdout.strip()


def make_bases(buildah: Buildah, folder: Path) -> None:
    """What the Dockerfile begins with: `base-python`, and `base-node` upon it."""
    tree = folder / "base"
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PYTHON)}"]
    subprocess.run([*command, RELEASE, str(tree), _mirror()], check=True, capture_output=True)
    made = buildah("from", "scratch")
    buildah("add", made, str(tree), "/")
    buildah("commit", "--rm", "--format", "docker", made, "base-python")
    made = buildah("from", "base-python")
    install = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(NODE)}"
    buildah("run", "--isolation", "chroot", made, "sh", "-c", install)
    buildah("commit", "--rm", "--format", "docker", made, "base-node")


def build(buildah: Buildah) -> None:
    """Build `gql-tickets`, trusting the certificates that this machine trusts."""
    buildah(
        *("bud", "--isolation", "chroot", "--format", "docker"),
        *("--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"),
        *("--build-arg", "PYTHON_IMAGE=localhost/base-python"),
        *("--build-arg", "NODE_IMAGE=localhost/base-node"),
        *("--tag", "gql-tickets", str(ROOT)),
    )


def configuration(buildah: Buildah) -> dict[str, Any]:
    """What the image says of itself: its user, environment, command and health check."""
    found: dict[str, Any] = json.loads(buildah("inspect", "--type", "image", "gql-tickets"))
    docker: dict[str, Any] = found["Docker"]["config"]
    return docker


def _mirror() -> str:
    """Where apt gets Debian's packages."""
    command = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return next(line for line in listed.splitlines() if line.endswith("/debian"))
