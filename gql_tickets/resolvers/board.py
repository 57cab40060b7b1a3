"""The Kanban board: tickets in the five columns of their workflow (C10, R3)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib

import msgspec
from strawberry import UNSET

from gql_tickets.context import Info
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import BOARD_ORDER
from gql_tickets.domain.tickets import Ticket, TicketStatus
from gql_tickets.execution import Load, loaded
from gql_tickets.inputs import read_filter
from gql_tickets.inputs.arguments import After, Filter, First
from gql_tickets.resolvers.paging import Connection, Default, page_request
from gql_tickets.resolvers.tickets import grouped
from gql_tickets.service.board import Group

COLUMN_SIZE = Default(50)
ID_BYTES = 15  # base64 has no padding then


@dataclasses.dataclass(frozen=True, slots=True)
class BoardColumn:
    """One status. Columns that are asked at the same time share a statement."""

    org_id: int
    status: TicketStatus
    filter: TicketFilter

    @property
    def id(self) -> str:
        """The same for the same column of the same board."""
        return _id("BoardColumn", self.org_id, self.filter, self.status)

    def tickets(
        self, info: Info, first: First = COLUMN_SIZE, after: After = UNSET
    ) -> Load[Connection[Ticket]]:
        """A page of the column, in the order of the board (R9)."""
        page = page_request(info.context.limits, first=first, after=after, default=COLUMN_SIZE)
        return grouped(
            info, Group.STATUS, self.status, filter=self.filter, order=BOARD_ORDER, page=page
        )

    def total_count(self, info: Info) -> Load[int]:
        """How many tickets the column holds."""
        return info.context.loaders.counts(Group.STATUS, self.filter).load(self.status)


@dataclasses.dataclass(frozen=True, slots=True)
class Board:
    """All the columns, empty ones too."""

    org_id: int
    columns: tuple[BoardColumn, ...]
    filter: TicketFilter

    @property
    def id(self) -> str:
        """The same for the same filter."""
        return _id("Board", self.org_id, self.filter)

    async def shown(self, info: Info, first: int) -> list[tuple[BoardColumn, list[Ticket], int]]:
        """Each column, its first tickets, and how many it holds: all by one statement."""
        pages = await loaded([column.tickets(info, first=first) for column in self.columns])
        counts = await loaded([column.total_count(info) for column in self.columns])
        nodes = [page.nodes for page in pages]
        return list(zip(self.columns, nodes, counts, strict=True))

    async def total_count(self, info: Info) -> int:
        """How many tickets the board holds."""
        counts = info.context.loaders.counts(Group.STATUS, self.filter)
        return sum(await counts.many(TicketStatus))


async def board(info: Info, filter: Filter = UNSET) -> Board:
    """The board of the tickets that match."""
    actor = info.context.actor
    wanted = read_filter(filter, actor.org_id)
    columns = tuple(BoardColumn(actor.org_id, status, wanted) for status in TicketStatus)
    return Board(actor.org_id, columns, wanted)


def _id(*parts: object) -> str:
    """A name for clients' caches. It is no node's: what it names is a question, and is kept nowhere."""
    digest = hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=ID_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()
