"""Organizations, users and repositories: what tickets refer to, kept by operators (R19)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from msgspec import UNSET, UnsetType

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.directory import NAME_LENGTH_MAX, Entry, Organization, Repository, User
from gql_tickets.domain.ids import INT32_MAX, Kind
from gql_tickets.domain.paging import Page, PageRequest
from gql_tickets.errors import Conflict, ErrorCode, NotFound
from gql_tickets.service.searching import search_text
from gql_tickets.service.text import Problems
from gql_tickets.store import directory, installation
from gql_tickets.store.engine import Connection, IntegrityViolated, Store
from gql_tickets.store.entries import Key, find_entries

URL_LENGTH_MAX = 2_048
CHUNK_ROWS = 500

Given = str | UnsetType | None
Fields = Mapping[str, str | None]
Rows = Sequence[tuple[int, Fields]]
"""Ids, each with the fields that are given for it."""

T = TypeVar("T")
_Add = Callable[[Connection, int, Sequence[directory.Row]], Any]

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,9}")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")


async def find_organization(store: Store, slug: str) -> Organization | None:
    """The organization of that slug: for the command line, which needs no credential."""
    if not _SLUG.fullmatch(slug):
        return None

    async def work(db: Connection) -> Organization | None:
        return await directory.find_organization_by_slug(db, slug)

    return await store.read(work)


async def list_organizations(store: Store) -> list[Organization]:
    """Every organization, the oldest first: for the command line."""
    return await store.read(directory.find_organizations)


async def organization_of(store: Store, actor: Actor) -> Organization:
    """The actor's own organization."""

    async def work(db: Connection) -> Organization:
        found = await directory.find_organization(db, actor.org_id)
        if found is None:
            raise NotFound("The organization is gone.")
        return found

    return await store.read(work)


async def create_organization(
    store: Store, *, slug: str, name: str, ticket_prefix: str = "AM"
) -> Organization:
    """A new tenant. Raises Conflict when the slug is taken."""
    problems = Problems()
    prefix = ticket_prefix.upper()
    if not _SLUG.fullmatch(slug):
        problems.add(
            "slug", "A slug has 1 to 63 lower-case letters, digits and hyphens between them."
        )
    if not _PREFIX.fullmatch(prefix):
        problems.add("ticket_prefix", "A prefix has 1 to 10 letters and digits, a letter first.")
    name = problems.text("name", name, length_min=1, length_max=NAME_LENGTH_MAX)
    problems.raise_if_any()

    async def work(db: Connection) -> Organization:
        # What holds an organization of someone's is not to become a demo.
        await installation.add_installation(db, is_demo=False)
        now = dt.datetime.now(dt.UTC)
        return await directory.add_organization(
            db, slug=slug, name=name, ticket_prefix=prefix, at=now
        )

    try:
        return await store.write(work)
    except IntegrityViolated as error:
        raise Conflict(
            f"There is an organization {slug!r} already.",
            code=ErrorCode.ALREADY_EXISTS,
            path=("slug",),
        ) from error


async def users_page(
    store: Store, actor: Actor, *, page: PageRequest, name_contains: str | None = None
) -> Page[User]:
    """One page of the users, by id; `name_contains` looks into usernames and names."""
    actor.require(Scope.TICKETS_READ)
    containing = search_text("name_contains", name_contains)

    async def work(db: Connection) -> Page[User]:
        return await directory.USERS.page(db, actor.org_id, page, containing)

    return await store.read(work)


async def users_count(store: Store, actor: Actor, *, name_contains: str | None = None) -> int:
    """How many users there are, on all pages."""
    actor.require(Scope.TICKETS_READ)
    containing = search_text("name_contains", name_contains)

    async def work(db: Connection) -> int:
        return await directory.USERS.count(db, actor.org_id, containing)

    return await store.read(work)


async def entries(
    store: Store, actor: Actor, wanted: Mapping[Kind, Sequence[Key]]
) -> dict[Kind, list[Entry | None]]:
    """Users and repositories by their ids and labels by their names, in the order of the keys.

    None where there is none. However many kinds there are, it is one statement.
    """
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> dict[Kind, dict[Key, Entry]]:
        return await find_entries(db, actor.org_id, wanted)

    found = await store.read(work)
    return {kind: list(map(found[kind].get, keys)) for kind, keys in wanted.items()}


async def repositories_page(store: Store, actor: Actor, *, page: PageRequest) -> Page[Repository]:
    """One page of the repositories, by id."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> Page[Repository]:
        return await directory.REPOSITORIES.page(db, actor.org_id, page)

    return await store.read(work)


async def repositories_count(store: Store, actor: Actor) -> int:
    """How many repositories there are, on all pages."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> int:
        return await directory.REPOSITORIES.count(db, actor.org_id)

    return await store.read(work)


async def upsert_user(
    store: Store,
    actor: Actor,
    *,
    id: int,
    username: Given = UNSET,
    name: Given = UNSET,
    avatar_url: Given = UNSET,
) -> User:
    """Add a user, or change what is given. Raises Conflict when someone else has the username."""
    actor.require(Scope.ORGANIZATION_MANAGE)
    problems = Problems()
    fields = _given(username=username, name=name, avatar_url=avatar_url)
    row = _row(id, fields, problems)
    problems.raise_if_any()

    async def work(db: Connection) -> User:
        await _check_username(db, actor.org_id, row)
        await directory.add_users(db, actor.org_id, [row])
        found = await directory.find_user(db, actor.org_id, id=id)
        if found is None:
            raise LookupError("the user that was just written is gone")
        return found

    try:
        return await store.write(work)
    except IntegrityViolated as error:
        raise _username_taken() from error


async def upsert_repository(
    store: Store, actor: Actor, *, id: int, name: Given = UNSET, url: Given = UNSET
) -> Repository:
    """Add a repository, or change what is given of it."""
    actor.require(Scope.ORGANIZATION_MANAGE)
    problems = Problems()
    row = _row(id, _given(name=name, url=url), problems)
    problems.raise_if_any()

    async def work(db: Connection) -> Repository:
        await directory.add_repositories(db, actor.org_id, [row])
        found = await directory.find_repository(db, actor.org_id, id)
        if found is None:
            raise LookupError("the repository that was just written is gone")
        return found

    return await store.write(work)


async def upsert_users(
    store: Store, actor: Actor, rows: Rows, progress: Callable[[int], object] = bool
) -> int:
    """As upsert_user, for any number: every row is checked before the first is written.

    Each 500 rows are one transaction, after which `progress` is called with how many they were; all
    are one where a username passes from one of the users to another. Returns the number of rows.
    The fields are `username`, `name` and `avatar_url`. Raises ValidationFailed, whose paths begin
    with an id, for a username that somebody has.
    """
    actor.require(Scope.ORGANIZATION_MANAGE)
    ready = _ready(rows)
    passed_on = await _find_passed_on(store, actor.org_id, ready)
    if not passed_on:
        return await _upsert_many(store, actor, ready, progress, directory.add_users)

    async def work(db: Connection) -> None:
        await directory.add_users(
            db, actor.org_id, [{"id": id, "username": None} for id in passed_on]
        )
        for chunk in _chunks(ready):
            await directory.add_users(db, actor.org_id, _merged(chunk))

    await _write(store, work)
    progress(len(ready))
    return len(ready)


async def upsert_repositories(
    store: Store, actor: Actor, rows: Rows, progress: Callable[[int], object] = bool
) -> int:
    """As upsert_users, for repositories, whose fields are `name` and `url`."""
    actor.require(Scope.ORGANIZATION_MANAGE)
    return await _upsert_many(store, actor, _ready(rows), progress, directory.add_repositories)


def checked_row(id: int, fields: Fields) -> dict[str, Any]:
    """A user's or a repository's row as it is to be stored. Raises ValidationFailed."""
    problems = Problems()
    row = _row(id, fields, problems)
    problems.raise_if_any()
    return row


def _ready(rows: Rows) -> list[dict[str, Any]]:
    problems = Problems()
    ready = [_row(id, fields, problems, (str(id),)) for id, fields in rows]
    problems.raise_if_any()
    return ready


async def _upsert_many(
    store: Store,
    actor: Actor,
    ready: list[dict[str, Any]],
    progress: Callable[[int], object],
    add: _Add,
) -> int:
    for chunk in _chunks(ready):

        async def work(db: Connection, chunk: list[dict[str, Any]] = chunk) -> None:
            await add(db, actor.org_id, _merged(chunk))

        await _write(store, work)
        progress(len(chunk))
    return len(ready)


async def _write(store: Store, work: Callable[[Connection], Awaitable[None]]) -> None:
    try:
        await store.write(work, retry=True)
    except IntegrityViolated as error:
        raise _username_taken() from error


def _chunks(rows: list[T]) -> Iterator[list[T]]:
    return (rows[start : start + CHUNK_ROWS] for start in range(0, len(rows), CHUNK_ROWS))


async def _find_passed_on(store: Store, org: int, ready: list[dict[str, Any]]) -> list[int]:
    """The users whose username these rows give to another of them, and who get another one."""
    problems = Problems()
    renamed = {row["id"]: row["username"] for row in _merged(ready) if "username" in row}
    wanted: dict[str, int] = {}
    for id, username in renamed.items():
        if username is not None and wanted.setdefault(username, id) != id:
            problems.add((str(id), "username"), f"The username {username!r} is given twice.")

    async def work(db: Connection) -> list[User]:
        found: list[User] = []
        for names in _chunks(list(wanted)):
            found += await directory.find_users_named(db, org, names)
        return found

    passed_on: list[int] = []
    for holder in await store.read(work):
        id = wanted[holder.username or ""]
        if id == holder.id:
            continue
        if renamed.get(holder.id, holder.username) == holder.username:
            said = f"The username {holder.username!r} is taken by the user {holder.id}."
            problems.add((str(id), "username"), said)
        passed_on.append(holder.id)
    problems.raise_if_any()
    return passed_on


async def _check_username(db: Connection, org: int, row: directory.Row) -> None:
    """The unique index has the last word; this gives the error a name and an object."""
    username = row.get("username")
    if username is None:
        return
    holder = await directory.find_user(db, org, username=username)
    if holder is not None and holder.id != row["id"]:
        raise _username_taken(username, holder)


def _merged(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row an id: what is given later stands."""
    by_id: dict[int, dict[str, Any]] = {}
    for row in rows:
        by_id.setdefault(row["id"], {}).update(row)
    return list(by_id.values())


def _given(**fields: Given) -> dict[str, str | None]:
    return {name: value for name, value in fields.items() if value is not UNSET}


def _row(
    id: int, fields: Fields, problems: Problems, beneath: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The row to store, its problems remembered under the path `beneath`."""
    if not 0 < id <= INT32_MAX:
        problems.add((*beneath, "database_id"), f"An id is a whole number from 1 to {INT32_MAX}.")
    row: dict[str, Any] = {"id": id}
    for name, value in fields.items():
        path = (*beneath, name)
        if value is None:
            row[name] = None
        elif name.endswith("url"):
            row[name] = _url(path, value, problems)
        else:
            row[name] = problems.text(path, value, length_min=1, length_max=NAME_LENGTH_MAX)
    return row


def _url(path: tuple[str, ...], text: str, problems: Problems) -> str:
    url = problems.text(path, text, length_min=1, length_max=URL_LENGTH_MAX)
    try:
        parts = urlsplit(url)
        absolute = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        absolute = False
    if not absolute or _UNPRINTABLE.search(url):
        problems.add(path, "A URL is absolute, and begins with http:// or https://.")
    return url


def _username_taken(username: str | None = None, current: User | None = None) -> Conflict:
    who = "A username" if username is None else f"The username {username!r}"
    return Conflict(
        f"{who} is taken.", code=ErrorCode.ALREADY_EXISTS, path=("username",), current=current
    )
