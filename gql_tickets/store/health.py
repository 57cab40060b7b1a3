"""What a PostgreSQL server says of itself and of our connection to it. It stands above tenants."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from msgspec import Struct

from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.types import Instant


class PostgresHealth(Struct, frozen=True):
    """The server's clock, whether this connection is encrypted and leaves the machine, and limits."""

    now: dt.datetime
    has_tls: bool
    is_remote: bool
    connections_max: int
    is_superuser: bool


_ssl = sa.table("pg_stat_ssl", sa.column("pid", sa.Integer), sa.column("ssl", sa.Boolean))
_roles = sa.table("pg_roles", sa.column("rolname", sa.Text), sa.column("rolsuper", sa.Boolean))
_POSTGRES = Statement(
    sa.select(
        sa.func.clock_timestamp(type_=Instant),
        sa.func.coalesce(
            sa.select(_ssl.c.ssl).where(_ssl.c.pid == sa.func.pg_backend_pid()).scalar_subquery(),
            sa.false(),
            type_=sa.Boolean,
        ),
        sa.type_coerce(
            sa.func.inet_server_addr().is_distinct_from(sa.func.inet_client_addr()), sa.Boolean
        ),
        sa.cast(sa.func.current_setting(sa.literal_column("'max_connections'")), sa.Integer),
        sa.func.coalesce(
            sa.select(_roles.c.rolsuper)
            .where(_roles.c.rolname == sa.func.current_user())
            .scalar_subquery(),
            sa.false(),
            type_=sa.Boolean,
        ),
    )
)


async def find_postgres_health(db: Connection) -> PostgresHealth:
    """For PostgreSQL only. A unix socket and the machine's own address are not remote."""
    health = await db.record(_POSTGRES, PostgresHealth)
    assert health is not None  # noqa: S101 - a SELECT without FROM has one row
    return health
