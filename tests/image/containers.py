"""A container as an orchestrator makes it: the image's own user, environment and command, on a file
system that cannot be written, but for its volume and /tmp."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

SECONDS = 30
SOCKET = ".s.PGSQL.5432"  # the folder that it lies in is closed to others
# A mount namespace of its own. Its root is the image, read-only; what it may write is memory.
ENTER = """
mount --bind "$ROOT" "$ROOT"
mount -o remount,bind,ro "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
mount -t tmpfs -o "uid=$USER_ID,gid=$USER_ID,mode=700" tmpfs "$ROOT/data"
mkdir "$ROOT/tmp/postgres"
touch "$ROOT/tmp/postgres/$SOCKET"
mount --bind "$SOCKETS/$SOCKET" "$ROOT/tmp/postgres/$SOCKET"
cd "$ROOT"
exec chroot --userspec="$USER_ID:$USER_ID" --groups= . env -i -C "$FOLDER" "$@"
"""


class Container:
    """Runs commands in the image's file tree. A PostgreSQL's folder is /tmp/postgres within."""

    def __init__(self, tree: str, image: dict[str, Any], port: int, sockets: str) -> None:
        self.image = image
        self.url = f"http://127.0.0.1:{port}"
        self._host = {
            "PATH": os.environ["PATH"],
            "ROOT": tree,
            "USER_ID": image["User"].partition(":")[0],
            "FOLDER": image["WorkingDir"],
            "SOCKETS": sockets,
            "SOCKET": SOCKET,
        }
        self._environment = [*image["Env"], f"GQL_TICKETS_PORT={port}"]
        self._server: subprocess.Popen[str] | None = None

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        entered = self._entered(command, settings)
        return subprocess.run(entered, env=self._host, capture_output=True, text=True)

    def start(self, *more: str, **settings: str) -> None:
        """Run the image's own command, and wait until its health check passes."""
        command = (*self.image["Cmd"], *more)
        self._server = subprocess.Popen(
            self._entered(command, settings), env=self._host, stderr=subprocess.PIPE, text=True
        )
        until = time.monotonic() + SECONDS
        while not self.is_healthy():
            assert self._server.poll() is None, self._server.communicate()[1]
            assert time.monotonic() < until

    def is_healthy(self) -> bool:
        """What the image's health check says."""
        kind, *check = self.image["Healthcheck"]["Test"]
        assert kind == "CMD"
        return self.run(*check).returncode == 0

    def owner(self) -> int:
        """The user that the service runs as."""
        assert self._server is not None
        return Path(f"/proc/{self._server.pid}").stat().st_uid

    def ask(self, path: str, **arguments: Any) -> httpx.Response:
        """Ask the service."""
        return httpx.request(arguments.pop("method", "GET"), self.url + path, **arguments)

    def stop(self) -> None:
        """SIGTERM; it has to end in the time that the deployments give it."""
        if self._server is not None:
            self._server.send_signal(signal.SIGTERM)
            self._server.communicate(timeout=SECONDS)
            self._server = None

    def _entered(self, command: tuple[str, ...], settings: dict[str, str]) -> list[str]:
        given = [f"GQL_TICKETS_{name.upper()}={value}" for name, value in settings.items()]
        within = [*self._environment, *given, *command]
        return ["unshare", "--mount", "sh", "-euc", ENTER, "sh", *within]
