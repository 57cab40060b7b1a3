"""The command `gql-tickets`: one file a group of commands, each a thin spelling of a service call."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from gql_tickets.cli import changes, directory, doctor, keys, organizations, server, transfer
from gql_tickets.cli.running import Failed
from gql_tickets.errors import TicketsError

app = typer.Typer(
    name="gql-tickets",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gql-tickets {version('gql-tickets')}")
        raise typer.Exit


@app.callback()
def common(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Say the version and end."
        ),
    ] = False,
) -> None:
    """A ticket service with two doors over one floor: GraphQL and REST."""


app.command("serve")(server.serve)
app.command("migrate")(server.migrate)
app.command("schema")(server.schema)
app.add_typer(changes.commands, name="changes")
app.command("doctor")(doctor.doctor)
app.add_typer(organizations.commands, name="orgs")
app.add_typer(keys.commands, name="keys")
app.add_typer(directory.users, name="users")
app.add_typer(directory.repositories, name="repos")
app.command("export")(transfer.export)
app.command("import")(transfer.import_)


def main(arguments: list[str] | None = None) -> None:
    """Run a command. Exits with 0; 1 and one line on stderr when it failed; 2 for a wrong usage."""
    try:
        app(arguments)
    except Failed as failed:
        _fail(str(failed))
    except TicketsError as error:
        _fail(error.message)
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str) -> NoReturn:
    typer.echo(f"gql-tickets: {message}", err=True)
    sys.exit(1)
