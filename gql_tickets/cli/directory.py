"""`users` and `repos`: what tickets refer to, kept one by one or many from a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from msgspec import UNSET
from rich.console import Console
from rich.progress import Progress

from gql_tickets.auth import Actor
from gql_tickets.cli.organizations import OrgOption, actor_of, actors_of
from gql_tickets.cli.rows import STDIN, named, read_rows, refusal
from gql_tickets.cli.running import Failed, look, run
from gql_tickets.cli.tables import show
from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.paging import Page, PageRequest
from gql_tickets.errors import TicketsError, ValidationFailed
from gql_tickets.service import directory
from gql_tickets.store.engine import Store

R = TypeVar("R")
Fields = Mapping[str, str | None]
Upsert = Callable[[Store, Actor, int, Fields], Awaitable[str]]
"""Writes one, and returns what to call it."""

UpsertMany = Callable[
    [Store, Actor, Sequence[tuple[int, Fields]], Callable[[int], None]], Awaitable[int]
]

PAGE_SIZE = 500

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
        help="Many, from .csv, .ndjson or .jsonl; - reads either from stdin. The columns, or the keys, "
        "are id and this command's options with _ for -; all but id may be left out.",
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
    options = {"username": username, "name": name, "avatar_url": avatar_url}
    _check_usage(id, file, options)
    if file is not None:
        _add_many("user", directory.upsert_users, file, org, options)
    elif id is not None:
        _add_one(_upsert_user, id, org, options)


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
    options = {"name": name, "url": url}
    _check_usage(id, file, options)
    if file is not None:
        _add_many("repository", directory.upsert_repositories, file, org, options)
    elif id is not None:
        _add_one(_upsert_repository, id, org, options)


@users.command("list")
def list_users(*, org: OrgOption = None) -> None:
    """List the users of an organization, or of all."""
    found = look(lambda store: _everything(store, org, directory.users_page))
    show(
        ("org", "id", "username", "name", "avatar"),
        [(slug, each.id, each.username, each.name, each.avatar_url) for slug, each in found],
    )


@repositories.command("list")
def list_repositories(*, org: OrgOption = None) -> None:
    """List the repositories of an organization, or of all."""
    found = look(lambda store: _everything(store, org, directory.repositories_page))
    show(
        ("org", "id", "name", "url"), [(slug, each.id, each.name, each.url) for slug, each in found]
    )


async def _upsert_user(store: Store, actor: Actor, id: int, fields: Fields) -> str:
    user = await directory.upsert_user(
        store,
        actor,
        id=id,
        username=fields.get("username", UNSET),
        name=fields.get("name", UNSET),
        avatar_url=fields.get("avatar_url", UNSET),
    )
    return _called("user", id, user.username, user.name)


async def _upsert_repository(store: Store, actor: Actor, id: int, fields: Fields) -> str:
    repository = await directory.upsert_repository(
        store, actor, id=id, name=fields.get("name", UNSET), url=fields.get("url", UNSET)
    )
    return _called("repository", id, repository.name)


def _called(noun: str, id: int, *names: str | None) -> str:
    known = ", ".join(name for name in names if name)
    return f"the {noun} {id} ({known})" if known else f"the {noun} {id}"


def _check_usage(id: int | None, file: Path | None, options: Fields) -> None:
    if (id is None) == (file is None) or (file is not None and any(options.values())):
        raise typer.BadParameter("give either an ID with its options, or --file")
    if file is not None and file != STDIN and not file.is_file():
        raise typer.BadParameter(f"there is no file {file}", param_hint="--file")


def _add_one(upsert: Upsert, id: int, org: str | None, options: Fields) -> None:
    given = {name: value for name, value in options.items() if value is not None}

    async def work(store: Store) -> str:
        actor = await actor_of(store, org)
        return f"{await upsert(store, actor, id, given)} of {actor.org_slug}"

    typer.echo(f"Wrote {run(work)}.")


def _add_many(
    noun: str, upsert: UpsertMany, file: Path, org: str | None, fields: Iterable[str]
) -> None:
    rows = read_rows(file, tuple(fields))
    console = Console(stderr=True)
    written = 0

    async def work(store: Store) -> str:
        nonlocal written
        actor = await actor_of(store, org)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task(file.name, total=len(rows))

            def note(count: int) -> None:
                nonlocal written
                written += count
                bar.advance(task, count)

            await upsert(store, actor, [(row.id, row.fields) for row in rows], note)
        return actor.org_slug

    try:
        slug = run(work)
    except ValidationFailed as error:  # found before the first row is written
        raise Failed(refusal(file, named(rows, error.problems))) from error
    except TicketsError as error:
        raise Failed(
            f"{error.message} {written} of {len(rows)} rows are written: "
            "the whole file can be given again."
        ) from error
    nouns = (
        noun if written == 1 else f"{noun.removesuffix('y')}ies" if noun[-1] == "y" else f"{noun}s"
    )
    typer.echo(f"Wrote {written} {nouns} of {slug}.")


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
