"""Rows of a CSV or NDJSON file, or of stdin, read and checked as a whole before anything is written."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gql_tickets.cli.running import Failed
from gql_tickets.domain.ids import INT32_MAX, number
from gql_tickets.errors import Problem

BAD_ROWS_SHOWN_MAX = 20

STDIN = Path("-")
"""Its form is told by its first sign: NDJSON begins with a brace."""

_NDJSON = {".ndjson", ".jsonl"}


class Row(NamedTuple):
    """One object of a file: its line, its id, and the fields that the file gives for it."""

    line: int
    id: int
    fields: Mapping[str, str | None]


def read_rows(path: Path, fields: tuple[str, ...]) -> list[Row]:
    """Every row of the file. An empty CSV cell is null; a column that is not there stays as it is.

    Raises Failed, naming the bad rows by line, when a single one is bad.
    """
    try:
        content = sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Failed(f"Cannot read {_called(path)}: {reason}.") from error
    if path == STDIN:
        raw = _ndjson(text) if text.lstrip().startswith("{") else _csv(path, text)
    elif path.suffix.lower() in _NDJSON:
        raw = _ndjson(text)
    elif path.suffix.lower() == ".csv":
        raw = _csv(path, text)
    else:
        raise Failed(f"Cannot tell what {path} is: it should end in .csv, .ndjson or .jsonl.")
    return _checked(path, raw, fields)


def refusal(path: Path, problems: Sequence[str]) -> str:
    """What to say of a file that was not taken."""
    more = len(problems) - BAD_ROWS_SHOWN_MAX
    lines = [*problems[:BAD_ROWS_SHOWN_MAX], *([f"and {more} more"] if more > 0 else [])]
    return "\n".join(["Nothing was written.", *(f"{_called(path)}, {line}" for line in lines)])


def _called(path: Path) -> str:
    return "stdin" if path == STDIN else str(path)


def named(rows: Sequence[Row], problems: Iterable[Problem]) -> list[str]:
    """The service's problems, whose paths begin with an id, by the line that holds it."""
    line_of = {str(row.id): row.line for row in rows}
    return [f"line {line_of.get(problem.path[0], '?')}: {problem.message}" for problem in problems]


def _checked(path: Path, raw: Iterator[tuple[int, object]], fields: tuple[str, ...]) -> list[Row]:
    rows: list[Row] = []
    problems: list[str] = []
    first_line: dict[int, int] = {}
    for line, value in raw:
        try:
            row = _row(line, value, fields)
            first = first_line.setdefault(row.id, line)
            if first != line:
                raise ValueError(f"id {row.id} is on line {first} already")  # noqa: TRY301
        except ValueError as error:
            problems.append(f"line {line}: {error}")
        else:
            rows.append(row)
    if problems:
        raise Failed(refusal(path, problems))
    return rows


def _row(line: int, value: object, fields: tuple[str, ...]) -> Row:
    if isinstance(value, ValueError):
        raise value
    if not isinstance(value, dict):
        raise ValueError("this is not a JSON object")  # noqa: TRY004 - a fault of the row
    if unknown := sorted(set(value) - {"id", *fields}):
        raise ValueError(f"{unknown[0]!r} is not one of id, {', '.join(fields)}")
    given = {name: value[name] for name in fields if name in value}
    for name, content in given.items():
        if content is not None and not isinstance(content, str):
            raise ValueError(f"{name} is not text")
    return Row(line, _id(value.get("id")), given)


def _id(value: object) -> int:
    found = number(value) if isinstance(value, str) else value
    if isinstance(found, bool) or not isinstance(found, int) or not 0 < found <= INT32_MAX:
        raise ValueError(f"id is not a whole number from 1 to {INT32_MAX}")
    return found


def _ndjson(text: str) -> Iterator[tuple[int, object]]:
    # Lines end at \n alone: U+2028 and its like may stand within a JSON text.
    for line, content in enumerate(text.split("\n"), start=1):
        if content.strip():
            try:
                yield line, json.loads(content)
            except (ValueError, RecursionError):
                yield line, ValueError("this is not JSON")


def _csv(path: Path, text: str) -> Iterator[tuple[int, object]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if "id" not in header or len(set(header)) != len(header):
            raise Failed(
                f"{_called(path)}, line 1: there has to be a header, each column once, one of them id."
            )
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(header):
                yield line, {name: cell or None for name, cell in zip(header, cells, strict=True)}
            elif cells:
                yield line, ValueError(f"{len(cells)} cells under {len(header)} columns")
            line = reader.line_num + 1
    except csv.Error as error:
        raise Failed(
            f"{_called(path)}, line {reader.line_num}: {error}. Nothing was written."
        ) from error
