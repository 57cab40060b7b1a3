"""Grouped tickets: the columns of the board, the children of many parents. One statement for all."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import Ticket
from gql_tickets.service import filters
from gql_tickets.store import groups
from gql_tickets.store.columns import EVERY, Names
from gql_tickets.store.engine import Connection, Store


class Group(enum.Enum):
    """What tickets can be grouped by; the values are the record's attributes."""

    STATUS = "status"
    PARENT = "parent_id"
    ASSIGNEE = "assignee_id"


_COLUMNS: dict[Group, groups.GroupColumn] = {
    Group.STATUS: "status",
    Group.PARENT: "parent_id",
    Group.ASSIGNEE: "assignee_id",
}


async def pages(
    store: Store,
    actor: Actor,
    group: Group,
    values: Sequence[Any],
    *,
    filter: TicketFilter,
    order: tuple[Order, ...],
    page: PageRequest,
    columns: Names = EVERY,
) -> list[Page[Ticket]]:
    """The same page of each group, in the order of `values`; empty where nothing matches.

    Of the tickets no more is read than the attributes that `columns` names.
    """
    actor.require(Scope.TICKETS_READ)
    wanted = filters.read(actor, filter)
    filters.check_order(order, filter)

    async def work(db: Connection) -> list[Page[Ticket]]:
        return await groups.find_group_pages(
            db, actor.org_id, _COLUMNS[group], values, wanted, order, page, columns
        )

    return await store.read(work)


async def counts(
    store: Store, actor: Actor, group: Group, values: Sequence[Any], *, filter: TicketFilter
) -> list[int]:
    """How many tickets match in each group, in the order of `values`."""
    actor.require(Scope.TICKETS_READ)
    wanted = filters.read(actor, filter)

    async def work(db: Connection) -> list[int]:
        return await groups.count_groups(db, actor.org_id, _COLUMNS[group], values, wanted)

    return await store.read(work)
