"""`doctor`: what is wrong or unsafe with this installation, as it is configured now."""

from __future__ import annotations

import asyncio
import enum
import sys
from typing import Annotated

import msgspec
import typer

from gql_tickets.cli.running import Failed, load_settings, look, open_current
from gql_tickets.errors import TicketsError
from gql_tickets.service import counters
from gql_tickets.service.doctor import Finding, Level, examine_configuration, examine_database
from gql_tickets.settings import Settings


class Format(enum.Enum):
    """For people, or for programs."""

    TEXT = "text"
    JSON = "json"


def doctor(
    *,
    form: Annotated[Format, typer.Option("--format", help="text or json.")] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="A warning is a fault.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Set wrong counters of tickets right, first.")
    ] = False,
) -> None:
    """Examine the settings and the database. Exits with 1 when there is a fault."""
    settings = load_settings()
    if repair:
        for organization in look(counters.repair):
            typer.echo(f"{organization.slug}: the counters of tickets are set right.", err=True)
    found = examine_configuration(settings) + asyncio.run(_examine_database(settings))
    if form is Format.JSON:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        for finding in found:
            typer.echo(_line(finding))
    bad = {Level.FAULT, Level.WARNING} if strict else {Level.FAULT}
    if any(finding.level in bad for finding in found):
        sys.exit(1)


async def _examine_database(settings: Settings) -> list[Finding]:
    """A database that cannot be reached, or is behind, is the only thing to say of it."""
    try:
        store = await open_current(settings)
    except Failed as failed:
        return [Finding("database", Level.FAULT, str(failed))]
    try:
        reached = Finding("database", Level.OK)
        return [reached, *await examine_database(settings, store)]
    except TicketsError as error:
        return [Finding("database", Level.FAULT, error.message)]
    finally:
        await store.close()


def _line(finding: Finding) -> str:
    said = " ".join(part for part in (finding.message, finding.advice) if part)
    return f"{finding.level.value:8} {finding.check:16} {said}".rstrip()
