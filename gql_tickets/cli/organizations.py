"""`orgs create`, `orgs list`, and how the other commands find the organization that they act in."""

from __future__ import annotations

from typing import Annotated

import typer

from gql_tickets.auth import Actor, operator
from gql_tickets.cli.running import Failed, look, run
from gql_tickets.cli.tables import show
from gql_tickets.domain.directory import Organization
from gql_tickets.service import directory
from gql_tickets.store.engine import Store

commands = typer.Typer(help="Organizations: each a tenant of its own.", no_args_is_help=True)

OrgOption = Annotated[
    str | None,
    typer.Option("--org", help="Slug of the organization; may be left out if there is one."),
]


@commands.command("create")
def create(
    slug: Annotated[str, typer.Argument(help="The organization's name in URLs.")],
    name: Annotated[str | None, typer.Option(help="Display name.", show_default="the slug")] = None,
    prefix: Annotated[str, typer.Option(help="What its tickets' slugs start with.")] = "AM",
) -> None:
    """Create an organization."""

    async def work(store: Store) -> Organization:
        return await directory.create_organization(
            store, slug=slug, name=name or slug, ticket_prefix=prefix
        )

    created = run(work)
    typer.echo(f"Created {created.slug}, whose tickets are {created.ticket_prefix}-1, …")


@commands.command("list")
def list_() -> None:
    """List the organizations."""
    organizations = look(directory.list_organizations)
    show(
        ("slug", "name", "prefix", "created"),
        [(each.slug, each.name, each.ticket_prefix, each.created_at) for each in organizations],
    )


async def actor_of(store: Store, slug: str | None) -> Actor:
    """The operator in the organization, or in the only one. Raises Failed when there is none such."""
    if slug is not None:
        found = await directory.find_organization(store, slug)
        if found is None:
            raise Failed(f"There is no organization {slug!r}. See `gql-tickets orgs list`.")
        return operator(found.id, found.slug)
    actors = await actors_of(store, None)
    if not actors:
        raise Failed("There is no organization yet. See `gql-tickets orgs create --help`.")
    if len(actors) > 1:
        raise Failed("There is more than one organization: name one with --org.")
    return actors[0]


async def actors_of(store: Store, slug: str | None) -> list[Actor]:
    """The operator in the organization, or in each of them."""
    if slug is not None:
        return [await actor_of(store, slug)]
    return [operator(each.id, each.slug) for each in await directory.list_organizations(store)]
