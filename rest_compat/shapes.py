"""Records → the documented JSON: exactly its keys, in its order, always all of them.

The Structs are the document's examples; msgspec writes their fields in the order they stand here.
Whatever is new goes into headers: Link (R8), X-Column-Counts and X-Board-Truncated (R9), Location
(R10), ETag (R29).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import attrgetter
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct
from starlette.responses import Response

from gql_tickets.domain.tickets import (
    Ticket,
    TicketDeletion,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from gql_tickets.errors import NotFound
from gql_tickets.resolvers.board import Board
from gql_tickets.resolvers.paging import Connection
from rest_compat.asked import Asked
from rest_compat.reading import column_limit, window
from rest_compat.values import unchanged

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""UTC, whole seconds, Z (C8)."""

S = TypeVar("S", bound=Struct)
Values = Sequence[Any]


class Item(Struct, frozen=True):
    """A ticket in the list (C7)."""

    id: int
    slug: str
    type: TicketType
    title: str
    status: TicketStatus
    priority: TicketPriority | None
    assignee_id: int | None
    repository_id: int | None
    labels: tuple[str, ...]
    created_at: Time
    updated_at: Time


class TicketPage(Struct, frozen=True):
    """The list (C6)."""

    tickets: list[Item]
    total: int
    limit: int
    offset: int


class Card(Struct, frozen=True):
    """A ticket on the board (C11)."""

    id: int
    slug: str
    title: str
    type: TicketType
    priority: TicketPriority | None
    assignee_id: int | None


class Column(Struct, frozen=True):
    """A column of the board, there even when it is empty (C10)."""

    status: TicketStatus
    tickets: list[Card]


class Columns(Struct, frozen=True):
    """The columns, in workflow order (R3)."""

    columns: list[Column]


class BoardBody(Struct, frozen=True):
    """The board (C10)."""

    board: Columns


class Detail(Struct, frozen=True):
    """A ticket by itself (C12)."""

    id: int
    slug: str
    type: TicketType
    title: str
    status: TicketStatus
    priority: TicketPriority | None
    assignee_id: int | None
    repository_id: int | None
    labels: tuple[str, ...]
    parent_slug: str | None
    created_at: Time
    updated_at: Time


class DetailBody(Struct, frozen=True):
    """The body of GET, POST and PUT of one ticket (C12-C14)."""

    ticket: Detail


class Message(Struct, frozen=True):
    """The body where there is nothing to show (C15, C16)."""

    message: str


LISTED, CARDS = (frozenset(shape.__struct_fields__) for shape in (Item, Card))
DETAILED = frozenset({*Detail.__struct_fields__, "version"})
NOTHING: frozenset[str] = frozenset()
"""The attributes that the list, the board, a ticket by itself with its ETag, and a sentence show of
tickets: of others no column is read."""


async def page(found: Connection[Ticket], asked: Asked) -> Response:
    """The list, with links to the pages beside it (R8)."""
    limit, offset = window(asked)
    total = await found.total_count()
    body = TicketPage(_shown(Item, found.page.items), total, limit, offset)
    links = []
    if offset + limit < total:
        links.append(f'<{asked.link(limit=limit, offset=offset + limit)}>; rel="next"')
    if offset > 0:
        links.append(f'<{asked.link(limit=limit, offset=max(0, offset - limit))}>; rel="prev"')
    return _json(body, headers={"Link": ", ".join(links)} if links else {})


async def board(found: Board, asked: Asked) -> Response:
    """The board; what its columns hold in all, and whether they were cut, is in headers (R9)."""
    limit = column_limit(asked)

    shown = await found.shown(asked.info, limit)
    counts = ",".join(f"{column.status.value}={total}" for column, _, total in shown)
    headers = {"X-Column-Counts": counts}
    if any(total > limit for *_, total in shown):
        headers["X-Board-Truncated"] = "true"
    columns = [Column(column.status, _shown(Card, cards)) for column, cards, _ in shown]
    return _json(BoardBody(Columns(columns)), headers=headers)


async def detail(ticket: Ticket | None, asked: Asked) -> Response:
    """One ticket under its version; 304 to who has this version already (R29)."""
    if ticket is None:
        raise NotFound("There is no such ticket.", path=("ticket",))
    headers = {"ETag": f'"{ticket.version}"'}
    if asked.method in {"GET", "HEAD"} and unchanged(asked.headers, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return _json(DetailBody(*_shown(Detail, [ticket])), headers=headers)


async def created(ticket: Ticket, asked: Asked) -> Response:
    """A new ticket, and where it is (R10)."""
    headers = {"ETag": f'"{ticket.version}"', "Location": f"{asked.url}/{quote(ticket.slug)}"}
    return _json(DetailBody(*_shown(Detail, [ticket])), status=201, headers=headers)


def message(text: str) -> Callable[[Ticket | TicketDeletion, Asked], Awaitable[Response]]:
    """A fixed sentence, whatever was done (C15, C16)."""

    async def show(_result: Ticket | TicketDeletion, _asked: Asked) -> Response:
        return _json(Message(text))

    return show


def _shown(shape: type[S], tickets: Sequence[Ticket]) -> list[S]:
    """The tickets in a documented shape, put together a field at a time."""
    fields = shape.__struct_fields__
    if not tickets:
        return []
    columns = zip(fields, zip(*map(attrgetter(*fields), tickets), strict=True), strict=True)
    shown = (_SHOWN[name](values) if name in _SHOWN else values for name, values in columns)
    return list(map(shape, *shown))


def _priorities(values: Values) -> Values:
    """The document knows four; a ticket that GraphQL left without one shows null."""
    return [None if each is TicketPriority.NONE else each for each in values]


def _times(values: Values) -> Values:
    """Of records, which have UTC and microseconds (C8). msgspec writes them with a Z."""
    return [f"{text[:_SECONDS_LENGTH]}Z" for text in msgspec.to_builtins(values)]


_SECONDS_LENGTH = len("2025-01-10T08:00:00")
_SHOWN: dict[str, Callable[[Values], Values]] = {
    "priority": _priorities,
    "created_at": _times,
    "updated_at": _times,
}


def _json(body: Struct, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        headers=headers,
        media_type="application/json",
    )
