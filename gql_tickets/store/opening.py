"""From a database URL to the store that speaks to it."""

from __future__ import annotations

import sqlalchemy as sa

from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from gql_tickets.store.postgres import PostgresStore
from gql_tickets.store.sqlite import SqliteStore

DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


def check_url(url: str) -> str:
    """The kind of database that a URL names. Raises ValueError with a sentence for its writer."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ValueError("The database URL is not a URL that SQLAlchemy can read.") from error
    if parsed.drivername not in DRIVERS:
        expected = " or ".join(f"{driver}://" for driver in DRIVERS)
        raise ValueError(f"The database URL must start with {expected}.")
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite" and parsed.database in {None, "", ":memory:"}:
        # In memory, each of the store's connections would have a database of its own.
        raise ValueError("The database URL must name a file for SQLite.")
    return kind


async def open_store(settings: Settings) -> Store:
    """Connect. Raises Unavailable when the database cannot be reached."""
    if check_url(settings.database_url) == "sqlite":
        return await SqliteStore.open(settings)
    return await PostgresStore.open(settings)
