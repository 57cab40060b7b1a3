"""Filters as callers say them, made ready for the store: `me` becomes the user, texts are checked."""

from __future__ import annotations

from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.filters import (
    LEAVES_MAX,
    LEVELS_MAX,
    TOO_MUCH,
    LabelsMatch,
    Reference,
    TicketFilter,
    size,
)
from gql_tickets.domain.paging import Order, OrderField
from gql_tickets.errors import Path, ValidationFailed
from gql_tickets.service.text import Problems
from gql_tickets.store.criteria import Criteria, criteria

_RELEVANT_TO_WHAT = "Relevance needs a `text` in the filter, at its first level."
_TO_CHECK = frozenset({"assignee", "creator", "labels", "text"})
_NOBODY = "`me` needs an API key with a user behind it."


def read(actor: Actor, wanted: TicketFilter, path: Path = ("filter",)) -> Criteria:
    """The filter for the store. Raises ValidationFailed with paths beneath `path`."""
    levels, leaves = size(wanted)
    if levels > LEVELS_MAX or leaves > LEAVES_MAX:
        raise ValidationFailed.of(path, TOO_MUCH)
    problems = Problems()
    ready = _ready(actor, wanted, path, problems)
    problems.raise_if_any()
    return criteria(actor.org_id, ready)


def check_order(order: tuple[Order, ...], wanted: TicketFilter) -> None:
    """Raises ValidationFailed where relevance is to be sorted by, and nothing is looked for."""
    if wanted.text is None and any(key.field is OrderField.RELEVANCE for key in order):
        raise ValidationFailed.of("order_by", _RELEVANT_TO_WHAT)


def user_ref(actor: Actor, ref: UserRef, path: Path, problems: Problems) -> UserRef:
    """The reference, with `me` replaced by the user behind the credential."""
    if ref.me:
        if actor.user_id is None:
            problems.add(path, _NOBODY)
        return UserRef(id=actor.user_id or 0)
    if ref.username is not None:
        problems.storable(path, ref.username)
    return ref


def _ready(actor: Actor, wanted: TicketFilter, path: Path, problems: Problems) -> TicketFilter:
    if _TO_CHECK.isdisjoint(wanted.leaves) and not any(wanted.inner):
        return wanted
    inner = {place: _ready(actor, each, (*path, *place), problems) for place, each in wanted.inner}

    def several(
        name: str, given: tuple[TicketFilter, ...] | None
    ) -> tuple[TicketFilter, ...] | None:
        return given and tuple(inner[name, str(index)] for index in range(len(given)))

    return replace(
        wanted,
        and_=several("and", wanted.and_),
        or_=several("or", wanted.or_),
        not_=inner.get(("not",)),
        assignee=_users(actor, wanted.assignee, (*path, "assignee"), problems),
        creator=_users(actor, wanted.creator, (*path, "creator"), problems),
        labels=_labels(wanted.labels, (*path, "labels"), problems),
        text=None if wanted.text is None else problems.storable((*path, "text"), wanted.text),
    )


def _users(
    actor: Actor, wanted: Reference[UserRef] | None, path: Path, problems: Problems
) -> Reference[UserRef] | None:
    if wanted is None:
        return None

    def ready(refs: tuple[UserRef, ...] | None) -> tuple[UserRef, ...] | None:
        return refs and tuple(user_ref(actor, ref, path, problems) for ref in refs)

    return replace(wanted, in_=ready(wanted.in_), not_in=ready(wanted.not_in))


def _labels(wanted: LabelsMatch | None, path: Path, problems: Problems) -> LabelsMatch | None:
    if wanted is None:
        return None

    def ready(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return names and tuple(problems.storable(path, name).strip() for name in names)

    return replace(
        wanted,
        all_of=ready(wanted.all_of),
        any_of=ready(wanted.any_of),
        none_of=ready(wanted.none_of),
    )
