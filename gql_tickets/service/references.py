"""What many tickets refer to, looked up together, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.ids import INT32_MAX, Kind
from gql_tickets.domain.tickets import PARENT_DEPTH_MAX, Ticket, TicketDraft, TicketRef
from gql_tickets.service import hierarchy
from gql_tickets.service.text import Problems
from gql_tickets.store import directory, many, trees
from gql_tickets.store.engine import Connection
from gql_tickets.store.entries import find_entries


class References(NamedTuple):
    """What there is of what was asked for."""

    users: frozenset[int]
    users_by_name: dict[str, int]
    repositories: frozenset[int]
    parents: dict[TicketRef, Ticket]
    depths: dict[int, int]

    def of(self, draft: TicketDraft) -> dict[str, int | None]:
        """The ids of what the draft names. Raises ValidationFailed and InvalidParent."""
        problems = Problems()
        user = None if draft.assignee is None else self._user_id(draft.assignee)
        if draft.assignee is not None and user is None:
            problems.add("assignee", "There is no such user.")
        if draft.repository is not None and draft.repository.id not in self.repositories:
            problems.add("repository", "There is no such repository.")
        parent = None if draft.parent is None else self.parents.get(draft.parent)
        if draft.parent is not None and parent is None:
            problems.add("parent", "There is no such parent ticket.")
        problems.raise_if_any()
        if parent is not None and self.depths[parent.id] >= PARENT_DEPTH_MAX:
            raise hierarchy.too_deep(("parent",))
        return {
            "assignee_id": user,
            "repository_id": None if draft.repository is None else draft.repository.id,
            "parent_id": None if parent is None else parent.id,
        }

    def _user_id(self, ref: UserRef) -> int | None:
        if ref.id is not None:
            return ref.id if ref.id in self.users else None
        return self.users_by_name.get(ref.username or "")


async def of_drafts(db: Connection, actor: Actor, drafts: Collection[TicketDraft]) -> References:
    """Everything that the drafts name."""
    org = actor.org_id
    people = [draft.assignee for draft in drafts if draft.assignee is not None]
    ids = _possible(person.id for person in people)
    names = {person.username for person in people if person.id is None and person.username}
    repositories = _possible(draft.repository.id for draft in drafts if draft.repository)
    parents = await found_by(db, org, {draft.parent for draft in drafts if draft.parent})
    depths = await trees.find_depths(db, org, {parent.id for parent in parents.values()})
    named = await directory.find_users_named(db, org, names) if names else []
    there = await find_entries(db, org, {Kind.USER: ids, Kind.REPOSITORY: repositories})
    return References(
        users=frozenset(ids & there[Kind.USER].keys()),
        users_by_name={user.username: user.id for user in named if user.username},
        repositories=frozenset(repositories & there[Kind.REPOSITORY].keys()),
        parents=parents,
        depths=depths,
    )


async def found_by(
    db: Connection, org: int, refs: Collection[TicketRef], *, lock: bool = False
) -> dict[TicketRef, Ticket]:
    """The tickets that there are, by the references in their one spelling."""
    ids = _possible(ref.id for ref in refs)
    slugs = {ref.slug for ref in refs if ref.id is None and ref.slug}
    found = await many.find_referred(db, org, ids=ids, slugs=slugs, lock=lock)
    by_ref = {TicketRef(id=ticket.id): ticket for ticket in found}
    by_ref |= {TicketRef(slug=ticket.slug): ticket for ticket in found}
    return {ref: by_ref[ref] for ref in refs if ref in by_ref}


def _possible(ids: Iterable[int | None]) -> set[int]:
    return {id for id in ids if id is not None and 0 < id <= INT32_MAX}
