"""From a database URL to the store that speaks to it."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from gql_tickets.store.postgres import PostgresStore
from gql_tickets.store.sqlite import SqliteStore

DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
POSTGRES_OPTIONS = ("ssl", "sslmode", "host", "port", "user", "application_name")
TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def check_url(url: str) -> str:
    """The kind of database that a URL names. Raises ValueError with a sentence for its writer."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise ValueError(
            "The database URL is not a URL that SQLAlchemy can read. "
            "Signs such as @ : / in a user or a password are written as %40 %3A %2F."
        ) from error
    if parsed.drivername not in DRIVERS:
        expected = " or ".join(f"{driver}://" for driver in DRIVERS)
        raise ValueError(f"The database URL must start with {expected}.")
    if parsed.drivername == "sqlite+aiosqlite":
        _check_sqlite(parsed)
        return "sqlite"
    _check_postgres(parsed)
    return "postgresql"


def file_of(url: str) -> Path:
    """The file that the URL of a SQLite database names."""
    return Path(sa.make_url(url).database or "")


async def open_store(settings: Settings) -> Store:
    """Connect. Raises CannotOpen, which says why, when the database cannot be reached."""
    if check_url(settings.database_url) == "sqlite":
        return await SqliteStore.open(settings)
    return await PostgresStore.open(settings)


def _check_sqlite(url: sa.URL) -> None:
    if url.database in {None, "", ":memory:"}:
        # In memory, each of the store's connections would have a database of its own.
        raise ValueError("The database URL must name a file for SQLite.")
    if url.query:
        raise ValueError("The database URL takes no options for SQLite.")


def _check_postgres(url: sa.URL) -> None:
    if "@" in (url.host or "") + (url.database or ""):
        raise ValueError(
            "The database URL has an @ in its user or password: write it as %40, and / as %2F."
        )
    if unknown := sorted(set(url.query) - set(POSTGRES_OPTIONS)):
        raise ValueError(
            f"The database URL has the option {unknown[0]!r}; "
            f"the options are {', '.join(POSTGRES_OPTIONS)}."
        )
    for name, value in url.query.items():
        if not isinstance(value, str):
            raise ValueError(f"The database URL has the option {name!r} twice.")  # noqa: TRY004
        if name in {"ssl", "sslmode"} and value not in TLS_MODES:
            raise ValueError(
                f"The database URL's option {name!r} must be one of {', '.join(TLS_MODES)}."
            )
    if {"ssl", "sslmode"} <= url.query.keys():
        raise ValueError("The database URL has both 'ssl' and 'sslmode', which are the same.")
    port = url.query.get("port", "1")
    if not (str(port).isascii() and str(port).isdigit() and 0 < int(str(port)) < 65536):
        raise ValueError("The database URL's option 'port' must be a number from 1 to 65535.")
