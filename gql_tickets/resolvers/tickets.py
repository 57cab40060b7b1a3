"""Tickets: one, many, and every way of writing one."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from strawberry import UNSET

from gql_tickets import inputs
from gql_tickets.context import Info
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import Ticket, TicketDeletion
from gql_tickets.execution import Load
from gql_tickets.inputs import given, read_filter, read_order
from gql_tickets.inputs.arguments import (
    After,
    Before,
    Filter,
    First,
    Input,
    Last,
    Offset,
    OrderBy,
    Ref,
)
from gql_tickets.resolvers import asked
from gql_tickets.resolvers.paging import Connection, Default, Edge, page_request
from gql_tickets.service import moves, searching
from gql_tickets.service import tickets as service
from gql_tickets.service.board import Group

PAGE_SIZE = Default(20)


@dataclasses.dataclass(frozen=True, slots=True)
class TicketEdge(Edge[Ticket]):
    """A ticket, where it lies, and the filter that it matched."""

    filter: TicketFilter

    async def highlights(self) -> list[str]:
        """The passages that match the filter's text."""
        return searching.passages(self.node, self.filter)


@dataclasses.dataclass(frozen=True)
class TicketConnection(Connection[Ticket]):
    """A page of the tickets that match the filter."""

    filter: TicketFilter

    @property
    def edges(self) -> Sequence[TicketEdge]:
        """The tickets with their cursors, and what is highlighted in them."""
        pairs = zip(self.page.cursors, self.page.items, strict=True)
        return [TicketEdge(cursor, item, self.filter) for cursor, item in pairs]


async def ticket(info: Info, ref: Ref) -> Ticket | None:
    """A ticket, or None."""
    context = info.context
    return await service.find(
        context.store,
        context.actor,
        ref.to_domain(context.actor.org_id),
        columns=asked.columns_of_one(info),
    )


async def tickets(
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    offset: Offset = UNSET,
    filter: Filter = UNSET,
    order_by: OrderBy = UNSET,
) -> Connection[Ticket]:
    """A page of the tickets that match."""
    context = info.context
    actor = context.actor
    wanted = read_filter(filter, actor.org_id)
    request = page_request(
        context.limits, first=first, after=after, last=last, before=before, offset=offset
    )
    page = await service.list_page(
        context.store,
        actor,
        filter=wanted,
        order=read_order(order_by),
        page=request,
        columns=asked.columns(info),
        counted=asked.is_counted(info),
    )

    async def count() -> int:
        if page.total is not None:
            return page.total
        return await service.count(context.store, actor, filter=wanted)

    return TicketConnection(page, count, wanted)


def grouped(
    info: Info,
    group: Group,
    value: object,
    *,
    filter: TicketFilter,
    order: tuple[Order, ...],
    page: PageRequest,
) -> Load[Connection[Ticket]]:
    """A page of one group of tickets, fetched together with the same page of the other groups."""
    loaders = info.context.loaders
    count = loaders.counts(group, filter).load(value)
    if asked.is_counted(info):
        count.begin()

    def connection(found: Page[Ticket]) -> Connection[Ticket]:
        return TicketConnection(found, lambda: count, filter)

    pages = loaders.pages(group, filter, order, page, asked.columns(info))
    return pages.load(value).then(connection)


async def ticket_create(info: Info, input: Input[inputs.TicketCreateInput]) -> Ticket:
    """A new ticket."""
    context = info.context
    return await service.create(
        context.store,
        context.actor,
        draft=input.to_domain(context.actor.org_id),
        idempotency_key=given(input.idempotency_key),
    )


async def ticket_update(info: Info, input: Input[inputs.TicketUpdateInput]) -> Ticket:
    """A ticket after a change of the given fields."""
    context = info.context
    org = context.actor.org_id
    return await service.update(
        context.store,
        context.actor,
        ticket=input.ticket.to_domain(org),
        patch=input.patch.to_domain(org),
        expected_version=given(input.expected_version),
        idempotency_key=given(input.idempotency_key),
    )


async def ticket_set_status(info: Info, input: Input[inputs.TicketSetStatusInput]) -> Ticket:
    """A ticket after its move to another column."""
    context = info.context
    return await service.set_status(
        context.store,
        context.actor,
        ticket=input.ticket.to_domain(context.actor.org_id),
        status=input.status,
        expected_version=given(input.expected_version),
        idempotency_key=given(input.idempotency_key),
        columns=asked.columns_of_one(info, "ticket"),
    )


async def ticket_move(info: Info, input: Input[inputs.TicketMoveInput]) -> Ticket:
    """A ticket after its move to a place on the board."""
    context = info.context
    org = context.actor.org_id
    return await moves.move(
        context.store,
        context.actor,
        ticket=input.ticket.to_domain(org),
        place=input.place.to_domain(org),
        status=given(input.status),
        expected_version=given(input.expected_version),
        idempotency_key=given(input.idempotency_key),
    )


async def ticket_delete(info: Info, input: Input[inputs.TicketDeleteInput]) -> TicketDeletion:
    """What is gone."""
    context = info.context
    return await service.delete(
        context.store,
        context.actor,
        ticket=input.ticket.to_domain(context.actor.org_id),
        children=input.children,
        expected_version=given(input.expected_version),
        idempotency_key=given(input.idempotency_key),
    )
