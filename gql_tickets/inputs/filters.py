"""Filters and orders of lists of tickets."""

from __future__ import annotations

import strawberry

from gql_tickets.domain import directory, filters, tickets
from gql_tickets.domain.paging import NEWEST_FIRST, Order, OrderField
from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.inputs.enums import OrderDirection
from gql_tickets.inputs.fields import all_within, given, given_tuple, optional, required, within
from gql_tickets.inputs.references import RepositoryRef, TicketRef, UserRef

_IN = "Any one of these."
_NOT_IN = "None of these."
_IS_NULL = "Whether there is none."


@strawberry.input(description="One key of a sort; the first one counts most.")
class TicketOrder:
    """A field and a direction."""

    field: OrderField = required("What is compared.")
    direction: OrderDirection = required("Which end comes first.", OrderDirection.DESC)

    def to_domain(self) -> Order:
        """The sort key."""
        return Order(self.field, self.direction is OrderDirection.DESC)


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


@strawberry.input(description="Matches the parent, or that there is none.", one_of=True)
class ParentFilter:
    """A set of parents, or none."""

    in_: list[TicketRef] | None = optional("The direct children of any one of these.", name="in")
    is_null: bool | None = optional("Whether it is a top-level ticket.")

    def to_domain(self, org: int) -> filters.Reference[tickets.TicketRef]:
        """The reference, within the organization."""
        return filters.Reference(all_within(self.in_, org), None, given(self.is_null))


@strawberry.input(description="All the fields that are given must match.")
class TicketFilter:
    """What a list of tickets is narrowed by."""

    status: TicketStatusFilter | None = optional("Matches the status.")
    type: TicketTypeFilter | None = optional("Matches the type.")
    priority: TicketPriorityFilter | None = optional("Matches the priority.")
    assignee: UserFilter | None = optional("Matches the assignee.")
    repository: RepositoryFilter | None = optional("Matches the repository.")
    labels: LabelFilter | None = optional("Matches the labels.")
    parent: ParentFilter | None = optional("Matches the parent.")

    def to_domain(self, org: int) -> filters.TicketFilter:
        """The filter, within the organization."""
        return filters.TicketFilter(
            status=within(self.status, org),
            type=within(self.type, org),
            priority=within(self.priority, org),
            assignee=within(self.assignee, org),
            repository=within(self.repository, org),
            labels=within(self.labels, org),
            parent=within(self.parent, org),
        )


def read_filter(filter: TicketFilter | None, org: int) -> filters.TicketFilter:
    """The filter of a list; none restricts nothing."""
    return within(filter, org) or filters.TicketFilter()


def read_order(order_by: list[TicketOrder] | None) -> tuple[Order, ...]:
    """The order of a list; newest first when none is given."""
    keys = given(order_by)
    return tuple(key.to_domain() for key in keys) if keys else NEWEST_FIRST
