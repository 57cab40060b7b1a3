"""Who is calling, on a connection of any kind, and for how long that stays true."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import Scope

from gql_tickets.auth import Actor
from gql_tickets.context import (
    Context,
    Credentials,
    State,
    authenticated,
    charge,
    context_for,
    credentials_of,
)
from gql_tickets.errors import Forbidden, TicketsError, Unauthenticated, Unavailable

RECHECK_SECONDS = 1.5
"""With the few seconds that a checked key is trusted, a revoked one is out within five."""


class Caller:
    """The credential of a connection."""

    def __init__(self, state: State, credentials: Credentials) -> None:
        self._state = state
        self._credentials = credentials

    async def actor(self) -> Actor | None:
        """Whose credential it is; None without one. Raises Unauthenticated or Forbidden."""
        return await authenticated(self._state, self._credentials)

    async def context(self) -> Context:
        """A context for one operation, which is charged one point. Raises as `actor`, RateLimited."""
        return await context_for(self._state, self._credentials)

    async def pay(self, context: Context, cost: int) -> None:
        """Take what is going to run from the caller's bucket, in points. Raises RateLimited."""
        await charge(self._state, context, cost)

    async def refused(self) -> TicketsError:
        """Wait until the credential is no longer good. Returns why."""
        while any(self._credentials):
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                await self.actor()
            except (Unauthenticated, Forbidden) as error:
                return error
            except Unavailable:
                continue  # the database is away, which says nothing of the key
        return await asyncio.Future()  # nobody's credential cannot be revoked


def caller_of(scope: Scope, payload: Mapping[str, Any] | None = None) -> Caller:
    """The caller that a connection's headers name, or the payload of its `connection_init`."""
    state: State = scope["app"].state.tickets
    given = {
        name.lower(): value for name, value in (payload or {}).items() if isinstance(value, str)
    }
    told = Credentials(given.get("x-api-key"), given.get("authorization"))
    return Caller(state, credentials_of(scope) if told == (None, None) else told)
