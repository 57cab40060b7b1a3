"""`keys create`, `keys list`, `keys revoke`."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

import typer

from gql_tickets.auth import Actor, Scope
from gql_tickets.cli.organizations import OrgOption, actor_of, actors_of
from gql_tickets.cli.running import Failed, look, run
from gql_tickets.cli.tables import show
from gql_tickets.domain.directory import ApiKey
from gql_tickets.service import keys
from gql_tickets.store.engine import Store

commands = typer.Typer(help="API keys: what programs show to come in.", no_args_is_help=True)

PREFIX_LENGTH_MIN = 6

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DATE.pattern + r"[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})")


def read_expiry(text: str) -> dt.datetime:
    """`2027-01-31`, good to the end of that day in UTC, or a moment of RFC 3339."""
    try:
        if _DATE.fullmatch(text):
            day = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
            return day + dt.timedelta(days=1)
        if _MOMENT.fullmatch(text):
            return dt.datetime.fromisoformat(text.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise typer.BadParameter("give a date, 2027-01-31, or a moment, 2027-01-31T18:00:00Z")


@commands.command("create")
def create(
    *,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[
        list[Scope], typer.Option(help="What it may do; give it once for each scope.")
    ],
    org: OrgOption = None,
    expires: Annotated[
        dt.datetime | None,
        typer.Option(
            parser=read_expiry, metavar="DATE", help="2027-01-31 (its last day, UTC) or RFC 3339."
        ),
    ] = None,
    user: Annotated[int | None, typer.Option(metavar="ID", help="The user behind the key.")] = None,
) -> None:
    """Create a key and print it, alone on the last line: it is shown this once."""

    async def work(store: Store) -> tuple[ApiKey, str]:
        return await keys.create(
            store,
            await actor_of(store, org),
            name=name,
            scopes=frozenset(scope),
            expires_at=expires,
            user_id=user,
        )

    key, secret = run(work)
    until = f", good until {key.expires_at:%Y-%m-%dT%H:%M:%SZ}" if key.expires_at else ""
    typer.echo(f"Created the key {key.id} ({key.name}){until}. It is not shown again:", err=True)
    typer.echo(secret)


@commands.command("list")
def list_(*, org: OrgOption = None) -> None:
    """List the keys of an organization, or of all. Their secrets are not stored."""
    show(
        ("org", "id", "name", "key", "scopes", "created", "expires", "revoked", "last used"),
        [
            (
                actor.org_slug,
                key.id,
                key.name,
                f"{key.prefix}…",
                " ".join(key.scopes),
                key.created_at,
                key.expires_at,
                key.revoked_at,
                key.last_used_at,
            )
            for actor, key in look(lambda store: _keys(store, org))
        ],
    )


@commands.command("revoke")
def revoke(
    id: Annotated[
        str, typer.Argument(help="The key's id, as `keys list` shows it, or its first 6 or more.")
    ],
    *,
    org: OrgOption = None,
) -> None:
    """Revoke a key. Every worker refuses it within seconds."""

    async def work(store: Store) -> ApiKey:
        begin = [
            (actor, key)
            for actor, key in await _keys(store, org)
            if key.id == id or (len(id) >= PREFIX_LENGTH_MIN and key.id.startswith(id))
        ]
        if len(begin) > 1:
            raise Failed(f"{len(begin)} keys have an id that begins with {id!r}: give more of it.")
        for actor, key in begin:
            return await keys.revoke(store, actor, id=key.id)
        raise Failed(f"There is no key {id!r}. See `gql-tickets keys list`.")

    revoked = run(work)
    typer.echo(f"Revoked the key {revoked.id} ({revoked.name}).")


async def _keys(store: Store, org: str | None) -> list[tuple[Actor, ApiKey]]:
    return [
        (actor, key)
        for actor in await actors_of(store, org)
        for key in await keys.list_keys(store, actor)
    ]
