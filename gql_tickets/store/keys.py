"""API keys. Whoever shows one is found by its hash, before the organization is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from msgspec import Struct

from gql_tickets.domain.directory import ApiKey
from gql_tickets.store.criteria import org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import api_keys as keys
from gql_tickets.store.tables import installation, organizations

_COLUMNS = [keys.c[name] for name in ApiKey.__struct_fields__]
_id = sa.bindparam("id", type_=sa.Text())
_at = sa.bindparam("at", type_=keys.c.revoked_at.type)


class FoundKey(Struct, frozen=True):
    """What a credential is checked against."""

    org_id: int
    org_slug: str
    id: str
    name: str
    hash: bytes
    scopes: tuple[str, ...]
    user_id: int | None
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    is_demo: bool


_is_demo = sa.func.coalesce(
    sa.select(installation.c.is_demo).scalar_subquery(), sa.false(), type_=sa.Boolean()
)
_BY_HASH = Statement(
    sa.select(
        keys.c.org_id,
        organizations.c.slug,
        keys.c.id,
        keys.c.name,
        keys.c.hash,
        keys.c.scopes,
        keys.c.user_id,
        keys.c.expires_at,
        keys.c.revoked_at,
        _is_demo.label("is_demo"),
    )
    .join(organizations, organizations.c.id == keys.c.org_id)
    .where(keys.c.hash == sa.bindparam("hash", type_=sa.LargeBinary()))
)


async def find_key_by_hash(db: Connection, hash: bytes) -> FoundKey | None:
    """The key with that hash, and whether this is a demo."""
    return await db.record(_BY_HASH, FoundKey, hash=hash)


_ALL = Statement(
    sa.select(*_COLUMNS)
    .where(keys.c.org_id == org())
    .order_by(keys.c.revoked_at.is_not(None), keys.c.created_at.desc(), keys.c.id)
)
_BY_ID = Statement(sa.select(*_COLUMNS).where(keys.c.org_id == org(), keys.c.id == _id))
_ADD = Statement(
    sa.insert(keys).values(
        {column.name: sa.bindparam(f"new_{column.name}", type_=column.type) for column in keys.c}
    )
)
_REVOKE = Statement(
    sa.update(keys)
    .where(keys.c.org_id == org(), keys.c.id == _id, keys.c.revoked_at.is_(None))
    .values(revoked_at=_at)
)
_DROP = Statement(sa.delete(keys).where(keys.c.org_id == org(), keys.c.id == _id))
_USE = Statement(
    sa.update(keys)
    .where(
        keys.c.org_id == org(),
        keys.c.id == _id,
        sa.or_(keys.c.last_used_at.is_(None), keys.c.last_used_at < _at),
    )
    .values(last_used_at=_at)
)


async def find_keys(db: Connection, org: int) -> list[ApiKey]:
    """Every key: those in force first, the newest first."""
    return await db.records(_ALL, ApiKey, org=org)


async def find_key(db: Connection, org: int, id: str) -> ApiKey | None:
    """The key with that id."""
    return await db.record(_BY_ID, ApiKey, org=org, id=id)


async def add_key(db: Connection, org: int, key: ApiKey, hash: bytes) -> None:
    """Store a key, of whose secret only the hash is given."""
    values = {f"new_{name}": getattr(key, name) for name in ApiKey.__struct_fields__}
    await db.run(_ADD, **{**values, "new_org_id": org, "new_hash": hash})


async def change_revoked(db: Connection, org: int, id: str, at: dt.datetime) -> None:
    """Put the key out of force from now on; the first time counts."""
    await db.run(_REVOKE, org=org, id=id, at=at)


async def drop_key(db: Connection, org: int, id: str) -> None:
    """Forget the key."""
    await db.run(_DROP, org=org, id=id)


async def change_last_used(db: Connection, org: int, uses: Mapping[str, dt.datetime]) -> None:
    """Note when keys, by id, were last used; an earlier moment than the one stored changes nothing."""
    await db.run_many(_USE, [{"org": org, "id": id, "at": uses[id]} for id in sorted(uses)])
