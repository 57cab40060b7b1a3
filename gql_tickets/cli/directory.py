"""`users` and `repos`: what tickets refer to, kept one by one or many from a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from msgspec import UNSET, UnsetType
from rich.console import Console
from rich.progress import Progress

from gql_tickets.auth import Actor
from gql_tickets.cli.organizations import OrgOption, actor_of, actors_of
from gql_tickets.cli.rows import Row, read_rows
from gql_tickets.cli.running import Failed, run
from gql_tickets.cli.tables import show
from gql_tickets.domain.directory import Repository, User
from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.paging import Page, PageRequest
from gql_tickets.errors import TicketsError
from gql_tickets.service import directory
from gql_tickets.store.engine import Store

R = TypeVar("R")
Fields = Mapping[str, str | None]
Upsert = Callable[[Store, Actor, int, Fields], Awaitable[object]]

PAGE_SIZE = 500
USER_FIELDS = ("username", "name", "avatar_url")
REPOSITORY_FIELDS = ("name", "url")

users = typer.Typer(help="Users: whom tickets can be assigned to.", no_args_is_help=True)
repositories = typer.Typer(help="Repositories: what tickets can belong to.", no_args_is_help=True)

IdArgument = Annotated[
    int | None,
    typer.Argument(metavar="ID", min=1, max=INT32_MAX, help="Its number, as REST names it."),
]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        help="Many, from .csv (with a header), .ndjson or .jsonl.",
        dir_okay=False,
        exists=True,
    ),
]


@users.command("add")
def add_users(
    id: IdArgument = None,
    *,
    org: OrgOption = None,
    username: Annotated[str | None, typer.Option(help="Unique in the organization.")] = None,
    name: Annotated[str | None, typer.Option(help="Full name.")] = None,
    avatar_url: Annotated[str | None, typer.Option(help="URL of a picture.")] = None,
    file: FileOption = None,
) -> None:
    """Add a user, or change the one that has this id; what is not given stays as it is."""
    _add(
        _upsert_user, id, file, org, {"username": username, "name": name, "avatar_url": avatar_url}
    )


@repositories.command("add")
def add_repositories(
    id: IdArgument = None,
    *,
    org: OrgOption = None,
    name: Annotated[str | None, typer.Option(help="Such as group/project.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it is.")] = None,
    file: FileOption = None,
) -> None:
    """Add a repository, or change the one that has this id; what is not given stays as it is."""
    _add(_upsert_repository, id, file, org, {"name": name, "url": url})


@users.command("list")
def list_users(*, org: OrgOption = None) -> None:
    """List the users of an organization, or of all."""
    found = run(lambda store: _everything(store, org, directory.users_page))
    show(
        ("org", "id", "username", "name", "avatar"),
        [(slug, each.id, each.username, each.name, each.avatar_url) for slug, each in found],
    )


@repositories.command("list")
def list_repositories(*, org: OrgOption = None) -> None:
    """List the repositories of an organization, or of all."""
    found = run(lambda store: _everything(store, org, directory.repositories_page))
    show(
        ("org", "id", "name", "url"), [(slug, each.id, each.name, each.url) for slug, each in found]
    )


async def _upsert_user(store: Store, actor: Actor, id: int, fields: Fields) -> User:
    return await directory.upsert_user(
        store,
        actor,
        id=id,
        username=_given(fields, "username"),
        name=_given(fields, "name"),
        avatar_url=_given(fields, "avatar_url"),
    )


async def _upsert_repository(store: Store, actor: Actor, id: int, fields: Fields) -> Repository:
    return await directory.upsert_repository(
        store, actor, id=id, name=_given(fields, "name"), url=_given(fields, "url")
    )


def _given(fields: Fields, name: str) -> str | UnsetType | None:
    return fields.get(name, UNSET)


def _add(
    upsert: Upsert, id: int | None, file: Path | None, org: str | None, options: Fields
) -> None:
    given = {name: value for name, value in options.items() if value is not None}
    if (id is None) == (file is None) or (file is not None and given):
        raise typer.BadParameter("give either an ID with its options, or --file")
    if file is not None:
        count = _add_many(upsert, file, org, tuple(options))
        typer.echo(f"Wrote {count}.")
    elif id is not None:
        number = id

        async def work(store: Store) -> None:
            await upsert(store, await actor_of(store, org), number, given)

        run(work)
        typer.echo(f"Wrote {number}.")


def _add_many(upsert: Upsert, file: Path, org: str | None, fields: tuple[str, ...]) -> int:
    rows = read_rows(file, fields)
    console = Console(stderr=True)

    async def work(store: Store) -> None:
        actor = await actor_of(store, org)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task(file.name, total=len(rows))
            for done, row in enumerate(rows):
                await _add_row(upsert, store, actor, row, file=file, done=done)
                progress.advance(task)

    run(work)
    return len(rows)


async def _add_row(
    upsert: Upsert, store: Store, actor: Actor, row: Row, *, file: Path, done: int
) -> None:
    try:
        await upsert(store, actor, row.id, row.fields)
    except TicketsError as error:
        raise Failed(
            f"{file}, line {row.line}: {error.message} "
            f"The {done} rows before it are written; put it right and give the whole file again."
        ) from error


async def _everything(
    store: Store, org: str | None, page_of: Callable[..., Awaitable[Page[R]]]
) -> list[tuple[str, R]]:
    found: list[tuple[str, R]] = []
    for actor in await actors_of(store, org):
        after: str | None = None
        while True:
            page = await page_of(store, actor, page=PageRequest(size=PAGE_SIZE, after=after))
            found += [(actor.org_slug, each) for each in page.items]
            if not page.has_next:
                break
            after = page.cursors[-1]
    return found
