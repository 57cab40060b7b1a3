"""What a caller may ask of a list of tickets. Fields that are given must all match."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import astuple

from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.tickets import (
    TicketField,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)

T = TypeVar("T")

LEVELS_MAX = 5
LEAVES_MAX = 50
TOO_MUCH = f"A filter has at most {LEAVES_MAX} leaves and {LEVELS_MAX} levels."


class OneOf(Struct, Generic[T], frozen=True):
    """The value is one of `in_`, and none of `not_in`; None does not restrict."""

    in_: tuple[T, ...] | None = None
    not_in: tuple[T, ...] | None = None


class Reference(Struct, Generic[T], frozen=True):
    """The reference is one of, is none of, or is (not) null. An unset reference is none of any."""

    in_: tuple[T, ...] | None = None
    not_in: tuple[T, ...] | None = None
    is_null: bool | None = None


class LabelsMatch(Struct, frozen=True):
    """Says AND, OR and NOT by name. REST's `labels` is `all_of` (R6)."""

    all_of: tuple[str, ...] | None = None
    any_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None
    is_empty: bool | None = None


class Span(Struct, frozen=True):
    """The instant lies between bounds. One that is unset lies between none, and is null."""

    gt: dt.datetime | None = None
    gte: dt.datetime | None = None
    lt: dt.datetime | None = None
    lte: dt.datetime | None = None
    is_null: bool | None = None


class TicketFilter(Struct, frozen=True):
    """All the fields that are given must match: an empty filter matches everything.

    `or_` of no filters matches nothing, as a list of no statuses does. A text without any word in
    it does not restrict.
    """

    and_: tuple[TicketFilter, ...] | None = None
    or_: tuple[TicketFilter, ...] | None = None
    not_: TicketFilter | None = None
    ids: tuple[int, ...] | None = None
    slugs: tuple[str, ...] | None = None
    status: OneOf[TicketStatus] | None = None
    type: OneOf[TicketType] | None = None
    priority: OneOf[TicketPriority] | None = None
    assignee: Reference[UserRef] | None = None
    creator: Reference[UserRef] | None = None
    repository: Reference[RepositoryRef] | None = None
    labels: LabelsMatch | None = None
    parent: Reference[TicketRef] | None = None
    descendant_of: TicketRef | None = None
    has_children: bool | None = None
    text: str | None = None
    created_at: Span | None = None
    updated_at: Span | None = None
    completed_at: Span | None = None

    @property
    def inner(self) -> Iterator[tuple[tuple[str, ...], TicketFilter]]:
        """The filters within this one, each with its place in it."""
        for name, several in (("and", self.and_), ("or", self.or_)):
            for index, one in enumerate(several or ()):
                yield (name, str(index)), one
        if self.not_ is not None:
            yield ("not",), self.not_

    @property
    def leaves(self) -> tuple[str, ...]:
        """The names of the fields that are given, beside the filters within."""
        values = zip(TicketFilter.__struct_fields__, astuple(self), strict=True)
        return tuple(name for name, value in values if value is not None and name not in _WITHIN)


_WITHIN = {"and_", "or_", "not_"}
_TEXTS = frozenset({TicketField.TITLE, TicketField.DESCRIPTION, TicketField.COMMENTS})
"""What the search reads."""
_LOOKED_AT: dict[str, frozenset[TicketField]] = {
    "status": frozenset({TicketField.STATUS}),
    "type": frozenset({TicketField.TYPE}),
    "priority": frozenset({TicketField.PRIORITY}),
    "assignee": frozenset({TicketField.ASSIGNEE}),
    "repository": frozenset({TicketField.REPOSITORY}),
    "labels": frozenset({TicketField.LABELS}),
    "parent": frozenset({TicketField.PARENT}),
    "descendant_of": frozenset({TicketField.PARENT}),
    "has_children": frozenset({TicketField.PARENT}),
    "text": _TEXTS,
    "updated_at": frozenset(TicketField),
    "completed_at": frozenset({TicketField.STATUS}),
}


def fields_of(filter: TicketFilter) -> frozenset[TicketField]:
    """The fields whose change can change whether a ticket matches.

    A parent, and whether there are children, can change by a change of another ticket's PARENT.
    """
    own = (_LOOKED_AT.get(name, frozenset()) for name in filter.leaves)
    return frozenset().union(*own, *(fields_of(each) for _, each in filter.inner))


def size(filter: TicketFilter) -> tuple[int, int]:
    """How many levels a filter has, and how many leaves; an empty filter is one leaf."""
    within = [size(each) for _, each in filter.inner]
    leaves = len(filter.leaves) + sum(leaves for _, leaves in within)
    return 1 + max((levels for levels, _ in within), default=0), leaves or 1
