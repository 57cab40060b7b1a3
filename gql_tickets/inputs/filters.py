"""The filter of lists of tickets."""

from __future__ import annotations

import strawberry
from strawberry import ID

from gql_tickets.domain import filters
from gql_tickets.domain.ids import Kind, local_number
from gql_tickets.errors import ValidationFailed
from gql_tickets.inputs.fields import Beneath, given, given_tuple, optional, within
from gql_tickets.inputs.leaves import (
    DateTimeFilter,
    LabelFilter,
    ParentFilter,
    RepositoryFilter,
    TicketPriorityFilter,
    TicketStatusFilter,
    TicketTypeFilter,
    UserFilter,
)

_NOTHING = 0
"""An id that no ticket has."""


@strawberry.input(
    description=f"All the fields that are given must match. At most {filters.LEAVES_MAX} leaves and "
    f"{filters.LEVELS_MAX} levels."
)
class TicketFilter:
    """What a list of tickets is narrowed by."""

    and_: list[TicketFilter] | None = optional("All of these match.", name="and")
    or_: list[TicketFilter] | None = optional("At least one of these matches.", name="or")
    not_: TicketFilter | None = optional("This does not match.", name="not")
    ids: list[ID] | None = optional("Any one of these `id`s.")
    slugs: list[str] | None = optional("Any one of these slugs, without regard to case.")
    status: TicketStatusFilter | None = optional("Matches the status.")
    type: TicketTypeFilter | None = optional("Matches the type.")
    priority: TicketPriorityFilter | None = optional("Matches the priority.")
    assignee: UserFilter | None = optional("Matches the assignee.")
    creator: UserFilter | None = optional("Matches the creator.")
    repository: RepositoryFilter | None = optional("Matches the repository.")
    labels: LabelFilter | None = optional("Matches the labels.")
    parent: ParentFilter | None = optional("Matches the parent.")
    has_children: bool | None = optional("Whether other tickets are parts of it.")
    text: str | None = optional(
        'Words of the title, description and comments, ranked; `"a phrase"`, `-not` and `prefix*` work on every database.'
    )
    created_at: DateTimeFilter | None = optional("Matches when it was created.")
    updated_at: DateTimeFilter | None = optional("Matches when it was last written.")
    completed_at: DateTimeFilter | None = optional(
        "Matches when it went to DONE; null while it is not DONE."
    )

    def to_domain(self, org: int, level: int = 1) -> filters.TicketFilter:
        """The filter, within the organization. Raises ValidationFailed for one that is too deep."""
        if level > filters.LEVELS_MAX:
            raise ValidationFailed.of((), filters.TOO_MUCH)
        ids, parent = given_tuple(self.ids), given(self.parent)
        return filters.TicketFilter(
            and_=self._several("and", self.and_, org, level),
            or_=self._several("or", self.or_, org, level),
            not_=self._one(("not",), given(self.not_), org, level),
            ids=None if ids is None else tuple(_number(id, org) for id in ids),
            slugs=given_tuple(self.slugs),
            status=within(self.status, org),
            type=within(self.type, org),
            priority=within(self.priority, org),
            assignee=within(self.assignee, org, "assignee"),
            creator=within(self.creator, org, "creator"),
            repository=within(self.repository, org),
            labels=within(self.labels, org),
            parent=within(parent, org),
            descendant_of=None if parent is None else within(parent.descendant_of, org),
            has_children=given(self.has_children),
            text=given(self.text),
            created_at=within(self.created_at, org),
            updated_at=within(self.updated_at, org),
            completed_at=within(self.completed_at, org),
        )

    @staticmethod
    def _one(
        place: tuple[str, ...], inner: TicketFilter | None, org: int, level: int
    ) -> filters.TicketFilter | None:
        if inner is None:
            return None
        with Beneath(*place):
            return inner.to_domain(org, level + 1)

    @classmethod
    def _several(
        cls, name: str, inner: list[TicketFilter] | None, org: int, level: int
    ) -> tuple[filters.TicketFilter, ...] | None:
        found = given(inner)
        if found is None:
            return None
        each = (cls._one((name, str(i)), one, org, level) for i, one in enumerate(found))
        return tuple(one for one in each if one is not None)


def _number(id: ID, org: int) -> int:
    return local_number(id, Kind.TICKET, org) or _NOTHING


def read_filter(filter: TicketFilter | None, org: int) -> filters.TicketFilter:
    """The filter of a list; none restricts nothing. Raises ValidationFailed beneath `filter`."""
    return within(filter, org, "filter") or filters.TicketFilter()
