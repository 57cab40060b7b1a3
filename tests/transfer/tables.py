"""How the tests of tables write one and read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import TextIO

from gql_tickets.domain.transfer import Incoming, TicketRow

Read = Callable[[TextIO], Incoming]
Refused = tuple[int, str, str]


def read_rows(read: Read, *rows: Mapping[str, str]) -> Incoming:
    """What is read of a table of these rows; its columns are all that any of them has."""
    file = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(file, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    file.seek(0)
    return read(file)


def read_row(read: Read, row: Mapping[str, str]) -> TicketRow:
    """The ticket of a table of one row."""
    found = read_rows(read, row)
    assert found.refused == []
    (ticket,) = found.tickets
    return ticket


def refusal(read: Read, row: Mapping[str, str]) -> Refused:
    """Line, name and message of the refusal of a table's one row."""
    found = read_rows(read, row)
    assert found.tickets == []
    (refused,) = found.refused
    return refused.line, refused.name, refused.message
