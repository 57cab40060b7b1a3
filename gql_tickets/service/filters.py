"""Filters as callers say them, made ready for the store: `me` becomes the user, texts are checked."""

from __future__ import annotations

from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.filters import LabelsMatch, Reference, TicketFilter
from gql_tickets.service.text import Problems
from gql_tickets.store.criteria import Criteria, criteria

_NOBODY = "`me` needs an API key with a user behind it."


def read(actor: Actor, wanted: TicketFilter) -> Criteria:
    """The filter for the store. Raises ValidationFailed with paths beneath `filter`."""
    problems = Problems()
    ready = replace(
        wanted,
        assignee=_users(actor, wanted.assignee, problems),
        labels=_labels(wanted.labels, problems),
    )
    problems.raise_if_any()
    return criteria(ready)


def user_ref(actor: Actor, ref: UserRef, path: tuple[str, ...], problems: Problems) -> UserRef:
    """The reference, with `me` replaced by the user behind the credential."""
    if ref.me:
        if actor.user_id is None:
            problems.add(path, _NOBODY)
        return UserRef(id=actor.user_id or 0)
    if ref.username is not None:
        problems.storable(path, ref.username)
    return ref


def _users(
    actor: Actor, wanted: Reference[UserRef] | None, problems: Problems
) -> Reference[UserRef] | None:
    if wanted is None:
        return None
    path = ("filter", "assignee")

    def ready(refs: tuple[UserRef, ...] | None) -> tuple[UserRef, ...] | None:
        return refs and tuple(user_ref(actor, ref, path, problems) for ref in refs)

    return replace(wanted, in_=ready(wanted.in_), not_in=ready(wanted.not_in))


def _labels(wanted: LabelsMatch | None, problems: Problems) -> LabelsMatch | None:
    if wanted is None:
        return None

    def ready(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return names and tuple(
            problems.storable(("filter", "labels"), name).strip() for name in names
        )

    return replace(
        wanted,
        all_of=ready(wanted.all_of),
        any_of=ready(wanted.any_of),
        none_of=ready(wanted.none_of),
    )
