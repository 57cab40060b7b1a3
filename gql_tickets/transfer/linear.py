"""Linear's export to CSV, of a workspace or of a team."""

from __future__ import annotations

import datetime as dt
import re
from typing import TextIO

from msgspec import UNSET, UnsetType

from gql_tickets.domain.tickets import TicketPriority, TicketStatus
from gql_tickets.domain.transfer import Incoming, Person, TicketRow
from gql_tickets.transfer.cells import Cells, read_table
from gql_tickets.transfer.vocabulary import priority_of, status_of, type_of

SOURCE = "linear"
NEEDED = ("ID", "Team", "Title", "Status")

_FORMULA = re.compile(r"'(?=[=+\-@])")
"""What Linear puts before a text that a spreadsheet would take for a formula."""


def read(file: TextIO) -> Incoming:
    """The issues of the export."""
    return read_table(file, NEEDED, _row)


def _row(cells: Cells) -> TicketRow:
    key = cells.text("ID")
    if not key:
        raise ValueError("There is no ID.")
    labels = tuple(name for part in cells.text("Labels").split(",") if (name := part.strip()))
    status = _status(cells)
    return TicketRow(
        line=cells.line,
        source=SOURCE,
        key=key,
        title=_plain(cells.text("Title")),
        description=_plain(cells.whole("Description")) or None,
        type=type_of(*labels),
        status=status,
        priority=priority_of(cells.text("Priority")) or TicketPriority.NONE,
        assignee=_person(cells.text("Assignee")),
        creator=_person(cells.text("Creator")),
        parent=cells.text("Parent issue") or None,
        labels=labels,
        created_at=cells.instant("Created"),
        updated_at=cells.instant("Updated"),
        started_at=cells.instant("Started") or UNSET,
        completed_at=_completed(cells, status),
    )


def _status(cells: Cells) -> TicketStatus:
    """By its name; a state of a team's own, by what has happened to the issue."""
    found = status_of(cells.text("Status"))
    if found is not None:
        return found
    if cells.text("Completed", "Canceled"):
        return TicketStatus.DONE
    return TicketStatus.IN_PROGRESS if cells.text("Started") else TicketStatus.TODO


def _person(text: str) -> Person | None:
    """Linear names people by their address, or by what they call themselves."""
    if not text:
        return None
    return Person(username=text) if "@" in text else Person(name=text)


def _completed(cells: Cells, status: TicketStatus) -> dt.datetime | UnsetType:
    ended = cells.instant("Completed", "Canceled") if status is TicketStatus.DONE else None
    return ended or UNSET


def _plain(text: str) -> str:
    return _FORMULA.sub("", text, count=1) if _FORMULA.match(text) else text
