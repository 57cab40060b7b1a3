"""Tests of one field of a ticket, as filters are made of them."""

from __future__ import annotations

import datetime as dt

import strawberry

from gql_tickets.domain import directory, filters, tickets
from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.inputs.fields import all_within, given, given_tuple, optional
from gql_tickets.inputs.references import RepositoryRef, TicketRef, UserRef

_IN = "Any one of these."
_NOT_IN = "None of these."
_IS_NULL = "Whether there is none."


@strawberry.input(description="Matches the status.")
class TicketStatusFilter:
    """A set of statuses."""

    in_: list[TicketStatus] | None = optional(_IN, name="in")
    not_in: list[TicketStatus] | None = optional(_NOT_IN)

    def to_domain(self, _org: int) -> filters.OneOf[TicketStatus]:
        """The set."""
        return filters.OneOf(given_tuple(self.in_), given_tuple(self.not_in))


@strawberry.input(description="Matches the type.")
class TicketTypeFilter:
    """A set of types."""

    in_: list[TicketType] | None = optional(_IN, name="in")
    not_in: list[TicketType] | None = optional(_NOT_IN)

    def to_domain(self, _org: int) -> filters.OneOf[TicketType]:
        """The set."""
        return filters.OneOf(given_tuple(self.in_), given_tuple(self.not_in))


@strawberry.input(description="Matches the priority, which is ordered.")
class TicketPriorityFilter:
    """A set of priorities, and its ends."""

    in_: list[TicketPriority] | None = optional(_IN, name="in")
    not_in: list[TicketPriority] | None = optional(_NOT_IN)
    gte: TicketPriority | None = optional("At least this urgent.")
    lte: TicketPriority | None = optional("At most this urgent.")

    def to_domain(self, _org: int) -> filters.OneOf[TicketPriority]:
        """The set. There are five priorities: a range of them is a set too."""
        wanted, low, high = given_tuple(self.in_), given(self.gte), given(self.lte)
        if low is not None or high is not None:
            ranked = list(TicketPriority)
            first = 0 if low is None else ranked.index(low)
            last = len(ranked) - 1 if high is None else ranked.index(high)
            between = ranked[first : last + 1]
            wanted = tuple(p for p in between if wanted is None or p in wanted)
        return filters.OneOf(wanted, given_tuple(self.not_in))


@strawberry.input(description="Matches a user, or that there is none.", one_of=True)
class UserFilter:
    """A set of users, or nobody."""

    in_: list[UserRef] | None = optional(_IN, name="in")
    not_in: list[UserRef] | None = optional(f"{_NOT_IN} Nobody is none of them.")
    is_null: bool | None = optional(_IS_NULL)

    def to_domain(self, org: int) -> filters.Reference[directory.UserRef]:
        """The reference, within the organization."""
        return filters.Reference(
            all_within(self.in_, org), all_within(self.not_in, org), given(self.is_null)
        )


@strawberry.input(description="Matches a repository, or that there is none.", one_of=True)
class RepositoryFilter:
    """A set of repositories, or none."""

    in_: list[RepositoryRef] | None = optional(_IN, name="in")
    not_in: list[RepositoryRef] | None = optional(f"{_NOT_IN} No repository is none of them.")
    is_null: bool | None = optional(_IS_NULL)

    def to_domain(self, org: int) -> filters.Reference[directory.RepositoryRef]:
        """The reference, within the organization."""
        return filters.Reference(
            all_within(self.in_, org), all_within(self.not_in, org), given(self.is_null)
        )


@strawberry.input(description="Says AND or OR by name. The REST `labels` parameter is `allOf`.")
class LabelFilter:
    """Labels that must, may and must not be there."""

    all_of: list[str] | None = optional("Every one of these names.")
    any_of: list[str] | None = optional("At least one of these names.")
    none_of: list[str] | None = optional("None of these names.")
    is_empty: bool | None = optional("Whether there are no labels at all.")

    def to_domain(self, _org: int) -> filters.LabelsMatch:
        """The names."""
        return filters.LabelsMatch(
            given_tuple(self.all_of),
            given_tuple(self.any_of),
            given_tuple(self.none_of),
            given(self.is_empty),
        )


@strawberry.input(
    description="Matches the parent, an ancestor, or that there is no parent.", one_of=True
)
class ParentFilter:
    """A set of parents, or none, or an ancestor."""

    in_: list[TicketRef] | None = optional("The direct children of any one of these.", name="in")
    is_null: bool | None = optional("Whether it is a top-level ticket.")
    descendant_of: TicketRef | None = optional("Any depth below.")

    def to_domain(self, org: int) -> filters.Reference[tickets.TicketRef]:
        """The parent alone; who asks for an ancestor reads it too."""
        return filters.Reference(all_within(self.in_, org), None, given(self.is_null))


@strawberry.input(
    description="Matches an instant. Every bound that is given holds; one that is unset is within none."
)
class DateTimeFilter:
    """Bounds, and whether there is an instant at all."""

    gt: dt.datetime | None = optional("After this.")
    gte: dt.datetime | None = optional("At this, or after.")
    lt: dt.datetime | None = optional("Before this.")
    lte: dt.datetime | None = optional("At this, or before.")
    is_null: bool | None = optional(_IS_NULL)

    def to_domain(self, _org: int) -> filters.Span:
        """The bounds."""
        return filters.Span(
            given(self.gt),
            given(self.gte),
            given(self.lt),
            given(self.lte),
            given(self.is_null),
        )
