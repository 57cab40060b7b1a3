"""Parents and children: no cycles, at most ten levels, and nobody left behind (R23, R24).

What re-hangs or removes tickets takes the tree's lock for itself, what adds a leaf shares it, each
before it locks a row; so what is checked here still holds when it is written.
"""

from __future__ import annotations

import datetime as dt

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import PARENT_DEPTH_MAX, ChildrenPolicy, Ticket, TicketRef
from gql_tickets.errors import Conflict, ErrorCode, InvalidParent, Path
from gql_tickets.service.text import Problems
from gql_tickets.store import tickets, trees
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
    if child.id == parent.id:
        raise InvalidParent.of(path, "A ticket cannot be its own parent.")
    if child.id in lineage:
        raise InvalidParent.of(path, "The parent is beneath the ticket itself.")
    _check_depth(path, len(lineage) + await trees.find_height(db, child.org_id, child.id))
    return parent


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
        raise Conflict(
            "The ticket has children.",
            code=ErrorCode.HAS_CHILDREN,
            path=("children",),
            current=ticket,
        )
    above = None
    if policy is ChildrenPolicy.REPARENT and ticket.parent_id is not None:
        above = (ticket.parent_id, ticket.parent_slug or "")
    leaves = await trees.find_versions(db, org, children)
    await trees.change_parent(db, org, actor, at, leaves, ticket.slug, above)
    return []


async def _parent(
    db: Connection, org: int, ref: TicketRef, path: Path, problems: Problems
) -> Ticket | None:
    parent = await tickets.find_ticket(db, org, ref)
    if parent is None:
        problems.add(path, "There is no such parent ticket.")
    return parent


def _check_depth(path: Path, levels: int) -> None:
    if levels > PARENT_DEPTH_MAX:
        raise InvalidParent.of(path, f"Tickets nest at most {PARENT_DEPTH_MAX} levels deep.")
