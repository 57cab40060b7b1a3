"""Tables as files: the rows of a CSV file with their lines, and what a cell can mean."""

from __future__ import annotations

import csv
import datetime as dt
import enum
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO, TypeVar

from msgspec import UNSET, UnsetType

from gql_tickets.domain.transfer import Incoming, Refusal, TicketRow
from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer.instants import read_instant

E = TypeVar("E", bound=enum.Enum)

# A description may be long: whether it is too long the product says, of its one row.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


class Cells:
    """One row: its cells by the names of their columns, some of which may be there several times."""

    def __init__(self, line: int, header: Sequence[str], cells: Sequence[str]) -> None:
        self.line = line
        self._cells: dict[str, list[str]] = {}
        for name, cell in zip(header, cells, strict=True):
            self._cells.setdefault(name, []).append(cell)

    def text(self, *columns: str) -> str:
        """The first cell with anything in it, of any of the columns, trimmed; else nothing."""
        return next((text for name in columns for text in self.texts(name)), "")

    def texts(self, column: str) -> list[str]:
        """What stands in all the columns of that name, trimmed."""
        return [text for cell in self._cells.get(column, ()) if (text := cell.strip())]

    def whole(self, column: str) -> str:
        """The cell as it is: white space at the ends of a text may mean something."""
        return next((cell for cell in self._cells.get(column, ()) if cell), "")

    def has(self, column: str) -> bool:
        """Whether the file has the column at all."""
        return column in self._cells

    def instant(self, *columns: str) -> dt.datetime | None:
        """A point in time. Raises ValueError."""
        text = self.text(*columns)
        return read_instant(text) if text else None

    def number(self, column: str) -> int | None:
        """A whole number. Raises ValueError."""
        text = self.text(column)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 10):
            raise ValueError(f"{column} is not a whole number.")
        return int(text)

    def member(self, column: str, members: type[E]) -> E | UnsetType:
        """One of the words of an enum, in any case. Raises ValueError."""
        text = self.text(column)
        if not text:
            return UNSET
        try:
            return members(text.lower())
        except ValueError:
            words = ", ".join(member.value for member in members)
            raise ValueError(f"{column} must be one of {words}.") from None


def read_table(
    file: TextIO, columns: Sequence[str], row_of: Callable[[Cells], TicketRow]
) -> Incoming:
    """The tickets of a table that has these columns, and maybe others.

    Raises ValidationFailed for a file that is no such table. The file has to be opened with
    newline="".
    """
    reader = csv.reader(file, strict=True)
    header = [name.strip() for name in _next(reader) or []]
    if missing := [name for name in columns if name not in header]:
        raise ValidationFailed.of("file", f"Line 1 names no column {missing[0]!r}.")
    tickets: list[TicketRow] = []
    refused: list[Refusal] = []
    for line, cells in _numbered(reader):
        try:
            if len(cells) != len(header):
                raise ValueError(f"There are {len(cells)} cells under {len(header)} columns.")  # noqa: TRY301
            tickets.append(row_of(Cells(line, header, cells)))
        except ValueError as error:
            refused.append(Refusal(line, "", str(error)))
    return Incoming(tickets=tickets, refused=refused)


Reader = Iterator[list[str]]


def _numbered(reader: Reader) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line that it begins on."""
    line = _line(reader) + 1
    while (cells := _next(reader)) is not None:
        if cells:
            yield line, cells
        line = _line(reader) + 1


def _next(reader: Reader) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        message = f"Line {_line(reader)}: this is not CSV ({error})."
        raise ValidationFailed.of("file", message) from error


def _line(reader: Reader) -> int:
    line: int = reader.line_num  # type: ignore[attr-defined]
    return line
