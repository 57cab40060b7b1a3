"""What a resolver needs of a request, the same for both doors. Authentication happens here."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import NamedTuple, NoReturn, TypeAlias, cast

import strawberry
from starlette.types import Scope

from gql_tickets.auth import Actor, read_credential
from gql_tickets.errors import ErrorCode, Forbidden, RateLimited, Unauthenticated
from gql_tickets.loaders import Loaders
from gql_tickets.observability.metrics import Metrics
from gql_tickets.observability.requests import noted
from gql_tickets.service.budgets import UNLIMITED, Budget, Budgets
from gql_tickets.service.keys import KeyRing
from gql_tickets.service.live import Live
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much one list may return; each door has its own."""

    page_max: int
    offset_max: int


class Credentials(NamedTuple):
    """`X-API-Key` and `Authorization`, as they are shown."""

    api_key: str | None = None
    authorization: str | None = None


GRAPHQL_LIMITS = Limits(page_max=250, offset_max=10_000)


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """What lives as long as the process, on `app.state.tickets`."""

    store: Store
    keys: KeyRing
    live: Live
    settings: Settings
    metrics: Metrics
    budgets: Budgets
    is_draining: Callable[[], bool]


@dataclasses.dataclass(slots=True)
class Spending:
    """What one operation has been charged so far, and the caller's budget after that."""

    cost: int = 0
    budget: Budget = UNLIMITED


@dataclasses.dataclass(frozen=True)
class Context:
    """One request: its caller, if it has shown a key, and what was loaded for it so far."""

    store: Store
    actor_or_none: Actor | None
    limits: Limits
    request_id: str = ""
    live: Live | None = None
    spending: Spending = dataclasses.field(default_factory=Spending)

    @functools.cached_property
    def loaders(self) -> Loaders:
        """What was loaded; made when the first edge is, since many a request has none."""
        return Loaders(self.store, self.actor_or_none)

    @property
    def actor(self) -> Actor:
        """The caller. Raises AUTH_REQUIRED for a request without a credential."""
        if self.actor_or_none is None:
            raise Unauthenticated(
                "An API key is required: send it as X-API-Key.", code=ErrorCode.AUTH_REQUIRED
            )
        return self.actor_or_none

    def renewed(self) -> Context:
        """The same caller, nothing loaded yet: for the next event, or operation of a batch."""
        return dataclasses.replace(self)


Info: TypeAlias = strawberry.Info[Context, None]


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """What resolvers read of Strawberry's Info, for callers that have no GraphQL document."""

    context: Context
    columns: frozenset[str] | None = None
    """The attributes of tickets that will be shown; None for all."""

    @classmethod
    def info(cls, context: Context, columns: frozenset[str] | None = None) -> Info:
        """The call, as the type that resolvers are annotated with."""
        return cast("Info", cls(context, columns))


def new_context(
    store: Store,
    actor: Actor | None,
    limits: Limits,
    request_id: str = "",
    live: Live | None = None,
) -> Context:
    """A context with fresh loaders: what one request loads is never shown to another."""
    store = store if actor is None else store.of(actor.org_id)
    return Context(store, actor, limits, request_id, live)


async def context_for(
    state: State, credentials: Credentials, limits: Limits = GRAPHQL_LIMITS
) -> Context:
    """The context of a request. No credential is no error here; a bad one is (R12).

    A request with a key is charged one point, whatever becomes of it. Raises RateLimited.
    """
    actor = await authenticated(state, credentials)
    context = new_context(state.store, actor, limits, noted().request_id, live=state.live)
    await charge(state, context, 1)
    return context


def credentials_of(scope: Scope) -> Credentials:
    """What the headers of a connection show."""
    api_key = authorization = None
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            api_key = api_key or value.decode("latin-1")
        elif name == b"authorization":
            authorization = authorization or value.decode("latin-1")
    return Credentials(api_key, authorization)


async def authenticated(state: State, credentials: Credentials) -> Actor | None:
    """Whose credential it is; None without one. Raises Unauthenticated or Forbidden (R12).

    An address that has shown too many bad ones is refused without a look: RateLimited. A key that
    was good before is looked at all the same, for it is not the one that is being guessed.
    """
    if not any(credentials):
        return None
    credential = read_credential(*credentials)
    note = noted()
    if (seconds := state.budgets.wait_seconds(note.client)) and not state.keys.knows(credential):
        _refuse(seconds)
    try:
        actor = await state.keys.authenticate(credential)
    except (Unauthenticated, Forbidden):
        state.budgets.failed(note.client)
        raise
    note.caller(actor.org_slug, actor.key_id)
    return actor


async def charge(state: State, context: Context, points: int) -> None:
    """Take points from the caller's bucket, before they are worked for; both doors call it.

    Without a caller nothing is taken. Raises RateLimited.
    """
    actor, spending = context.actor_or_none, context.spending
    if actor is None or not points:
        return
    noted().budget = spending.budget = budget = await state.budgets.charge(actor, points)
    if budget.retry_after_seconds:
        _refuse(budget.retry_after_seconds)
    spending.cost += points


def _refuse(seconds: int) -> NoReturn:
    noted().retry_after_seconds = seconds
    raise RateLimited(seconds)
