"""Where things lie: this folder's files, the cache outside the project, and how a run ends early."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
PERFORMANCE = ROOT / "docs/performance.md"


class Stopped(Exception):
    """The benchmark cannot go on; the text is one line for who runs it."""


def cache() -> Path:
    """The folder of what is kept between runs: the peers' packages, and the filled databases.

    Under the system's temporary folder, which PostgreSQL's own user may enter when root starts it.
    """
    named = os.environ.get("GQL_TICKETS_BENCH_CACHE")
    folder = Path(named) if named else Path(tempfile.gettempdir()) / "gql-tickets-bench"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise Stopped(f"{folder} is somebody else's: set GQL_TICKETS_BENCH_CACHE to another folder")
    return folder
