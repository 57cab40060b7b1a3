"""Lists on stdout: aligned on a terminal, tab-separated beneath a header for other programs."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Cell = str | int | dt.datetime | None

WHOLE = frozenset({"id", "slug", "org"})
"""Columns that are given to other commands, and so never broken."""

FOLDED_WIDTH_MIN = 8
GAP = 2


def show(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print rows; tabs and line ends within a cell become spaces.

    On a terminal nothing is cut off: what is too wide goes on beneath, ids and dates stay whole, and
    columns without any content are left out.
    """
    rows = list(rows)
    if not sys.stdout.isatty():
        for row in (header, *rows):
            typer.echo("\t".join(map(_text, row)))
        return
    filled = [at for at in range(len(header)) if not rows or any(_text(row[at]) for row in rows)]
    table = Table(box=None, header_style="bold", pad_edge=False)
    needed = 0
    for at in filled:
        cells = [row[at] for row in rows]
        is_whole = header[at] in WHOLE or any(isinstance(cell, dt.datetime) for cell in cells)
        widest = max((len(_text(cell)) for cell in (header[at], *cells)), default=0)
        needed += GAP + (widest if is_whole else min(widest, FOLDED_WIDTH_MIN))
        table.add_column(
            header[at], no_wrap=is_whole, overflow="fold", min_width=widest if is_whole else None
        )
    for row in rows:
        table.add_row(*(Text(_text(row[at])) for at in filled))
    # A terminal that is narrower breaks the line itself. Rich believes a width where it has a height.
    width, height = Console().size
    Console(width=max(width, needed), height=height).print(table)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
    return " ".join(str(cell).split())
