"""API keys: making, listing and revoking them, and checking the one that a request shows.

A secret is seen twice: in the answer that made it, and in a request's header. It is never stored,
never logged, and not kept by the cache, which goes by hashes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import time
from collections.abc import Callable, Collection
from hmac import compare_digest

from gql_tickets.auth import (
    DEMO_KEY,
    Actor,
    Scope,
    key_hash,
    looks_like_key,
    new_key,
    with_implied,
)
from gql_tickets.domain.directory import NAME_LENGTH_MAX, ApiKey
from gql_tickets.errors import ErrorCode, Forbidden, LimitExceeded, NotFound, Unauthenticated
from gql_tickets.service.text import Problems
from gql_tickets.store import directory, keys
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.keys import FoundKey

KEYS_MAX = 200
PREFIX_LENGTH = 12
_CACHED_MAX = 10_000


class KeyRing:
    """Checks credentials. One a process; a checked key is trusted for `cache_seconds`, at most 5.

    So a revoked key is refused by every process within that time; its expiry is looked at each
    time. Keys that are unknown or out of force are asked for each time.
    """

    def __init__(
        self, store: Store, cache_seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._cache_seconds = cache_seconds
        self._clock = clock
        self._trusted: dict[bytes, tuple[float, FoundKey, Actor]] = {}
        self._used: dict[tuple[int, str], dt.datetime] = {}
        self._flushing = asyncio.Lock()

    async def authenticate(self, credential: str) -> Actor:
        """Whose key this is. Raises Unauthenticated, or Forbidden for a revoked key (R12)."""
        hash = key_hash(credential)
        asked_at = self._clock()
        until, key, actor = self._trusted.get(hash, (asked_at, None, None))
        if key is None or actor is None or until <= asked_at:
            self._trusted.pop(hash, None)
            if not looks_like_key(credential):
                raise _unknown()
            key = await self._find(hash)
            if key is None or (credential == DEMO_KEY and not key.is_demo):
                raise _unknown()
            _check_revoked(key)
            actor = _actor(key)
            self._trust(hash, asked_at + self._cache_seconds, key, actor)
        now = _now()
        if not compare_digest(hash, key.hash):
            raise _unknown()
        if key.expires_at is not None and key.expires_at <= now:
            raise Unauthenticated("This API key has expired.", code=ErrorCode.API_KEY_EXPIRED)
        self._used[key.org_id, key.id] = now
        return actor

    def knows(self, credential: str) -> bool:
        """Whether this key was good when it was last looked up here, be it a while ago."""
        return key_hash(credential) in self._trusted

    async def flush_last_used(self) -> None:
        """Store when keys were last used: to be called now and then, and at the end.

        What cannot be stored is kept for the next time. Raises Unavailable.
        """
        async with self._flushing:
            used, self._used = self._used, {}
            by_org: dict[int, dict[str, dt.datetime]] = {}
            for (org, id), at in used.items():
                by_org.setdefault(org, {})[id] = at

            async def work(db: Connection) -> None:
                for org in sorted(by_org):
                    await keys.change_last_used(db, org, by_org[org])

            if used:
                try:
                    await self._store.write(work, retry=True)
                except BaseException:
                    self._used = {**used, **self._used}
                    raise

    async def _find(self, hash: bytes) -> FoundKey | None:
        async def work(db: Connection) -> FoundKey | None:
            return await keys.find_key_by_hash(db, hash)

        return await self._store.read(work)

    def _trust(self, hash: bytes, until: float, key: FoundKey, actor: Actor) -> None:
        """`until` counts from before the database was asked, which may have taken its time."""
        if len(self._trusted) >= _CACHED_MAX:
            del self._trusted[next(iter(self._trusted))]
        self._trusted[hash] = (until, key, actor)


async def create(
    store: Store,
    actor: Actor,
    *,
    name: str,
    scopes: Collection[Scope],
    expires_at: dt.datetime | None = None,
    user_id: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and its secret, which is not to be had again.

    Raises Forbidden for a scope that the actor does not have, and LimitExceeded beyond 200 keys in
    force; one that is not in force makes room.
    """
    actor.require(Scope.API_KEYS_MANAGE)
    now = _now()
    problems = Problems()
    name = problems.text("name", name, length_min=1, length_max=NAME_LENGTH_MAX)
    if not scopes:
        allowed = tuple(scope.value for scope in Scope)
        problems.add("scopes", "A key needs at least one scope.", allowed)
    if expires_at is not None and expires_at <= now:
        problems.add("expires_at", "A key has to expire in the future.")
    problems.raise_if_any()
    _check_grantable(actor, scopes)
    secret = new_key()
    key = ApiKey(
        org_id=actor.org_id,
        id=secrets.token_hex(8),
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        scopes=tuple(scope.value for scope in Scope if scope in scopes),
        user_id=user_id,
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
        last_used_at=None,
    )

    async def work(db: Connection) -> None:
        if user_id is not None and await directory.find_user(db, key.org_id, id=user_id) is None:
            problems.add("user_id", "There is no such user.")
            problems.raise_if_any()
        await _make_room(db, key.org_id, now)
        await keys.add_key(db, key.org_id, key, key_hash(secret))

    await store.write(work)
    return key, secret


async def revoke(store: Store, actor: Actor, *, id: str) -> ApiKey:
    """Put a key out of force, for good; a second time changes nothing. Raises NotFound."""
    actor.require(Scope.API_KEYS_MANAGE)
    now = _now()

    async def work(db: Connection) -> ApiKey:
        await keys.change_revoked(db, actor.org_id, id, now)
        key = await keys.find_key(db, actor.org_id, id)
        if key is None:
            raise NotFound("There is no such API key.", path=("id",))
        return key

    return await store.write(work)


async def list_keys(store: Store, actor: Actor) -> list[ApiKey]:
    """Every key of the organization, at most 200: those in force first, the newest first."""
    actor.require(Scope.API_KEYS_MANAGE)

    async def work(db: Connection) -> list[ApiKey]:
        return await keys.find_keys(db, actor.org_id)

    return await store.read(work)


async def _make_room(db: Connection, org: int, now: dt.datetime) -> None:
    await directory.lock_organization(db, org)
    present = await keys.find_keys(db, org)
    if len(present) < KEYS_MAX:
        return
    spent = [
        key
        for key in present
        if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now)
    ]
    if not spent:
        raise LimitExceeded.of((), f"An organization has at most {KEYS_MAX} API keys in force.")
    oldest = min(spent, key=lambda key: (key.created_at, key.id))
    await keys.drop_key(db, org, oldest.id)


def _check_grantable(actor: Actor, scopes: Collection[Scope]) -> None:
    """A key cannot make one that may do more than itself."""
    missing = tuple(scope.value for scope in Scope if scope in scopes and scope not in actor.scopes)
    if missing:
        raise Forbidden(
            f"This API key cannot give what it lacks: {', '.join(missing)}.",
            code=ErrorCode.INSUFFICIENT_SCOPE,
            required_scopes=missing,
        )


def _check_revoked(key: FoundKey) -> None:
    if key.revoked_at is not None:
        raise Forbidden("This API key was revoked.", code=ErrorCode.API_KEY_DISABLED)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _unknown() -> Unauthenticated:
    return Unauthenticated("This API key is not known.", code=ErrorCode.INVALID_TOKEN)


def _actor(key: FoundKey) -> Actor:
    scopes = with_implied(frozenset(map(Scope, key.scopes)))
    return Actor(key.org_id, key.org_slug, scopes, key.id, key.name, key.user_id)
