"""Grouped tickets: the columns of the board, the children of many parents. One statement for all."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import Ticket
from gql_tickets.domain.vocabulary import Vocabulary
from gql_tickets.errors import ValidationFailed
from gql_tickets.service import filters
from gql_tickets.store import groups
from gql_tickets.store.columns import EVERY, Names
from gql_tickets.store.engine import Connection, Store


class Group(Vocabulary):
    """What tickets can be grouped by; the values are the record's attributes."""

    STATUS = "status"
    PARENT = "parent_id"
    ASSIGNEE = "assignee_id"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class GroupPage:
    """A page, of which each group has its own; of the tickets the attributes that `columns` names."""

    order: tuple[Order, ...]
    page: PageRequest
    columns: Names = EVERY


COUNT: Final = "count"
"""How many tickets there are in a group."""

Wanted = GroupPage | Literal["count"]
Found = Sequence[Page[Ticket] | ValidationFailed] | Sequence[int]

_COLUMNS: dict[Group, groups.GroupColumn] = {
    Group.STATUS: "status",
    Group.PARENT: "parent_id",
    Group.ASSIGNEE: "assignee_id",
}


async def find(
    store: Store,
    actor: Actor,
    group: Group,
    wanted: Mapping[Wanted, Sequence[Any]],
    *,
    filter: TicketFilter,
) -> dict[Wanted, Found]:
    """Of the tickets that match, pages of some groups, and the COUNT of some, in their order.

    In place of pages that cannot be had stands the error that says why.
    """
    actor.require(Scope.TICKETS_READ)
    criteria = filters.read(actor, filter)
    column, org = _COLUMNS[group], actor.org_id

    async def work(db: Connection) -> dict[Wanted, Found]:
        found: dict[Wanted, Found] = {}
        counts: dict[Any, int] = {}
        to_count = wanted.get(COUNT, ())
        for each, values in wanted.items():
            if not isinstance(each, GroupPage):
                continue
            try:
                filters.check_order(each.order, filter)
                pages = await groups.find_group_pages(
                    db,
                    org,
                    column,
                    values,
                    criteria,
                    each.order,
                    each.page,
                    each.columns,
                    # The first one brings the counts along, where it can.
                    counted=bool(to_count) and not counts,
                )
            except ValidationFailed as error:
                found[each] = [error] * len(values)
                continue
            found[each] = pages
            counts.update(
                (value, page.total)
                for value, page in zip(values, pages, strict=True)
                if page.total is not None
            )
        if missing := [value for value in to_count if value not in counts]:
            others = await groups.count_groups(db, org, column, missing, criteria)
            counts.update(zip(missing, others, strict=True))
        return {**found, COUNT: [counts[value] for value in to_count]}

    return await store.read(work)
