"""Our own format, in which nothing is lost: one JSON object a line, the first says what it is.

The order is header, users, repositories, labels, tickets, comments; each kind by id or name. Tickets
name users and repositories by id, their parents by slug. Nothing in it depends on the database.
"""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, BinaryIO, Literal

import msgspec
from msgspec import Struct

from gql_tickets.domain.directory import Label, Repository, User
from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.domain.transfer import (
    CommentRow,
    Counters,
    Exported,
    ExportedComment,
    ExportedTicket,
    ExternalId,
    Incoming,
    LabelRow,
    Refusal,
    RepositoryRow,
    TicketRow,
    UserRow,
)
from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer.instants import utc

FORMAT: Literal["gql-tickets"] = "gql-tickets"
VERSION: Literal[1] = 1


Count = Annotated[int, msgspec.Meta(ge=0, le=2_000_000_000)]


class _Line(Struct, tag_field="kind", forbid_unknown_fields=True, frozen=True, gc=False):
    """An object of the file."""


class HeaderLine(_Line, tag="header", frozen=True):
    """The first line; the numbers are the highest that were given out."""

    format: Literal["gql-tickets"]
    version: Literal[1]
    last_ticket_id: Count
    last_ticket_number: Count
    last_comment_id: Count


class UserLine(_Line, tag="user", frozen=True):
    """A user."""

    id: int
    username: str | None
    name: str | None
    avatar_url: str | None


class RepositoryLine(_Line, tag="repository", frozen=True):
    """A repository."""

    id: int
    name: str | None
    url: str | None


class LabelLine(_Line, tag="label", frozen=True):
    """A label."""

    name: str
    color: str
    description: str | None


class TicketLine(_Line, tag="ticket", frozen=True):
    """A ticket."""

    id: int
    slug: str
    title: str
    description: str | None
    type: TicketType
    status: TicketStatus
    priority: TicketPriority
    assignee: int | None
    creator: int | None
    repository: int | None
    parent: str | None
    labels: tuple[str, ...]
    position: str
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    external_ids: tuple[ExternalId, ...]


class CommentLine(_Line, tag="comment", frozen=True):
    """A comment."""

    id: int
    ticket: str
    author: int | None
    author_name: str | None
    body: str
    reply_to: int | None
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime


Line = HeaderLine | UserLine | RepositoryLine | LabelLine | TicketLine | CommentLine

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Line)
_TIMES = ("created_at", "updated_at", "started_at", "completed_at")


def writer(file: BinaryIO) -> Callable[[Sequence[Exported]], None]:
    """What writes records to the file as they come."""

    def write(records: Sequence[Exported]) -> None:
        file.write(_ENCODER.encode_lines(list(map(_line_of, records))))

    return write


def _line_of(record: Exported) -> Line:
    match record:
        case Counters(ticket_id, number, comment_id):
            return HeaderLine(FORMAT, VERSION, ticket_id, number, comment_id)
        case User():
            return UserLine(record.id, record.username, record.name, record.avatar_url)
        case Repository():
            return RepositoryLine(record.id, record.name, record.url)
        case Label():
            return LabelLine(record.name, record.color, record.description)
        case ExportedTicket():
            return _ticket_line(record)
        case ExportedComment():
            return _comment_line(record)


def _ticket_line(record: ExportedTicket) -> TicketLine:
    ticket = record.ticket
    return TicketLine(
        id=ticket.id,
        slug=ticket.slug,
        title=ticket.title,
        description=ticket.description,
        type=ticket.type,
        status=ticket.status,
        priority=ticket.priority,
        assignee=ticket.assignee_id,
        creator=ticket.creator_id,
        repository=ticket.repository_id,
        parent=ticket.parent_slug,
        labels=ticket.labels,
        position=ticket.position,
        version=ticket.version,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        started_at=ticket.started_at,
        completed_at=ticket.completed_at,
        external_ids=record.external_ids,
    )


def _comment_line(record: ExportedComment) -> CommentLine:
    comment = record.comment
    return CommentLine(
        id=comment.id,
        ticket=record.ticket_slug,
        author=comment.author_user_id,
        author_name=comment.author_name,
        body=comment.body,
        reply_to=comment.reply_to_id,
        version=comment.version,
        created_at=comment.created_at,
        updated_at=comment.updated_at,
    )


def read(lines: Iterable[bytes]) -> Incoming:
    """The file, line by line. Raises ValidationFailed for one that does not begin as ours do."""
    numbered = ((at, line) for at, line in enumerate(lines, start=1) if line.strip())
    header = _header(next(numbered, (1, b""))[1])
    found: dict[type, list[Any]] = {
        kind: [] for kind in (UserRow, RepositoryRow, LabelRow, TicketRow, CommentRow, Refusal)
    }
    for at, line in numbered:
        row: Row | Refusal
        try:
            row = _row_of(at, _DECODER.decode(line))
        except (ValueError, RecursionError) as error:
            row = Refusal(at, "", _sentence(error))
        found[type(row)].append(row)
    return Incoming(
        tickets=found[TicketRow],
        users=found[UserRow],
        repositories=found[RepositoryRow],
        labels=found[LabelRow],
        comments=found[CommentRow],
        counters=Counters(header.last_ticket_id, header.last_ticket_number, header.last_comment_id),
        refused=found[Refusal],
    )


def _header(line: bytes) -> HeaderLine:
    try:
        header = _DECODER.decode(line.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, HeaderLine):
        raise ValidationFailed.of("file", "Line 1 is not that of an export of this version.")
    return header


Row = UserRow | RepositoryRow | LabelRow | TicketRow | CommentRow


def _row_of(at: int, line: Line) -> Row:
    """The row of a line. Raises ValueError for a second header, and a moment out of the calendar."""
    given = {name: getattr(line, name) for name in line.__struct_fields__}
    given |= {name: utc(given[name]) for name in _TIMES if given.get(name) is not None}
    match line:
        case UserLine():
            return UserRow(at, **given)
        case RepositoryLine():
            return RepositoryRow(at, **given)
        case LabelLine():
            return LabelRow(at, **given)
        case TicketLine():
            return TicketRow(at, source=None, key=given.pop("slug"), **given)
        case CommentLine():
            return CommentRow(at, **given)
        case HeaderLine():
            raise ValueError("The header is not the first line.")


def _sentence(error: Exception) -> str:
    """What is wrong with a line, in a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return "This is not UTF-8."
    said = str(error) or "It is nested too deeply."
    return f"{said[0].upper()}{said[1:].rstrip('.')}."
