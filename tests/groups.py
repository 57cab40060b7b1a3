"""Groups of tickets, as the board and lists of children ask for them: one thing of each group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import Ticket
from gql_tickets.service import board
from gql_tickets.service.board import COUNT, Group, GroupPage
from gql_tickets.store.engine import Store


async def pages(
    store: Store,
    actor: Actor,
    group: Group,
    values: Sequence[Any],
    *,
    filter: TicketFilter,
    order: tuple[Order, ...],
    page: PageRequest,
) -> list[Page[Ticket]]:
    """The same page of each group. Raises what stands in place of one."""
    wanted = GroupPage(order, page)
    found: dict[Any, Any] = await board.find(store, actor, group, {wanted: values}, filter=filter)
    pages: list[Page[Ticket]] = found[wanted]
    for each in pages:
        if isinstance(each, Exception):
            raise each
    return pages


async def counts(
    store: Store, actor: Actor, group: Group, values: Sequence[Any], *, filter: TicketFilter
) -> list[int]:
    """How many tickets there are in each group."""
    found: dict[Any, Any] = await board.find(store, actor, group, {COUNT: values}, filter=filter)
    counts: list[int] = found[COUNT]
    return counts
