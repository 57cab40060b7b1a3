"""Who is calling."""

from __future__ import annotations

from gql_tickets.auth import Actor
from gql_tickets.context import Info


async def viewer(info: Info) -> Actor:
    """The caller. Raises AUTH_REQUIRED when there is none."""
    return info.context.actor
