"""What faults need: how many rounds, and a PostgreSQL that may be stopped."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.postgres import Postgres


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test alone, with durable commits."""
    with tempfile.TemporaryDirectory(prefix="gql-tickets-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as a user of its own, who must get in
        server = Postgres(folder)
        yield server
        server.close()
