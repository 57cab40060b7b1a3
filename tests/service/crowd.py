"""A crowd of tickets of every kind, and what it means for one of them to match a filter."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain import search
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.filters import LabelsMatch, OneOf, Reference, Span, TicketFilter
from gql_tickets.domain.tickets import (
    Ticket,
    TicketDraft,
    TicketPatch,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)
from gql_tickets.service import directory, tickets
from gql_tickets.store.engine import Store
from tests.search.plain import fits

SIZE = 60
NAMES = {1: "ada", 2: "bob", 3: None}
LABELS = ("backend", "auth", "ui", 'it\'s "odd" 🎫', "Backend")
TITLES = (
    "Login",
    "login",
    "Éclair",
    "eclair",
    "Zebra",
    "a",
    "ä",
    "10",
    "9",
    "世界",
    "🎟 ticket",
    "Ωmega",
)


async def gathered(store: Store, actor: Actor) -> list[Ticket]:
    """The crowd, by id; the dice fall alike each time. Another organization holds the like."""
    dice = random.Random(11)  # noqa: S311
    for user, name in NAMES.items():
        await directory.upsert_user(store, actor, id=user, username=name)
        await directory.upsert_repository(store, actor, id=user)
    made: list[int] = []
    for _ in range(SIZE):
        creator = replace(actor, user_id=dice.choice([None, 1, 2, 3]))
        made.append((await tickets.create(store, creator, draft=_draft(dice, made))).id)
    for id in dice.sample(made, SIZE // 2):
        status = dice.choice(list(TicketStatus))
        await tickets.set_status(store, actor, ticket=TicketRef(id=id), status=status)
    for id in dice.sample(made, SIZE // 4):
        patch = TicketPatch(title=dice.choice(TITLES))
        await tickets.update(store, actor, ticket=TicketRef(id=id), patch=patch)
    other = await directory.create_organization(store, slug="other", name="Other")
    stranger = replace(actor, org_id=other.id)
    for _ in range(5):
        await tickets.create(store, stranger, draft=TicketDraft(dice.choice(TITLES)))
    return [each for each in await tickets.by_ids(store, actor, made) if each is not None]


def _draft(dice: random.Random, made: list[int]) -> TicketDraft:
    # Mostly beneath one of the last few: so that chains grow long, but not too long.
    parent = dice.choice(made[-8:]) if len(made) % 9 and dice.random() < 0.7 else None
    words = dice.choices(("the", "login", "Éclair", "世界", "sign-in", "🎟"), k=dice.randrange(5))
    return TicketDraft(
        dice.choice(TITLES),
        " ".join(words) or None,
        type=dice.choice(list(TicketType)),
        status=dice.choice(list(TicketStatus)),
        priority=dice.choice(list(TicketPriority)),
        assignee=dice.choice([None, UserRef(id=1), UserRef(id=2), UserRef(id=3)]),
        repository=dice.choice([None, RepositoryRef(1), RepositoryRef(2)]),
        labels=tuple(dice.sample(LABELS, dice.randrange(4))),
        parent=None if parent is None else TicketRef(id=parent),
    )


class Judge:
    """Says of each ticket of a crowd whether it matches a filter, in the plainest Python."""

    def __init__(self, crowd: list[Ticket]) -> None:
        self._by_id = {ticket.id: ticket for ticket in crowd}
        self._parents = {ticket.parent_id for ticket in crowd}

    def matching(self, wanted: TicketFilter) -> list[int]:
        """The ids of the tickets that match, in order."""
        return [id for id, ticket in self._by_id.items() if self.holds(wanted, ticket)]

    def holds(self, wanted: TicketFilter, it: Ticket) -> bool:
        """Whether the ticket matches."""
        user, repository = _user_of, lambda ref: ref.id
        return all(
            (
                wanted.ids is None or it.id in wanted.ids,
                wanted.slugs is None or it.slug in {slug.upper() for slug in wanted.slugs},
                _one_of(wanted.status, it.status),
                _one_of(wanted.type, it.type),
                _one_of(wanted.priority, it.priority),
                _refers(wanted.assignee, it.assignee_id, user),
                _refers(wanted.creator, it.creator_id, user),
                _refers(wanted.repository, it.repository_id, repository),
                _refers(wanted.parent, it.parent_id, self._ticket_of),
                _labelled(wanted.labels, set(it.labels)),
                wanted.descendant_of is None or self._descends(it, wanted.descendant_of),
                wanted.text is None or _found_by(it, wanted.text),
                wanted.has_children in {None, it.id in self._parents},
                _within(wanted.created_at, it.created_at),
                _within(wanted.updated_at, it.updated_at),
                _within(wanted.completed_at, it.completed_at),
                all(self.holds(each, it) for each in wanted.and_ or ()),
                wanted.or_ is None or any(self.holds(each, it) for each in wanted.or_),
                wanted.not_ is None or not self.holds(wanted.not_, it),
            )
        )

    def _ticket_of(self, ref: TicketRef) -> int | None:
        by_slug = {ticket.slug: ticket.id for ticket in self._by_id.values()}
        return ref.id if ref.id is not None else by_slug.get((ref.slug or "").upper())

    def _descends(self, it: Ticket, ref: TicketRef) -> bool:
        ancestor = it.parent_id
        while ancestor is not None:
            if ancestor == self._ticket_of(ref):
                return True
            ancestor = self._by_id[ancestor].parent_id
        return False


def _found_by(it: Ticket, text: str) -> bool:
    made = search.document(it.title, [it.description or ""])
    return fits(search.read_query(text), made)


def _user_of(ref: UserRef) -> int | None:
    by_name = {name: id for id, name in NAMES.items() if name is not None}
    return ref.id if ref.id is not None else by_name.get(ref.username or "")


def _one_of(wanted: OneOf[Any] | None, value: object) -> bool:
    if wanted is None:
        return True
    return (wanted.in_ is None or value in wanted.in_) and value not in (wanted.not_in or ())


def _refers(wanted: Reference[Any] | None, value: int | None, id_of: Any) -> bool:
    if wanted is None:
        return True
    is_in = wanted.in_ is None or (value is not None and value in map(id_of, wanted.in_))
    is_out = value is None or value not in map(id_of, wanted.not_in or ())
    return is_in and is_out and wanted.is_null in {None, value is None}


def _labelled(wanted: LabelsMatch | None, held: set[str]) -> bool:
    if wanted is None:
        return True
    return (
        set(wanted.all_of or ()) <= held
        and (wanted.any_of is None or bool(set(wanted.any_of) & held))
        and not set(wanted.none_of or ()) & held
        and wanted.is_empty in {None, not held}
    )


def _within(wanted: Span | None, value: dt.datetime | None) -> bool:
    if wanted is None:
        return True
    bounds = (wanted.gt, wanted.gte, wanted.lt, wanted.lte)
    if value is None:
        return bounds == (None,) * 4 and wanted.is_null is not False
    return (
        (wanted.gt is None or value > wanted.gt)
        and (wanted.gte is None or value >= wanted.gte)
        and (wanted.lt is None or value < wanted.lt)
        and (wanted.lte is None or value <= wanted.lte)
        and wanted.is_null is not True
    )
