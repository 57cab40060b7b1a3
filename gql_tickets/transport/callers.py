"""Who is calling, on a connection of any kind, and for how long that stays true."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import Scope

from gql_tickets.auth import Actor
from gql_tickets.context import (
    GRAPHQL_LIMITS,
    Context,
    State,
    authenticated,
    charge,
    new_context,
)
from gql_tickets.errors import Forbidden, TicketsError, Unauthenticated, Unavailable

RECHECK_SECONDS = 1.5
"""With the few seconds that a checked key is trusted, a revoked one is out within five."""


class Caller:
    """The credential of a connection."""

    def __init__(self, state: State, api_key: str | None, authorization: str | None) -> None:
        self._state = state
        self._api_key = api_key
        self._authorization = authorization

    async def actor(self) -> Actor | None:
        """Whose credential it is; None without one. Raises Unauthenticated or Forbidden."""
        return await authenticated(self._state, self._api_key, self._authorization)

    async def context(self, scope: Scope) -> Context:
        """A context for one operation, which is charged one point. Raises as `actor`, RateLimited."""
        actor = await self.actor()
        request_id: str = scope.get("state", {}).get("request_id", "")
        state = self._state
        context = new_context(state.store, actor, GRAPHQL_LIMITS, request_id, live=state.live)
        await charge(state, context, 1)
        return context

    async def pay(self, context: Context, cost: int) -> None:
        """Take what is going to run from the caller's bucket, in points. Raises RateLimited."""
        await charge(self._state, context, cost)

    async def refused(self) -> TicketsError:
        """Wait until the credential is no longer good. Returns why."""
        while self._api_key or self._authorization:
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
    api_key = authorization = None
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            api_key = value.decode("latin-1")
        elif name == b"authorization":
            authorization = value.decode("latin-1")
    given = {
        name.lower(): value for name, value in (payload or {}).items() if isinstance(value, str)
    }
    if "x-api-key" in given or "authorization" in given:
        return Caller(state, given.get("x-api-key"), given.get("authorization"))
    return Caller(state, api_key, authorization)
