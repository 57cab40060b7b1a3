"""The formats of files, and how to tell which one a file has."""

from __future__ import annotations

import csv
import enum
import io
from collections.abc import Callable, Sequence
from typing import BinaryIO, TextIO

from gql_tickets.domain.transfer import Exported, Incoming
from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer import github, jira, linear, ndjson, table


class ExportFormat(enum.Enum):
    """What an export is written in."""

    NDJSON = "ndjson"
    CSV = "csv"


class ImportFormat(enum.Enum):
    """What an import reads."""

    NDJSON = "ndjson"
    CSV = "csv"
    GITHUB = "github"
    JIRA = "jira"
    LINEAR = "linear"


_WRITERS = {ExportFormat.NDJSON: ndjson.writer, ExportFormat.CSV: table.writer}
_TABLES = {
    ImportFormat.JIRA: jira,
    ImportFormat.LINEAR: linear,
    ImportFormat.CSV: table,
}
"""In the order in which they are told apart: each by the columns that it needs."""


def writer(form: ExportFormat, file: BinaryIO) -> Callable[[Sequence[Exported]], None]:
    """What writes an export to the file."""
    return _WRITERS[form](file)


def guess(content: bytes) -> ImportFormat | None:
    """The format of a file, told from its content; None when that is not clear."""
    text = content[:65_536].decode("utf-8-sig", errors="replace").lstrip()
    if text.startswith("{"):
        return ImportFormat.NDJSON if ndjson.FORMAT in text.partition("\n")[0] else None
    if text.startswith("["):
        return ImportFormat.GITHUB
    header = {name.strip() for name in next(csv.reader(io.StringIO(text, newline="")), [])}
    for form, reader in _TABLES.items():
        if header.issuperset(reader.NEEDED):
            return form
    return None


def read(form: ImportFormat, content: bytes) -> Incoming:
    """The file, read. Raises ValidationFailed for one that is nothing of the kind."""
    if form is ImportFormat.NDJSON:
        return ndjson.read(io.BytesIO(content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValidationFailed.of("file", f"Line {line}: this is not UTF-8.") from error
    if form is ImportFormat.GITHUB:
        return github.read(text)
    read_table: Callable[[TextIO], Incoming] = _TABLES[form].read
    return read_table(io.StringIO(text, newline=""))
