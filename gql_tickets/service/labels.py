"""Labels: listing, counting, and changing them together with the tickets that carry them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.directory import Label
from gql_tickets.domain.paging import Page, PageRequest
from gql_tickets.domain.tickets import DESCRIPTION_LENGTH_MAX
from gql_tickets.errors import Conflict, ErrorCode, NotFound
from gql_tickets.service.searching import search_text
from gql_tickets.service.text import Problems
from gql_tickets.store import labels, named
from gql_tickets.store.engine import Connection, IntegrityViolated, Store

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


async def list_page(
    store: Store, actor: Actor, *, page: PageRequest, name_contains: str | None = None
) -> Page[Label]:
    """One page of the labels, by name; `name_contains` disregards the case of ASCII letters."""
    actor.require(Scope.TICKETS_READ)
    containing = search_text("name_contains", name_contains)

    async def work(db: Connection) -> Page[Label]:
        return await labels.LABELS.page(db, actor.org_id, page, containing)

    return await store.read(work)


async def count(store: Store, actor: Actor, *, name_contains: str | None = None) -> int:
    """How many labels there are, on all pages."""
    actor.require(Scope.TICKETS_READ)
    containing = search_text("name_contains", name_contains)

    async def work(db: Connection) -> int:
        return await labels.LABELS.count(db, actor.org_id, containing)

    return await store.read(work)


async def by_id(store: Store, actor: Actor, id: str) -> Label | None:
    """The label with this id, or None."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> Label | None:
        return await labels.find_label_by_id(db, actor.org_id, id)

    return await store.read(work)


async def ticket_counts(store: Store, actor: Actor, names: Sequence[str]) -> list[int]:
    """How many tickets carry each label, in the order of the names."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[int]:
        counts = await labels.find_ticket_counts(db, actor.org_id, set(names))
        return [counts.get(name, 0) for name in names]

    return await store.read(work)


async def upsert(
    store: Store,
    actor: Actor,
    *,
    name: str,
    new_name: str | None = None,
    color: str | None = None,
    description: str | UnsetType | None = UNSET,
) -> Label:
    """Create the label, or change what is given of it. A new name is written to its tickets too.

    Raises NotFound for a new name of a label that is not there, Conflict when the new name is taken.
    """
    actor.require(Scope.TICKETS_WRITE)
    problems = Problems()
    name = problems.label("name", name)
    if new_name is not None:
        new_name = problems.label("new_name", new_name)
    given: dict[str, str | None] = {}
    if color is not None:
        given["color"] = _color(color, problems)
    if description is not UNSET:
        given["description"] = _description(description, problems)
    problems.raise_if_any()

    async def work(db: Connection) -> Label:
        current = name
        if new_name is not None:
            await _rename(db, actor, name, new_name)
            current = new_name
        return await labels.add_label(db, actor.org_id, current, given)

    try:
        return await store.write(work)
    except IntegrityViolated as error:
        # Someone created a label of the new name after we had looked for one.
        raise _taken(str(new_name), None) from error


def checked_label(name: str, color: str, description: str | None) -> dict[str, str | None]:
    """A label's row as it is to be stored. Raises ValidationFailed."""
    problems = Problems()
    row = {
        "name": problems.label("name", name),
        "color": _color(color, problems),
        "description": _description(description, problems),
    }
    problems.raise_if_any()
    return row


async def delete(
    store: Store, actor: Actor, *, name: str, replace_with: str | None = None
) -> Label:
    """Remove the label from its tickets, or put another in its place, which is created if need be."""
    actor.require(Scope.TICKETS_WRITE)
    problems = Problems()
    name = problems.label("name", name)
    if replace_with is not None:
        replace_with = problems.label("replace_with", replace_with)
        if replace_with == name:
            problems.add("replace_with", "A label cannot be replaced with itself.")
    problems.raise_if_any()

    async def work(db: Connection) -> Label:
        label = await _locked(db, actor.org_id, name)
        if replace_with is not None:
            await named.add_missing(db, actor.org_id, (replace_with,))
        await _rewrite_tickets(db, actor, name, replace_with)
        await labels.drop_label(db, actor.org_id, name)
        return label

    return await store.write(work)


async def _rename(db: Connection, actor: Actor, name: str, new_name: str) -> None:
    await _locked(db, actor.org_id, name)
    if new_name == name:
        return
    taken = await labels.find_label(db, actor.org_id, new_name)
    if taken is not None:
        raise _taken(new_name, taken)
    await labels.change_name(db, actor.org_id, name, new_name)
    await _rewrite_tickets(db, actor, name, new_name)


async def _locked(db: Connection, org: int, name: str) -> Label:
    """The label, while nobody else can give it to a ticket or take it away."""
    await named.lock_labels(db, org)
    label = await labels.find_label(db, org, name)
    if label is None:
        raise NotFound("There is no such label.", path=("name",))
    return label


async def _rewrite_tickets(db: Connection, actor: Actor, before: str, after: str | None) -> None:
    carriers = await labels.find_carriers(db, actor.org_id, before)
    now = dt.datetime.now(dt.UTC)
    await labels.change_carriers(db, actor.org_id, actor, now, carriers, before, after)


def _description(text: str | None, problems: Problems) -> str | None:
    return text and problems.text("description", text, length_max=DESCRIPTION_LENGTH_MAX)


def _color(color: str, problems: Problems) -> str:
    if not _COLOR.fullmatch(color):
        problems.add("color", "A color is written #RRGGBB.")
    return color.upper()


def _taken(name: str, current: Label | None) -> Conflict:
    return Conflict(
        f"There is a label {name!r} already.",
        code=ErrorCode.ALREADY_EXISTS,
        path=("new_name",),
        current=current,
    )
