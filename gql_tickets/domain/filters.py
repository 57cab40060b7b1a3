"""What a caller may ask of a list of tickets. Fields that are given must all match."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.tickets import (
    TicketField,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)

T = TypeVar("T")


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


class TicketFilter(Struct, frozen=True):
    """All the fields that are given must match."""

    status: OneOf[TicketStatus] | None = None
    type: OneOf[TicketType] | None = None
    priority: OneOf[TicketPriority] | None = None
    assignee: Reference[UserRef] | None = None
    repository: Reference[RepositoryRef] | None = None
    labels: LabelsMatch | None = None
    parent: Reference[TicketRef] | None = None


_LOOKS_AT = {
    "status": TicketField.STATUS,
    "type": TicketField.TYPE,
    "priority": TicketField.PRIORITY,
    "assignee": TicketField.ASSIGNEE,
    "repository": TicketField.REPOSITORY,
    "labels": TicketField.LABELS,
    "parent": TicketField.PARENT,
}


def fields_of(wanted: TicketFilter) -> frozenset[TicketField]:
    """The fields that a filter looks at: a change of any other cannot make a difference to it."""
    return frozenset(
        field for name, field in _LOOKS_AT.items() if getattr(wanted, name) is not None
    )
