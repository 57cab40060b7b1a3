"""Groups of tickets, as the board and lists of children ask for them: one thing of each group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import Ticket
from gql_tickets.service import board
from gql_tickets.service.board import COUNT, Group, GroupPage, Wanted
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
    found = await board.find(
        store, actor, group, [(wanted, value) for value in values], filter=filter
    )
    pages = []
    for each in found:
        if isinstance(each, Exception):
            raise each
        assert isinstance(each, Page)
        pages.append(each)
    return pages


async def counts(
    store: Store, actor: Actor, group: Group, values: Sequence[Any], *, filter: TicketFilter
) -> list[int]:
    """How many tickets there are in each group."""
    wanted: list[tuple[Wanted, Any]] = [(COUNT, value) for value in values]
    found = await board.find(store, actor, group, wanted, filter=filter)
    assert all(isinstance(each, int) for each in found)
    return found  # type: ignore[return-value]
