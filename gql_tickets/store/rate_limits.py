"""Buckets of points that several processes share. One statement refills a bucket and takes from it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gql_tickets.store.criteria import org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import rate_limits
from gql_tickets.store.types import microseconds

AHEAD_MICROSECONDS_MAX = 60_000_000
"""How far the clocks of several machines may be apart."""

_b = rate_limits.c


def _parameter(name: str) -> sa.BindParameter[float]:
    return sa.bindparam(name, type_=sa.Double())


def _take(dialect: str) -> sa.Executable:
    """Refill the bucket for the time that has passed, and take what is wanted, or what is there.

    Nothing is taken when less is there than is needed. `granted` keeps what was taken last, since
    RETURNING knows the row only as it is afterwards.
    """
    on_postgres = dialect == "postgresql"
    least = sa.func.least if on_postgres else sa.func.min
    greatest = sa.func.greatest if on_postgres else sa.func.max
    insert = (postgresql.insert if on_postgres else sqlite.insert)(rate_limits)
    need, want, size = _parameter("need"), _parameter("want"), _parameter("size")
    now = sa.bindparam("now", type_=sa.BigInteger())
    zero = sa.literal_column("0.0", sa.Double)
    # Clocks of several machines differ: time never runs backwards here. But a bucket that was taken
    # from much later than now was so by a clock that was wrong, and must not wait for that day.
    passed = greatest(sa.cast(now - _b.at, sa.Double), zero) / sa.literal_column("1000000.0")
    at = sa.case((_b.at > now + AHEAD_MICROSECONDS_MAX, now), else_=greatest(_b.at, now))
    level = least(size, _b.points + passed * _parameter("restore"), type_=sa.Double)
    granted = sa.case((level >= need, least(level, want, type_=sa.Double)), else_=zero)
    return (
        insert.values(
            org_id=org(),
            key_id=sa.bindparam("key_id", type_=sa.Text()),
            points=size - want,
            granted=want,
            at=now,
        )
        .on_conflict_do_update(
            index_elements=[_b.org_id, _b.key_id],
            set_={"points": level - granted, "granted": granted, "at": at},
        )
        .returning(_b.granted, _b.points)
    )


_TAKE = Statement(_take)


async def change_bucket(
    db: Connection,
    org: int,
    *,
    key_id: str,
    need: float,
    want: float,
    size: float,
    restore: float,
    now: dt.datetime,
) -> tuple[float, float]:
    """Take between `need` and `want` points from a key's bucket, which is full at first.

    Returns what was taken, 0 when `need` was not there, and what is left. `want` is at most `size`;
    `restore` is points a second.
    """
    row = await db.row(
        _TAKE,
        org=org,
        key_id=key_id,
        need=need,
        want=want,
        size=size,
        restore=restore,
        now=microseconds(now),
    )
    assert row is not None  # noqa: S101 - an upsert always has one
    return row[0], row[1]
