"""API keys: made, checked, cached, expired, revoked, limited and never shown again."""

from __future__ import annotations

import datetime as dt
import hmac
import logging
from typing import Any

import pytest
import sqlalchemy as sa

from gql_tickets.auth import DEMO_KEY, Actor, Scope, key_hash, looks_like_key, new_key
from gql_tickets.domain.directory import ApiKey
from gql_tickets.errors import (
    ErrorCode,
    TicketsError,
    Unauthenticated,
    Unavailable,
)
from gql_tickets.service import demo, directory, keys
from gql_tickets.service.keys import KeyRing
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import api_keys

READ = frozenset({Scope.TICKETS_READ})
STORED = Statement(sa.select(*api_keys.c))
HOUR = dt.timedelta(hours=1)


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


@pytest.fixture
def seen(store: Store) -> list[str]:
    """Every statement that is run from here on."""
    statements: list[str] = []
    store.observer = statements.append
    return statements


async def make(store: Store, actor: Actor, **given: Any) -> tuple[ApiKey, str]:
    return await keys.create(store, actor, **{"name": "ci", "scopes": READ, **given})


async def refusal(ring: KeyRing, secret: str) -> ErrorCode:
    with pytest.raises(TicketsError) as caught:
        await ring.authenticate(secret)
    assert secret not in str(caught.value)
    return caught.value.code


async def one(store: Store, actor: Actor, id: str) -> ApiKey:
    return next(key for key in await keys.list_keys(store, actor) if key.id == id)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    """Let it be that moment for the key ring."""
    monkeypatch.setattr(keys, "_now", lambda: moment)


async def test_a_key_lets_its_holder_in(store: Store, actor: Actor, ring: KeyRing) -> None:
    key, secret = await make(store, actor, name=" ci ", scopes={Scope.TICKETS_WRITE})
    assert looks_like_key(secret)
    assert (key.name, key.prefix, key.scopes) == ("ci", secret[:12], ("tickets:write",))
    assert await ring.authenticate(secret) == Actor(
        org_id=actor.org_id,
        org_slug="acme",
        scopes=frozenset({Scope.TICKETS_WRITE, Scope.TICKETS_READ}),
        key_id=key.id,
        key_name="ci",
        user_id=None,
    )
    assert await keys.list_keys(store, actor) == [key]


async def test_a_key_can_stand_for_a_user(store: Store, actor: Actor, ring: KeyRing) -> None:
    await directory.upsert_user(store, actor, id=5)
    _, secret = await make(store, actor, user_id=5)
    assert (await ring.authenticate(secret)).user_id == 5


async def test_only_the_hash_of_a_key_is_stored(store: Store, actor: Actor) -> None:
    key, secret = await make(store, actor)

    async def work(db: Connection) -> list[tuple[Any, ...]]:
        return await db.rows(STORED)

    ((*values,),) = await store.read(work)
    assert key_hash(secret) in values
    assert secret not in repr(values)
    assert secret[16:] not in repr(values)
    assert secret not in repr(key)


async def test_the_check_costs_no_statement_on_a_warm_cache(
    store: Store, actor: Actor, ring: KeyRing, seen: list[str]
) -> None:
    _, secret = await make(store, actor)
    seen.clear()
    first = await ring.authenticate(secret)
    assert len(seen) == 1
    for _ in range(100):
        assert await ring.authenticate(secret) is first
    assert len(seen) == 1


async def test_a_key_is_asked_for_again_when_its_time_is_up(
    store: Store, actor: Actor, ring: KeyRing, clock: Clock, seen: list[str]
) -> None:
    _, secret = await make(store, actor)
    await ring.authenticate(secret)
    seen.clear()
    clock.now += 2.9
    await ring.authenticate(secret)
    assert seen == []
    clock.now += 0.1
    await ring.authenticate(secret)
    assert len(seen) == 1


async def test_trust_counts_from_before_the_database_was_asked(
    store: Store, actor: Actor, ring: KeyRing, clock: Clock, seen: list[str]
) -> None:
    _, secret = await make(store, actor)

    def slowly(statement: str) -> None:
        seen.append(statement)
        clock.now += 4

    store.observer = slowly
    await ring.authenticate(secret)
    await ring.authenticate(secret)
    assert len([statement for statement in seen if "hash =" in statement]) == 2


async def test_without_a_cache_every_check_asks(
    store: Store, actor: Actor, seen: list[str]
) -> None:
    ring = KeyRing(store, 0)
    _, secret = await make(store, actor)
    seen.clear()
    for _ in range(3):
        await ring.authenticate(secret)
    assert len(seen) == 3


async def test_a_revoked_key_is_refused_by_every_worker_within_the_cache_time(
    store: Store, actor: Actor, clock: Clock
) -> None:
    workers = [KeyRing(store, 3, clock=clock) for _ in range(3)]
    key, secret = await make(store, actor)
    for worker in workers:
        await worker.authenticate(secret)
    await keys.revoke(store, actor, id=key.id)
    clock.now += 3
    for worker in workers:
        assert await refusal(worker, secret) is ErrorCode.API_KEY_DISABLED
        assert await refusal(worker, secret) is ErrorCode.API_KEY_DISABLED


async def test_an_expired_key_is_refused_by_a_worker_that_has_not_seen_it(
    store: Store, actor: Actor, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, secret = await make(store, actor, expires_at=dt.datetime.now(dt.UTC) + HOUR)
    await ring.authenticate(secret)
    assert key.expires_at is not None
    set_clock(monkeypatch, key.expires_at + HOUR)
    assert await refusal(KeyRing(store, 3), secret) is ErrorCode.API_KEY_EXPIRED


async def test_expiry_is_exact_even_from_the_cache(
    store: Store, actor: Actor, ring: KeyRing, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expires_at = dt.datetime.now(dt.UTC).replace(microsecond=0) + HOUR
    _, secret = await make(store, actor, expires_at=expires_at)
    await ring.authenticate(secret)
    seen.clear()
    set_clock(monkeypatch, expires_at - dt.timedelta(milliseconds=1))
    await ring.authenticate(secret)
    set_clock(monkeypatch, expires_at)
    assert await refusal(ring, secret) is ErrorCode.API_KEY_EXPIRED
    assert seen == []


async def test_a_key_of_the_right_form_that_nobody_made_is_unknown(
    ring: KeyRing, seen: list[str]
) -> None:
    secret = new_key()
    for _ in range(2):
        assert await refusal(ring, secret) is ErrorCode.INVALID_TOKEN
    assert len(seen) == 2


@pytest.mark.parametrize("credential", ["amk_", "nonsense", "amk_" + "0" * 33, "\0", "\ud800"])
async def test_what_cannot_be_a_key_is_refused_without_a_statement(
    ring: KeyRing, seen: list[str], credential: str
) -> None:
    with pytest.raises(Unauthenticated):
        await ring.authenticate(credential)
    assert seen == []


async def test_a_key_that_is_made_after_it_was_refused_lets_in(
    store: Store, actor: Actor, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = new_key()
    assert await refusal(ring, secret) is ErrorCode.INVALID_TOKEN
    monkeypatch.setattr(keys, "new_key", lambda: secret)
    await make(store, actor)
    await ring.authenticate(secret)


async def test_hashes_are_compared_in_constant_time(
    store: Store, actor: Actor, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await make(store, actor)
    compared: list[bytes] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append(left)
        return hmac.compare_digest(left, right) and len(compared) < 3

    monkeypatch.setattr(keys, "compare_digest", compare)
    await ring.authenticate(secret)
    await ring.authenticate(secret)
    assert await refusal(ring, secret) is ErrorCode.INVALID_TOKEN
    assert compared == [key_hash(secret)] * 3


async def test_the_documented_key_opens_a_demo_and_nothing_else(
    store: Store, ring: KeyRing
) -> None:
    assert await refusal(ring, DEMO_KEY) is ErrorCode.INVALID_TOKEN
    await demo.fill(store)
    actor = await ring.authenticate(DEMO_KEY)
    assert (actor.org_slug, actor.scopes) == ("my-org", frozenset(Scope))


async def test_the_documented_key_is_refused_by_another_database_even_if_it_is_stored(
    store: Store, actor: Actor, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "new_key", lambda: DEMO_KEY)
    await make(store, actor)
    assert await refusal(ring, DEMO_KEY) is ErrorCode.INVALID_TOKEN


async def test_the_cache_has_an_end(
    store: Store, actor: Actor, ring: KeyRing, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_CACHED_MAX", 2)
    secrets = [(await make(store, actor))[1] for _ in range(3)]
    for secret in secrets:
        await ring.authenticate(secret)
    seen.clear()
    await ring.authenticate(secrets[2])
    assert seen == []
    await ring.authenticate(secrets[0])
    assert len(seen) == 1


async def test_no_secret_is_logged(
    store: Store, actor: Actor, ring: KeyRing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key, secret = await make(store, actor)
    await ring.authenticate(secret)
    await keys.revoke(store, actor, id=key.id)
    await refusal(KeyRing(store, 0), secret)
    assert secret not in caplog.text
    assert secret[12:] not in caplog.text


async def test_the_last_use_is_stored_when_it_is_flushed(
    store: Store, actor: Actor, ring: KeyRing, seen: list[str]
) -> None:
    key, secret = await make(store, actor)
    await make(store, actor)
    await ring.authenticate(secret)
    assert (await one(store, actor, key.id)).last_used_at is None
    before = dt.datetime.now(dt.UTC)
    await ring.authenticate(secret)
    await ring.flush_last_used()
    used = (await one(store, actor, key.id)).last_used_at
    assert used is not None
    assert before <= used <= dt.datetime.now(dt.UTC)
    seen.clear()
    await ring.flush_last_used()
    assert seen == []


async def test_an_earlier_use_does_not_replace_a_later(store: Store, actor: Actor) -> None:
    key, secret = await make(store, actor)
    early, late = KeyRing(store, 3), KeyRing(store, 3)
    await early.authenticate(secret)
    await late.authenticate(secret)
    await late.flush_last_used()
    stored = (await one(store, actor, key.id)).last_used_at
    await early.flush_last_used()
    assert (await one(store, actor, key.id)).last_used_at == stored


async def test_uses_that_could_not_be_stored_are_kept(
    store: Store, actor: Actor, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, secret = await make(store, actor)
    await ring.authenticate(secret)

    async def away(*_: Any, **__: Any) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", away)
        with pytest.raises(Unavailable):
            await ring.flush_last_used()
    await ring.flush_last_used()
    assert (await one(store, actor, key.id)).last_used_at is not None
