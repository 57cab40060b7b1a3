"""`changes trim`: cut off the old end of the change log by hand. `serve` does it by itself."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from gql_tickets.cli.organizations import OrgOption, actor_of
from gql_tickets.cli.running import load_settings, look
from gql_tickets.service import changes
from gql_tickets.store.engine import Store

commands = typer.Typer(help="The change log that clients poll and follow.", no_args_is_help=True)


@commands.command("trim")
def trim(
    *,
    org: OrgOption = None,
    older_than_hours: Annotated[
        float | None,
        typer.Option(
            help="Keep what is younger.",
            min=0,
            show_default="the setting change_log_retention_hours",
        ),
    ] = None,
) -> None:
    """Cut off entries that are too old, of one organization or all. Cursors before them expire."""
    hours = older_than_hours
    if hours is None:
        hours = load_settings().change_log_retention_hours

    async def work(store: Store) -> int:
        only = None if org is None else (await actor_of(store, org)).org_id
        return await changes.trim(store, older_than=dt.timedelta(hours=hours), org_id=only)

    typer.echo(f"Cut off {look(work)} entries.")
