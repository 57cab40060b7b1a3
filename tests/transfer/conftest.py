"""Two organizations on two databases of different kinds; and whether what was written is true."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gql_tickets.auth import Actor, operator
from gql_tickets.service import directory
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import open_store
from tests.conftest import databases_of


@pytest.fixture
def other_database(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """The URL of an empty database of the other kind."""
    other = "postgresql" if database_kind == "sqlite" else "sqlite"
    with databases_of(other, request, tmp_path) as new:
        yield new()


@pytest.fixture
async def other_store(settings: Settings, other_database: str) -> AsyncIterator[Store]:
    """A store on it."""
    opened = await open_store(settings.model_copy(update={"database_url": other_database}))
    yield opened
    await opened.close()


@pytest.fixture
async def elsewhere(other_store: Store) -> Actor:
    """Someone who may do everything in an organization on the other database."""
    made = await directory.create_organization(
        other_store, slug="elsewhere", name="Elsewhere", ticket_prefix="EL"
    )
    return operator(made.id, made.slug)
