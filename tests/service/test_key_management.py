"""API keys: made, revoked, limited and listed by those who manage them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from gql_tickets.auth import Actor, Scope, operator
from gql_tickets.domain.directory import ApiKey
from gql_tickets.errors import (
    ErrorCode,
    Forbidden,
    LimitExceeded,
    NotFound,
    ValidationFailed,
)
from gql_tickets.service import directory, keys
from gql_tickets.service.keys import KEYS_MAX, KeyRing
from gql_tickets.store.engine import Store

READ = frozenset({Scope.TICKETS_READ})


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock of `ring`."""
    return Clock()


@pytest.fixture
def ring(store: Store, clock: Clock) -> KeyRing:
    """A key ring that trusts a key for three seconds."""
    return KeyRing(store, 3, clock=clock)


async def make(store: Store, actor: Actor, **given: Any) -> tuple[ApiKey, str]:
    return await keys.create(store, actor, **{"name": "ci", "scopes": READ, **given})


async def one(store: Store, actor: Actor, id: str) -> ApiKey:
    return next(key for key in await keys.list_keys(store, actor) if key.id == id)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "\0"}, "name"),
        ({"scopes": ()}, "scopes"),
        ({"expires_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "expires_at"),
        ({"user_id": 5}, "user_id"),
        ({"user_id": 2**40}, "user_id"),
    ],
)
async def test_what_no_key_can_be(
    store: Store, actor: Actor, given: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await make(store, actor, **given)
    assert caught.value.path == (path,)
    assert await keys.list_keys(store, actor) == []


async def test_scopes_are_stored_once_and_in_their_order(store: Store, actor: Actor) -> None:
    key, _ = await make(store, actor, scopes=[Scope.API_KEYS_MANAGE, *READ, *READ])
    assert key.scopes == ("tickets:read", "api_keys:manage")


async def test_a_key_cannot_make_one_that_may_do_more(store: Store, actor: Actor) -> None:
    manager = replace(actor, scopes=frozenset({Scope.API_KEYS_MANAGE, Scope.TICKETS_READ}))
    await make(store, manager)
    with pytest.raises(Forbidden) as caught:
        await make(store, manager, scopes={Scope.TICKETS_READ, Scope.TICKETS_WRITE})
    assert caught.value.code is ErrorCode.INSUFFICIENT_SCOPE
    assert caught.value.required_scopes == ("tickets:write",)


async def test_keys_need_their_scope(store: Store, actor: Actor) -> None:
    key, _ = await make(store, actor)
    writer = replace(actor, scopes=frozenset(Scope) - {Scope.API_KEYS_MANAGE})
    with pytest.raises(Forbidden):
        await make(store, writer)
    with pytest.raises(Forbidden):
        await keys.revoke(store, writer, id=key.id)
    with pytest.raises(Forbidden):
        await keys.list_keys(store, writer)


async def test_revoking_again_changes_nothing(store: Store, actor: Actor) -> None:
    key, _ = await make(store, actor)
    revoked = await keys.revoke(store, actor, id=key.id)
    assert revoked.revoked_at is not None
    assert await keys.revoke(store, actor, id=key.id) == revoked
    assert replace(revoked, revoked_at=None) == key


async def test_a_key_of_another_organization_cannot_be_revoked_or_seen(
    store: Store, actor: Actor
) -> None:
    foreign = await directory.create_organization(store, slug="other", name="Other")
    key, _ = await make(store, actor)
    other = operator(foreign.id, foreign.slug)
    for id in (key.id, "", "0" * 16):
        with pytest.raises(NotFound) as caught:
            await keys.revoke(store, other, id=id)
        assert caught.value.path == ("id",)
    assert await keys.list_keys(store, other) == []
    assert (await one(store, actor, key.id)).revoked_at is None


async def test_keys_in_force_are_listed_first_and_the_newest_of_them(
    store: Store, actor: Actor
) -> None:
    made = [(await make(store, actor, name=str(number)))[0] for number in range(4)]
    await keys.revoke(store, actor, id=made[3].id)
    assert [key.name for key in await keys.list_keys(store, actor)] == ["2", "1", "0", "3"]


async def test_an_organization_has_at_most_200_keys_and_a_spent_one_makes_room(
    store: Store, actor: Actor
) -> None:
    made = [(await make(store, actor))[0] for _ in range(KEYS_MAX)]
    with pytest.raises(LimitExceeded) as caught:
        await make(store, actor)
    assert caught.value.code is ErrorCode.LIMIT_EXCEEDED
    await keys.revoke(store, actor, id=made[7].id)
    fresh, _ = await make(store, actor)
    ids = {key.id for key in await keys.list_keys(store, actor)}
    assert len(ids) == KEYS_MAX
    assert fresh.id in ids
    assert made[7].id not in ids
