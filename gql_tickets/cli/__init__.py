"""The command `gql-tickets`: one file a group of commands, each a thin spelling of a service call."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from gql_tickets.cli import changes, directory, doctor, keys, organizations, server
from gql_tickets.cli.running import Failed
from gql_tickets.errors import TicketsError

app = typer.Typer(
    name="gql-tickets",
    help="A ticket service with two doors over one floor: GraphQL and REST.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(server.serve)
app.command("migrate")(server.migrate)
app.command("schema")(server.schema)
app.add_typer(changes.commands, name="changes")
app.command("doctor")(doctor.doctor)
app.add_typer(organizations.commands, name="orgs")
app.add_typer(keys.commands, name="keys")
app.add_typer(directory.users, name="users")
app.add_typer(directory.repositories, name="repos")


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
