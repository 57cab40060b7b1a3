"""Parents and children: no cycles, at most ten levels, and nobody left behind (R23, R24).

What re-hangs or removes tickets takes the tree's lock for itself, what adds a leaf shares it, each
before it locks a row; so what is checked here still holds when it is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import PARENT_DEPTH_MAX, ChildrenPolicy, Ticket, TicketRef
from gql_tickets.errors import Conflict, ErrorCode, InvalidParent, Path
from gql_tickets.service import writing
from gql_tickets.service.text import Problems
from gql_tickets.store import many, tickets, trees
from gql_tickets.store.engine import Connection

Leaf = tuple[int, int, str]
"""Id, version and slug of a ticket."""


async def parent_of_new(
    db: Connection, org: int, ref: TicketRef, path: Path, problems: Problems
) -> Ticket | None:
    """The parent of a ticket to be. Raises InvalidParent when it is too deep to have a child."""
    parent = await _parent(db, org, ref, path, problems)
    if parent is not None:
        lineage = await trees.find_lineage(db, org, parent.id)
        _check_depth(path, len(lineage) + 1)
    return parent


async def parent_of(
    db: Connection, child: Ticket, ref: TicketRef, path: Path, problems: Problems
) -> Ticket | None:
    """The new parent of a ticket. Raises InvalidParent for itself, for what is beneath, or too deep."""
    parent = await _parent(db, child.org_id, ref, path, problems)
    if parent is None:
        return None
    lineage = await trees.find_lineage(db, child.org_id, parent.id)
    _check_lineage(path, child, parent, lineage)
    _check_depth(path, len(lineage) + await trees.find_height(db, child.org_id, child.id))
    return parent


async def parent_of_many(
    db: Connection,
    org: int,
    children: Collection[Ticket],
    ref: TicketRef,
    path: Path,
    problems: Problems,
) -> tuple[Ticket | None, dict[int, InvalidParent]]:
    """The new parent of many tickets, and by id those that cannot have it, with the reason.

    What hangs from one of them goes along; unless it is one of them, and gets the parent itself.
    """
    parent = await _parent(db, org, ref, path, problems)
    if parent is None:
        return None, {}
    lineage = await trees.find_lineage(db, org, parent.id)
    refused: dict[int, InvalidParent] = {}
    for child in children:
        try:
            _check_lineage(path, child, parent, lineage)
        except InvalidParent as error:
            refused[child.id] = error
    beneath: dict[int, list[int]] = {}
    for id, above in await trees.find_subtrees(db, org, [child.id for child in children]):
        beneath.setdefault(above, []).append(id)
    moving = {child.id for child in children} - refused.keys()
    while True:
        # Who is refused stays where it is, and makes what it hangs from higher.
        room = PARENT_DEPTH_MAX - len(lineage)
        tall = {id for id in moving if _height(id, beneath, moving) > room}
        if not tall:
            return parent, refused
        refused |= {id: too_deep(path) for id in tall}
        moving -= tall


async def settle_children(
    db: Connection, actor: Actor, ticket: Ticket, policy: ChildrenPolicy, at: dt.datetime
) -> list[Leaf]:
    """Prepare the children for the end of their parent; gives those that are to go with it."""
    org = ticket.org_id
    if policy is ChildrenPolicy.CASCADE:
        return await trees.find_versions(db, org, await trees.find_beneath(db, org, ticket.id))
    children = await trees.find_children(db, org, ticket.id)
    if not children:
        return []
    if policy is ChildrenPolicy.REFUSE:
        raise _has_children(ticket)
    above = None
    if policy is ChildrenPolicy.REPARENT and ticket.parent_id is not None:
        above = (ticket.parent_id, ticket.parent_slug or "")
    leaves = await trees.find_versions(db, org, children)
    await trees.change_parent(db, org, actor, at, leaves, ticket.slug, above)
    return []


async def settle_children_of_many(
    db: Connection,
    actor: Actor,
    going: Mapping[int, Ticket],
    policy: ChildrenPolicy,
    at: dt.datetime,
) -> tuple[list[Leaf], dict[int, Conflict]]:
    """As settle_children(), for tickets that end together; by id those that their children keep.

    A child that goes itself needs no care. REPARENT looks for the first ancestor that stays.
    """
    org = actor.org_id
    if policy is ChildrenPolicy.CASCADE:
        beneath = {id for id, _ in await trees.find_subtrees(db, org, going.keys())}
        return await trees.find_versions(db, org, beneath - going.keys()), {}
    left = [
        each for each in await many.find_children(db, org, going.keys()) if each.id not in going
    ]
    if policy is ChildrenPolicy.REFUSE:
        return [], _kept(going, left)
    changes = []
    for child in left:
        above, slug = _staying(child, going) if policy is ChildrenPolicy.REPARENT else (None, None)
        after = writing.rewritten(child, {"parent_id": above, "parent_slug": slug}, at)
        changes.append(({"parent_id": above}, writing.event(child, after)))
    await many.change_tickets(db, org, actor, at, changes)
    return [], {}


def _staying(child: Ticket, going: Mapping[int, Ticket]) -> tuple[int | None, str | None]:
    parent = child
    while parent.parent_id is not None and parent.parent_id in going:
        parent = going[parent.parent_id]
    return parent.parent_id, parent.parent_slug


def _kept(going: Mapping[int, Ticket], left: Collection[Ticket]) -> dict[int, Conflict]:
    """Who has a child that stays: one that was not to go, or one that is kept itself."""
    kept: dict[int, Conflict] = {}
    parents = {child.parent_id for child in left}
    while parents := {id for id in parents if id in going and id not in kept}:
        kept |= {id: _has_children(going[id]) for id in parents if id is not None}
        parents = {going[id].parent_id for id in parents if id is not None}
    return kept


def _has_children(ticket: Ticket) -> Conflict:
    return Conflict(
        "The ticket has children.",
        code=ErrorCode.HAS_CHILDREN,
        path=("children",),
        current=ticket,
    )


async def _parent(
    db: Connection, org: int, ref: TicketRef, path: Path, problems: Problems
) -> Ticket | None:
    parent = await tickets.find_ticket(db, org, ref)
    if parent is None:
        problems.add(path, "There is no such parent ticket.")
    return parent


def _check_lineage(path: Path, child: Ticket, parent: Ticket, lineage: Collection[int]) -> None:
    if child.id == parent.id:
        raise InvalidParent.of(path, "A ticket cannot be its own parent.")
    if child.id in lineage:
        raise InvalidParent.of(path, "The parent is beneath the ticket itself.")


def _check_depth(path: Path, levels: int) -> None:
    if levels > PARENT_DEPTH_MAX:
        raise too_deep(path)


def too_deep(path: Path) -> InvalidParent:
    """The tree would have more levels than there may be."""
    return InvalidParent.of(path, f"Tickets nest at most {PARENT_DEPTH_MAX} levels deep.")


def _height(id: int, beneath: Mapping[int, Sequence[int]], moving: Collection[int]) -> int:
    """How many levels go along with the ticket."""
    along = (child for child in beneath.get(id, ()) if child not in moving)
    return 1 + max((_height(child, beneath, moving) for child in along), default=0)
