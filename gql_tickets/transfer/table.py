"""Tickets as a table, for spreadsheets: a row each, without comments.

A file may have any of the columns, in any order; a column that is not there leaves what it says as it
is. `slug` names a ticket of ours, `external_id` one of any other program, and one of the two is needed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import BinaryIO, TextIO

from msgspec import UNSET, UnsetType

from gql_tickets.domain.directory import Repository, User
from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.domain.transfer import Exported, ExportedTicket, Incoming, Person, TicketRow
from gql_tickets.transfer.cells import Cells, read_table

COLUMNS = (
    "slug",
    "title",
    "description",
    "type",
    "status",
    "priority",
    "assignee_id",
    "assignee",
    "creator_id",
    "creator",
    "repository_id",
    "repository",
    "parent",
    "labels",
    "created_at",
    "updated_at",
    "started_at",
    "completed_at",
    "version",
)
NEEDED = ("title",)
SOURCE = "csv"
"""What `external_id` belongs to."""


def writer(file: BinaryIO) -> Callable[[Sequence[Exported]], None]:
    """What writes the tickets among the records to the file as they come."""
    users: dict[int, str] = {}
    repositories: dict[int, str] = {}
    _write(file, [COLUMNS])

    def cells(record: ExportedTicket) -> list[object]:
        ticket = record.ticket
        return [
            ticket.slug,
            ticket.title,
            ticket.description,
            ticket.type.value,
            ticket.status.value,
            ticket.priority.value,
            ticket.assignee_id,
            users.get(ticket.assignee_id or 0),
            ticket.creator_id,
            users.get(ticket.creator_id or 0),
            ticket.repository_id,
            repositories.get(ticket.repository_id or 0),
            ticket.parent_slug,
            ",".join(ticket.labels),
            *(
                at and at.isoformat().replace("+00:00", "Z")
                for at in (
                    ticket.created_at,
                    ticket.updated_at,
                    ticket.started_at,
                    ticket.completed_at,
                )
            ),
            ticket.version,
        ]

    def write(records: Sequence[Exported]) -> None:
        for record in records:
            if isinstance(record, User):
                users[record.id] = record.username or record.name or ""
            elif isinstance(record, Repository):
                repositories[record.id] = record.name or record.url or ""
        _write(file, [cells(record) for record in records if isinstance(record, ExportedTicket)])

    return write


def _write(file: BinaryIO, rows: Sequence[Sequence[object]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    file.write(text.getvalue().encode())


def read(file: TextIO) -> Incoming:
    """The tickets of such a table."""
    return read_table(file, NEEDED, _row)


def _row(cells: Cells) -> TicketRow:
    slug, external_id = cells.text("slug"), cells.text("external_id")
    if not (slug or external_id):
        raise ValueError("Neither slug nor external_id says which ticket this is.")
    return TicketRow(
        line=cells.line,
        source=None if slug else SOURCE,
        key=slug or external_id,
        title=cells.whole("title"),
        description=cells.whole("description") if cells.has("description") else UNSET,
        type=cells.member("type", TicketType),
        status=cells.member("status", TicketStatus),
        priority=cells.member("priority", TicketPriority),
        assignee=_who(cells, "assignee"),
        creator=None if (creator := _who(cells, "creator")) is UNSET else creator,
        repository=cells.number("repository_id") if cells.has("repository_id") else UNSET,
        parent=(cells.text("parent") or None) if cells.has("parent") else UNSET,
        labels=_labels(cells.text("labels")) if cells.has("labels") else UNSET,
        created_at=cells.instant("created_at"),
        updated_at=cells.instant("updated_at"),
        started_at=cells.instant("started_at") or UNSET,
        completed_at=cells.instant("completed_at") or UNSET,
        version=cells.number("version") or 1,
    )


def _who(cells: Cells, column: str) -> int | Person | UnsetType | None:
    """The id of a user; in a table that has no column for ids, the username."""
    if not (cells.has(column) or cells.has(f"{column}_id")):
        return UNSET
    id, username = cells.number(f"{column}_id"), cells.text(column)
    if id is not None:
        return id
    return Person(username=username) if username and not cells.has(f"{column}_id") else None


def _labels(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))
