"""Jira's export to CSV: "all fields" of a search, or those of a list that has the ones needed."""

from __future__ import annotations

import datetime as dt
from typing import TextIO

from msgspec import UNSET, UnsetType, structs

from gql_tickets.domain.tickets import TicketPriority, TicketStatus
from gql_tickets.domain.transfer import Incoming, Person, TicketRow
from gql_tickets.transfer.cells import Cells, read_table
from gql_tickets.transfer.vocabulary import priority_of, status_of, type_of

SOURCE = "jira"
NEEDED = ("Issue key", "Summary", "Status")

_PARENTS = ("Parent key", "Custom field (Epic Link)", "Epic Link")


def read(file: TextIO) -> Incoming:
    """The issues of the export. A parent may be named by its key, or by the number of its issue."""
    numbers: dict[str, str] = {}
    incoming = read_table(file, NEEDED, lambda cells: _row(cells, numbers))
    rows = [
        structs.replace(row, parent=numbers.get(row.parent, row.parent))
        if isinstance(row.parent, str)
        else row
        for row in incoming.tickets
    ]
    return structs.replace(incoming, tickets=rows)


def _row(cells: Cells, numbers: dict[str, str]) -> TicketRow:
    key = cells.text("Issue key")
    if not key:
        raise ValueError("There is no Issue key.")
    if number := cells.text("Issue id"):
        numbers[number] = key
    status = _status(cells)
    return TicketRow(
        line=cells.line,
        source=SOURCE,
        key=key,
        title=cells.text("Summary"),
        description=cells.whole("Description") or None,
        type=type_of(cells.text("Issue Type")),
        status=status,
        priority=_priority(cells.text("Priority")),
        assignee=_person(cells.text("Assignee")),
        creator=_person(cells.text("Reporter", "Creator")),
        parent=cells.text(*_PARENTS, "Parent", "Parent id") or None,
        labels=tuple(
            dict.fromkeys(name for each in cells.texts("Labels") for name in each.split())
        ),
        created_at=cells.instant("Created"),
        updated_at=cells.instant("Updated"),
        completed_at=_completed(cells, status),
    )


def _status(cells: Cells) -> TicketStatus:
    """By its name; a name of a workflow of one's own, by its category, or by a resolution."""
    word = cells.text("Status")
    found = status_of(word) or status_of(cells.text("Status Category"))
    if found is None and cells.text("Resolution").lower() not in {"", "unresolved"}:
        return TicketStatus.DONE
    if found is None:
        raise ValueError(
            f"The status {word!r} is not known here: export the column Status Category with it."
        )
    return found


def _priority(word: str) -> TicketPriority:
    found = priority_of(word)
    if found is None:
        raise ValueError(f"The priority {word!r} is not known here.")
    return found


def _person(name: str) -> Person | None:
    return Person(name=name) if name and name.lower() != "unassigned" else None


def _completed(cells: Cells, status: TicketStatus) -> dt.datetime | UnsetType:
    resolved = cells.instant("Resolved") if status is TicketStatus.DONE else None
    return resolved or UNSET
