"""From a command to the store: settings, a prepared database, and failures as one line each."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pydantic
import typer

from gql_tickets.errors import TicketsError, Unavailable
from gql_tickets.settings import ENV_PREFIX, Settings, misspelt
from gql_tickets.store import schema
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import check_url, file_of, open_store

T = TypeVar("T")


class Failed(Exception):
    """A command cannot go on; the text is one line for its user."""


def load_settings() -> Settings:
    """The settings of the environment. Raises Failed naming the first variable that is wrong."""
    try:
        return Settings()
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        reason = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise Failed(f"{ENV_PREFIX}{name}: {reason}.") from error


def warn_of_misspelt() -> None:
    """Say which variables look like settings and are none, a line each."""
    for name, nearest in misspelt(os.environ):
        hint = f" Did you mean {nearest}?" if nearest else ""
        typer.echo(f"gql-tickets: warning: there is no setting {name}.{hint}", err=True)


def run(work: Callable[[Store], Awaitable[T]], *, makes: bool = True) -> T:
    """Run one piece of work on the database that the settings name, brought up to date first.

    Work that only looks `makes` no SQLite file where there is none.
    """
    settings = load_settings()

    async def whole() -> T:
        if not makes and is_sqlite(settings):
            _check_file(settings)
        store = await open_prepared(settings)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(whole())


def look(work: Callable[[Store], Awaitable[T]]) -> T:
    """Run work that only reads: where there is no SQLite file, none is made."""
    return run(work, makes=False)


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
        _check_file(settings)
    store = await _reached(settings, open_store(settings))
    try:
        current = await _reached(settings, schema.check_known(store))
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


async def migrate(settings: Settings) -> schema.Migrated:
    """Bring the database to the newest version. Raises Failed when it cannot be reached."""
    if is_sqlite(settings):
        _check_folder(settings)
    return await _reached(settings, schema.migrate(settings))


def is_sqlite(settings: Settings) -> bool:
    """Whether the database is a SQLite file. Raises Failed for a URL that is none of ours."""
    try:
        return check_url(settings.database_url) == "sqlite"
    except ValueError as error:
        raise Failed(f"{ENV_PREFIX}DATABASE_URL: {error}") from error


def shown(url: str) -> str:
    """A database URL without its password, its user and its options, fit to be printed.

    What stands before the last @ is left out: a password may hold an @ that was not escaped.
    """
    scheme, _, rest = url.partition("://")
    place = rest if scheme.startswith("sqlite") else rest.rpartition("@")[2]
    return f"{scheme}://{place.partition('?')[0]}"


async def _reached(settings: Settings, work: Awaitable[T]) -> T:
    try:
        return await work
    except Unavailable as error:
        reason = error.message.rstrip(".")
    except TicketsError:
        raise
    except Exception as error:  # whatever a driver raises while it connects
        reason = f"{type(error).__name__}"
        raise Failed(_unopened(settings, reason)) from error
    raise Failed(_unopened(settings, reason))


def _unopened(settings: Settings, reason: str) -> str:
    return f"The database {shown(settings.database_url)} cannot be opened: {reason}."


def _check_file(settings: Settings) -> None:
    # Opening a file that is not there would make an empty one.
    _check_folder(settings)
    path = file_of(settings.database_url)
    if not path.exists():
        raise Failed(
            f"There is no database {path}. `gql-tickets migrate` makes it; "
            f"{ENV_PREFIX}DATABASE_URL names another."
        )


def _check_folder(settings: Settings) -> None:
    path = file_of(settings.database_url)
    if not path.parent.is_dir():
        raise Failed(f"The folder {path.parent} of the database does not exist.")
    if path.is_dir():
        raise Failed(f"The database {path} is a folder.")
