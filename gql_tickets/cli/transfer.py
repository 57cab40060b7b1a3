"""`export` and `import`: the tickets of an organization as a file, and the files of other programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.progress import Progress

from gql_tickets.cli.organizations import OrgOption, actor_of
from gql_tickets.cli.rows import STDIN
from gql_tickets.cli.running import Failed, look, run
from gql_tickets.domain.transfer import Exported, ImportReport, Incoming
from gql_tickets.errors import ValidationFailed
from gql_tickets.service import exporting, importing
from gql_tickets.store.engine import Store
from gql_tickets.transfer import formats
from gql_tickets.transfer.formats import ExportFormat, ImportFormat


def export(
    *,
    org: OrgOption = None,
    form: Annotated[
        ExportFormat,
        typer.Option("--format", help="ndjson loses nothing; csv is for spreadsheets."),
    ] = ExportFormat.NDJSON,
    output: Annotated[
        Path | None, typer.Option("--output", help="The file to write.", show_default="stdout")
    ] = None,
) -> None:
    """Write an organization's tickets, as they are at one moment, to a file or to stdout.

    The cursor on stderr is where `ticketChanges` and `ticketChanged` go on from that moment.
    """

    async def to(file: BinaryIO, store: Store) -> str:
        actor = await actor_of(store, org)
        write = formats.writer(form, file)

        def take(records: Sequence[Exported]) -> None:
            # Else the store would take it for a failure of its connection.
            with _writing(output):
                write(records)

        return await exporting.export(store, actor, take)

    with _writing(output):
        if output is None:
            cursor = look(partial(to, sys.stdout.buffer))
            sys.stdout.buffer.flush()
        else:
            with _replacing(output) as file:
                cursor = look(partial(to, file))
    typer.echo(f"Cursor: {cursor}", err=True)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to read; - is stdin.")],
    *,
    org: OrgOption = None,
    form: Annotated[
        ImportFormat | None,
        typer.Option(
            "--format",
            help="Ours (ndjson, csv), GitHub's issues as JSON, or the CSV of Jira or Linear.",
            show_default="what the file looks like",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    skip_refused: Annotated[
        bool,
        typer.Option(
            "--skip-refused", help="Leave out the rows that are refused, and take the rest."
        ),
    ] = False,
) -> None:
    """Make the tickets of a file that are new, and change those that the file has otherwise.

    All of it, or nothing. Given again, a file changes what has changed in it.
    """
    called = "stdin" if file == STDIN else str(file)
    incoming = _read(file, called, form)
    console = Console(stderr=True)

    async def work(store: Store) -> tuple[str, ImportReport]:
        actor = await actor_of(store, org)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task(called, total=len(incoming.tickets))
            report = await importing.run(
                store,
                actor,
                incoming,
                dry_run=dry_run,
                skip_refused=skip_refused,
                progress=partial(bar.advance, task),
            )
        return actor.org_slug, report

    slug, report = run(work)
    for refusal in report.refused:
        name = f" ({refusal.name})" if refusal.name else ""
        typer.echo(f"{called}, line {refusal.line}{name}: {refusal.message}", err=True)
    count = f"{len(report.refused)} rows are" if len(report.refused) > 1 else "a row is"
    if report.refused and not skip_refused:
        raise Failed(f"Nothing was imported: {count} refused. --skip-refused takes the others.")
    typer.echo(f"{_head(report, slug)}: {_counted(report)}.")
    if report.refused:
        raise Failed(f"{count[0].upper()}{count[1:]} refused, and left out.")


def _read(file: Path, called: str, form: ImportFormat | None) -> Incoming:
    try:
        content = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    except OSError as error:
        raise Failed(f"Cannot read {called}: {error.strerror}.") from error
    form = form or formats.guess(content)
    if form is None:
        names = ", ".join(each.value for each in ImportFormat)
        raise Failed(f"Cannot tell what {called} is: name its --format, one of {names}.")
    try:
        return formats.read(form, content)
    except ValidationFailed as error:
        raise Failed(f"{called} cannot be read as {form.value}. {error.message}") from error


@contextmanager
def _writing(output: Path | None) -> Iterator[None]:
    """Says in one line why a file, or stdout, cannot be written."""
    try:
        yield
    except BrokenPipeError:
        # What is left in the buffer would be written at the end, to nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Failed("Whoever was reading the export has gone.") from None
    except OSError as error:
        raise Failed(f"Cannot write {output or 'stdout'}: {error.strerror}.") from error


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once all of it is written."""
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _head(report: ImportReport, slug: str) -> str:
    return f"Imported into {slug}" if report.written else f"Would be imported into {slug}"


def _counted(report: ImportReport) -> str:
    """What became of the tickets, and what else was written."""
    tickets = f"{_number(report.created, 'ticket')} created, {report.updated} updated, {report.unchanged} left alone"
    others = [
        _number(count, noun)
        for count, noun in (
            (report.comments, "comment"),
            (report.users, "user"),
            (report.repositories, "repository"),
            (report.labels, "label"),
        )
        if count
    ]
    return "; ".join([tickets, ", ".join(others)]) if others else tickets


def _number(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun[-1] == "y" else f"{count} {noun}s"
