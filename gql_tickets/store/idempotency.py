"""Idempotency keys: a row for each keyed write, in the transaction of that write (R29)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gql_tickets.store.criteria import org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import idempotency_keys as keys

_key = sa.bindparam("key", type_=sa.Text())
_fingerprint = sa.bindparam("fingerprint", type_=sa.LargeBinary())
_result = sa.bindparam("result", type_=sa.LargeBinary())
_at = sa.bindparam("at", type_=keys.c.created_at.type)
_before = sa.bindparam("before", type_=keys.c.created_at.type)


def _add(dialect: str) -> sa.Executable:
    """Insert the key, or take over one that has expired; no row when it is in use.

    On PostgreSQL this waits for a transaction that holds the same key, and sees how it ended.
    """
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(keys)
    return (
        insert.values(org_id=org(), key=_key, fingerprint=_fingerprint, created_at=_at)
        .on_conflict_do_update(
            index_elements=[keys.c.org_id, keys.c.key],
            set_={"fingerprint": _fingerprint, "result": sa.null(), "created_at": _at},
            where=keys.c.created_at < _before,
        )
        .returning(keys.c.key)
    )


_ADD = Statement(_add)
_FIND = Statement(
    sa.select(keys.c.fingerprint, keys.c.result).where(keys.c.org_id == org(), keys.c.key == _key)
)
_CHANGE = Statement(
    sa.update(keys).where(keys.c.org_id == org(), keys.c.key == _key).values(result=_result)
)


def _drop(_: str) -> sa.Executable:
    """Skips what another transaction is dropping, so that two never wait for each other."""
    expired = (
        sa.select(keys.c.key)
        .where(keys.c.org_id == org(), keys.c.created_at < _before)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )
    return sa.delete(keys).where(keys.c.org_id == org(), keys.c.key.in_(expired))


_DROP = Statement(_drop)


async def add_key(
    db: Connection, org: int, key: str, fingerprint: bytes, at: dt.datetime, before: dt.datetime
) -> bool:
    """Reserve the key; False when a write that began no earlier than `before` has it."""
    row = await db.row(_ADD, org=org, key=key, fingerprint=fingerprint, at=at, before=before)
    return row is not None


async def find_key(db: Connection, org: int, key: str) -> tuple[bytes, bytes | None] | None:
    """The fingerprint of the request that has the key, and its result."""
    return await db.row(_FIND, org=org, key=key)


async def change_result(db: Connection, org: int, key: str, result: bytes) -> None:
    """Keep the answer beside the key."""
    await db.run(_CHANGE, org=org, key=key, result=result)


async def drop_expired(db: Connection, org: int, before: dt.datetime, *, limit: int) -> int:
    """Forget some keys that were written before the moment."""
    return await db.run(_DROP, org=org, before=before, limit=limit)
