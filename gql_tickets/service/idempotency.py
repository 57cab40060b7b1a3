"""Writes that can be sent again: the first answer is kept with the write, for 24 hours (R29)."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, TypeVar

import msgspec

from gql_tickets.auth import Actor
from gql_tickets.errors import ErrorCode, IdempotencyConflict
from gql_tickets.service.text import clean
from gql_tickets.store import idempotency
from gql_tickets.store.engine import Connection, Locked, Store, Work

R = TypeVar("R")

LIFETIME = dt.timedelta(hours=24)
KEY_LENGTH_MAX = 255
_EXPIRED_DROPPED_MAX = 10

_PATH = "idempotency_key"


async def write(
    store: Store,
    actor: Actor,
    work: Work[R],
    *,
    key: str | None,
    operation: str,
    arguments: tuple[Any, ...],
    answer: type[R],
    single: bool = False,
) -> R:
    """Run a write in its transaction, or, when its key was used for the same one, answer as then.

    Raises IdempotencyConflict when the key was used for another operation or other arguments, or
    when the first request with it does not end for as long as ours waits. A write that failed
    leaves no trace of its key. `single` is for store.write(), where there is no key to write.
    """
    if key is None:
        return await store.write(work, single=single)
    name = clean(_PATH, key, length_min=1, length_max=KEY_LENGTH_MAX, trim=False)
    fingerprint = _fingerprint(operation, arguments)
    waits_for_key = False

    async def keyed(db: Connection) -> R:
        nonlocal waits_for_key
        now = dt.datetime.now(dt.UTC)
        expired = now - LIFETIME
        waits_for_key = True
        reserved = await idempotency.add_key(db, actor.org_id, name, fingerprint, now, expired)
        waits_for_key = False
        if not reserved:
            return await _replayed(db, actor.org_id, name, fingerprint, answer)
        await idempotency.drop_expired(db, actor.org_id, expired, limit=_EXPIRED_DROPPED_MAX)
        result = await work(db)
        await idempotency.change_result(db, actor.org_id, name, msgspec.json.encode(result))
        return result

    try:
        return await store.write(keyed, retry=True)
    except Locked as error:
        if waits_for_key:
            raise _in_progress() from error
        raise


async def _replayed(db: Connection, org: int, key: str, fingerprint: bytes, answer: type[R]) -> R:
    found = await idempotency.find_key(db, org, key)
    if found is None or found[1] is None:
        raise _in_progress()
    if found[0] != fingerprint:
        raise IdempotencyConflict(
            "This idempotency key was used for another request.",
            code=ErrorCode.IDEMPOTENCY_KEY_REUSED,
            path=(_PATH,),
        )
    return msgspec.json.decode(found[1], type=answer)


def _in_progress() -> IdempotencyConflict:
    return IdempotencyConflict(
        "The first request with this idempotency key is still running.",
        code=ErrorCode.IDEMPOTENCY_IN_PROGRESS,
        path=(_PATH,),
    )


def _fingerprint(operation: str, arguments: tuple[Any, ...]) -> bytes:
    """The same for the same request, whatever the order in which its parts were written."""
    canonical = msgspec.json.encode((operation, *arguments), order="deterministic")
    return hashlib.sha256(canonical).digest()
