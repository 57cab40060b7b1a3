"""Grouped tickets: the columns of the board, the children of many parents. One statement for all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
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
Found = Page[Ticket] | int | ValidationFailed

_COLUMNS: dict[Group, groups.GroupColumn] = {
    Group.STATUS: "status",
    Group.PARENT: "parent_id",
    Group.ASSIGNEE: "assignee_id",
}


async def find(
    store: Store,
    actor: Actor,
    group: Group,
    wanted: Sequence[tuple[Wanted, Any]],
    *,
    filter: TicketFilter,
) -> list[Found]:
    """Of the tickets that match, what is wanted of which group: a page of it, or its COUNT.

    In the order of `wanted`. In place of a page that cannot be had stands the error that says why.
    """
    actor.require(Scope.TICKETS_READ)
    criteria = filters.read(actor, filter)
    column, org = _COLUMNS[group], actor.org_id
    pages: dict[GroupPage, list[Any]] = {}
    to_count: list[Any] = []
    for what, value in wanted:
        those = pages.setdefault(what, []) if isinstance(what, GroupPage) else to_count
        those.append(value)

    async def work(db: Connection) -> dict[tuple[Wanted, Any], Found]:
        found: dict[tuple[Wanted, Any], Found] = {}
        for each, those in pages.items():
            try:
                filters.check_order(each.order, filter)
                of_groups = await groups.find_group_pages(
                    db,
                    org,
                    column,
                    those,
                    criteria,
                    each.order,
                    each.page,
                    each.columns,
                    # The first one brings the counts along, where it can.
                    counted=bool(to_count) and (COUNT, to_count[-1]) not in found,
                )
            except ValidationFailed as error:
                found.update(((each, value), error) for value in those)
                continue
            for value, page in zip(those, of_groups, strict=True):
                found[each, value] = page
                if page.total is not None:
                    found[COUNT, value] = page.total
        if missing := [value for value in to_count if (COUNT, value) not in found]:
            counts = await groups.count_groups(db, org, column, missing, criteria)
            found.update(((COUNT, value), n) for value, n in zip(missing, counts, strict=True))
        return found

    found = await store.read(work)
    return [found[each] for each in wanted]
