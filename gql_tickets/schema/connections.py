"""Relay connections and the board: windows over what resolvers/paging.py and board.py return."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import ID, Parent

from gql_tickets.context import Info
from gql_tickets.domain.tickets import TicketStatus
from gql_tickets.execution import Load
from gql_tickets.execution.directives import Cost, ListSize
from gql_tickets.inputs.arguments import After, First
from gql_tickets.resolvers import board, paging
from gql_tickets.schema import edges as load
from gql_tickets.schema.types import (
    COUNTED,
    CURSOR,
    EDGES,
    NODE,
    NODES,
    PAGE_INFO,
    TOTAL,
    Label,
    PageInfo,
    Repository,
    TicketConnection,
    User,
    paged,
)

BOARD_ID = "Opaque, for clients' caches: the same for the same `filter`. It is not for `node`."


def _field(description: str, resolver: Any = None, *costs: Cost | ListSize) -> Any:
    return strawberry.field(resolver=resolver, description=description, directives=costs)


def _column_tickets(
    column: Parent[board.BoardColumn],
    info: Info,
    first: First = board.COLUMN_SIZE,
    after: After = strawberry.UNSET,
) -> Load[paging.Connection[Any]]:
    return column.tickets(info, first=first, after=after)


def _column_count(column: Parent[board.BoardColumn], info: Info) -> Load[int]:
    return column.total_count(info)


async def _board_count(found: Parent[board.Board], info: Info) -> int:
    return await found.total_count(info)


@strawberry.type(description="A label in a connection.")
class LabelEdge:
    """A window over paging.Edge."""

    cursor: str = _field(CURSOR)
    node: Label = _field(NODE)


@strawberry.type(description="A page of labels.")
class LabelConnection:
    """A window over paging.Connection."""

    edges: list[LabelEdge] = _field(EDGES)
    nodes: list[Label] = _field(NODES)
    page_info: PageInfo = _field(PAGE_INFO)
    total_count: int = _field(TOTAL.format("Labels"), load.total_count)


@strawberry.type(description="A user in a connection.")
class UserEdge:
    """A window over paging.Edge."""

    cursor: str = _field(CURSOR)
    node: User = _field(NODE)


@strawberry.type(description="A page of users.")
class UserConnection:
    """A window over paging.Connection."""

    edges: list[UserEdge] = _field(EDGES)
    nodes: list[User] = _field(NODES)
    page_info: PageInfo = _field(PAGE_INFO)
    total_count: int = _field(TOTAL.format("Users"), load.total_count)


@strawberry.type(description="A repository in a connection.")
class RepositoryEdge:
    """A window over paging.Edge."""

    cursor: str = _field(CURSOR)
    node: Repository = _field(NODE)


@strawberry.type(description="A page of repositories.")
class RepositoryConnection:
    """A window over paging.Connection."""

    edges: list[RepositoryEdge] = _field(EDGES)
    nodes: list[Repository] = _field(NODES)
    page_info: PageInfo = _field(PAGE_INFO)
    total_count: int = _field(TOTAL.format("Repositories"), load.total_count)


@strawberry.type(description="One status of the board.")
class BoardColumn:
    """A window over board.BoardColumn."""

    id: ID = _field(BOARD_ID)
    status: TicketStatus = _field("The status that its tickets have.")
    total_count: int = _field("Tickets in the column, on all pages.", _column_count, COUNTED)
    tickets: TicketConnection = _field("In manual order.", _column_tickets, paged("first"))


@strawberry.type(
    description="Tickets in columns, in workflow order. Columns without tickets are present."
)
class Board:
    """A window over board.Board."""

    id: ID = _field(BOARD_ID)
    columns: list[BoardColumn] = _field(
        "BACKLOG, TODO, IN_PROGRESS, IN_REVIEW, DONE.", None, ListSize(assumed_size=5)
    )
    total_count: int = _field("Tickets on the board, in all columns.", _board_count, COUNTED)
