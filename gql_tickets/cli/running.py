"""From a command to the store: settings, a prepared database, and failures as one line each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pydantic

from gql_tickets.errors import TicketsError, Unavailable
from gql_tickets.settings import ENV_PREFIX, Settings
from gql_tickets.store import schema
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import check_url, open_store

T = TypeVar("T")

_SQLITE_MEMORY = ":memory:"


class Failed(Exception):
    """A command cannot go on; the text is one line for its user."""


def load_settings() -> Settings:
    """The settings of the environment. Raises Failed naming the first variable that is wrong."""
    try:
        return Settings()
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        raise Failed(f"{ENV_PREFIX}{name}: {first['msg']}") from error
    except ValueError as error:  # a list that is not JSON
        raise Failed(f"The settings cannot be read: {error}.") from error


def run(work: Callable[[Store], Awaitable[T]]) -> T:
    """Run one piece of work on the database that the settings name, brought up to date first."""
    settings = load_settings()

    async def whole() -> T:
        store = await open_prepared(settings)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(whole())


async def open_prepared(settings: Settings) -> Store:
    """Open a database that is up to date: a SQLite file is migrated, PostgreSQL has to be already.

    Raises Failed with a line that says what is missing.
    """
    if is_sqlite(settings):
        await migrate(settings)
    return await open_current(settings)


async def open_current(settings: Settings) -> Store:
    """Open a database that is up to date, and change nothing. Raises Failed when it is not."""
    if is_sqlite(settings):
        _check_folder(settings)
        _check_file(settings)
    store = await _reached(settings, open_store(settings))
    try:
        current = await _reached(settings, schema.is_current(store))
    except Failed:
        await store.close()
        raise
    if not current:
        await store.close()
        raise Failed(
            f"The database {shown(settings.database_url)} is not migrated. "
            "Run `gql-tickets migrate` first."
        )
    return store


async def migrate(settings: Settings) -> None:
    """Bring the database to the newest version. Raises Failed when it cannot be reached."""
    if is_sqlite(settings):
        _check_folder(settings)
    await _reached(settings, schema.migrate(settings))


def is_sqlite(settings: Settings) -> bool:
    """Whether the database is a SQLite file. Raises Failed for a URL that is none of ours."""
    try:
        return check_url(settings.database_url) == "sqlite"
    except ValueError as error:
        raise Failed(f"{ENV_PREFIX}DATABASE_URL: {error}") from error


def shown(url: str) -> str:
    """A database URL without its password, its user and its options, fit to be printed."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


async def _reached(settings: Settings, work: Awaitable[T]) -> T:
    try:
        return await work
    except Unavailable as error:
        raise Failed(
            f"The database {shown(settings.database_url)} cannot be reached. Is it running?"
        ) from error
    except TicketsError:
        raise
    except Exception as error:  # whatever a driver raises while it connects
        reason = str(error).strip().partition("\n")[0]
        raise Failed(
            f"The database {shown(settings.database_url)} cannot be opened: {reason}"
        ) from error


def _check_file(settings: Settings) -> None:
    # Opening a file that is not there would make an empty one.
    path = Path(urlsplit(settings.database_url).path.removeprefix("/"))
    if not path.exists():
        raise Failed(f"The database {path} does not exist. Run `gql-tickets migrate` first.")


def _check_folder(settings: Settings) -> None:
    path = urlsplit(settings.database_url).path.removeprefix("/")
    if path in {"", _SQLITE_MEMORY}:
        raise Failed(
            f"{ENV_PREFIX}DATABASE_URL: SQLite needs a file that every connection can open."
        )
    folder = Path(path).parent
    if not folder.is_dir():
        raise Failed(f"The folder {folder} of the database does not exist.")
    if Path(path).is_dir():
        raise Failed(f"The database {path} is a folder.")
