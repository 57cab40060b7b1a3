"""The Kanban board: tickets in the five columns of their workflow (C10, R3)."""

from __future__ import annotations

import dataclasses

from strawberry import UNSET

from gql_tickets.context import Info
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import BOARD_ORDER
from gql_tickets.domain.tickets import Ticket, TicketStatus
from gql_tickets.inputs import read_filter
from gql_tickets.inputs.arguments import After, Filter, First
from gql_tickets.resolvers.paging import Connection, Default, page_request
from gql_tickets.resolvers.tickets import grouped
from gql_tickets.service.board import Group

COLUMN_SIZE = Default(50)


@dataclasses.dataclass(frozen=True, slots=True)
class BoardColumn:
    """One status. Columns that are asked at the same time share a statement."""

    status: TicketStatus
    filter: TicketFilter

    async def tickets(
        self, info: Info, first: First = COLUMN_SIZE, after: After = UNSET
    ) -> Connection[Ticket]:
        """A page of the column, in the order of the board (R9)."""
        page = page_request(info.context.limits, first=first, after=after, default=COLUMN_SIZE)
        return await grouped(
            info, Group.STATUS, self.status, filter=self.filter, order=BOARD_ORDER, page=page
        )

    async def total_count(self, info: Info) -> int:
        """How many tickets the column holds."""
        return await info.context.loaders.counts(Group.STATUS, self.filter).load(self.status)


@dataclasses.dataclass(frozen=True, slots=True)
class Board:
    """All the columns, empty ones too."""

    columns: tuple[BoardColumn, ...]
    filter: TicketFilter

    async def total_count(self, info: Info) -> int:
        """How many tickets the board holds."""
        counts = info.context.loaders.counts(Group.STATUS, self.filter)
        return sum(await counts.many(TicketStatus))


async def board(info: Info, filter: Filter = UNSET) -> Board:
    """The board of the tickets that match."""
    actor = info.context.actor
    wanted = read_filter(filter, actor.org_id)
    return Board(tuple(BoardColumn(status, wanted) for status in TicketStatus), wanted)
