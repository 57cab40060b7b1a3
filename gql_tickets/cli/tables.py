"""Lists on stdout: aligned on a terminal, tab-separated and without a header for other programs."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Cell = str | int | dt.datetime | None


def show(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print rows; tabs and line ends within a cell become spaces."""
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(map(_text, row)))
        return
    table = Table(*header, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_text(cell)) for cell in row))
    Console().print(table)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
    return " ".join(str(cell).split())
