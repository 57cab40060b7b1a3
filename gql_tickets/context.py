"""What a resolver needs of a request, the same for both doors. Authentication happens here."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeAlias, cast

import strawberry
from starlette.requests import HTTPConnection

from gql_tickets.auth import Actor, read_credential
from gql_tickets.errors import ErrorCode, Unauthenticated
from gql_tickets.loaders import Loaders
from gql_tickets.observability.metrics import Metrics
from gql_tickets.observability.requests import noted
from gql_tickets.service.keys import KeyRing
from gql_tickets.service.live import Live
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much one list may return; each door has its own."""

    page_max: int
    offset_max: int


GRAPHQL_LIMITS = Limits(page_max=250, offset_max=10_000)


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """What lives as long as the process, on `app.state.tickets`."""

    store: Store
    keys: KeyRing
    live: Live
    settings: Settings
    metrics: Metrics


@dataclasses.dataclass(frozen=True)
class Context:
    """One request: its caller, if it has shown a key, and what was loaded for it so far."""

    store: Store
    actor_or_none: Actor | None
    limits: Limits
    loaders: Loaders
    request_id: str = ""
    live: Live | None = None

    @property
    def actor(self) -> Actor:
        """The caller. Raises AUTH_REQUIRED for a request without a credential."""
        if self.actor_or_none is None:
            raise Unauthenticated(
                "An API key is required: send it as X-API-Key.", code=ErrorCode.AUTH_REQUIRED
            )
        return self.actor_or_none

    def renewed(self) -> Context:
        """The same caller with nothing loaded yet: for the next event of a subscription."""
        return dataclasses.replace(self, loaders=Loaders(self.store, self.actor_or_none))


Info: TypeAlias = strawberry.Info[Context, None]


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """What resolvers read of Strawberry's Info, for callers that have no GraphQL document."""

    context: Context

    @classmethod
    def info(cls, context: Context) -> Info:
        """The call, as the type that resolvers are annotated with."""
        return cast("Info", cls(context))


def new_context(
    store: Store,
    actor: Actor | None,
    limits: Limits,
    request_id: str = "",
    live: Live | None = None,
) -> Context:
    """A context with fresh loaders: what one request loads is never shown to another."""
    return Context(store, actor, limits, Loaders(store, actor), request_id, live)


async def context_for(request: HTTPConnection, limits: Limits = GRAPHQL_LIMITS) -> Context:
    """The context of a request. No credential is no error here; a bad one is (R12)."""
    state: State = request.app.state.tickets
    actor = await authenticated(
        state, request.headers.get("x-api-key"), request.headers.get("authorization")
    )
    return new_context(state.store, actor, limits, _request_id(request.scope), live=state.live)


async def authenticated(
    state: State, api_key: str | None, authorization: str | None
) -> Actor | None:
    """Whose credential it is; None without one. Raises Unauthenticated or Forbidden (R12)."""
    if not api_key and not authorization:
        return None
    actor = await state.keys.authenticate(read_credential(api_key, authorization))
    noted().caller(actor.org_slug, actor.key_id)
    return actor


def _request_id(scope: Any) -> str:
    return str(scope.get("state", {}).get("request_id", ""))
