"""Checks that ask the database. A name here is the name that operators see."""

from __future__ import annotations

import datetime as dt

from gql_tickets.auth import operator
from gql_tickets.service import counters, directory, keys
from gql_tickets.service.doctor.configuration import is_public
from gql_tickets.service.doctor.findings import (
    DatabaseCheck,
    Finding,
    fault,
    note,
    warning,
)
from gql_tickets.settings import Settings
from gql_tickets.store import health, installation
from gql_tickets.store.engine import Connection, Store

CLOCK_SKEW_SECONDS_MAX = 1.0
RESERVED_CONNECTIONS = 3


async def demo_key(settings: Settings, store: Store) -> list[Finding]:
    """The demo's key is printed in the documentation."""

    async def work(db: Connection) -> bool:
        return bool(await installation.find_is_demo(db))

    if not await store.read(work):
        return []
    say = fault if is_public(settings.host) else note
    return say(
        "demo_key",
        "This is a demo database: it accepts the key that everybody knows.",
        "Serve another database.",
    )


async def key_expiry(_settings: Settings, store: Store) -> list[Finding]:
    """A key that never ends is one that nobody remembers."""
    found: list[Finding] = []
    now = dt.datetime.now(dt.UTC)
    for organization in await directory.list_organizations(store):
        actor = operator(organization.id, organization.slug)
        endless = [
            key
            for key in await keys.list_keys(store, actor)
            if key.revoked_at is None and key.expires_at is None
        ]
        unused = [
            key for key in endless if key.last_used_at is None and _is_old(key.created_at, now)
        ]
        if endless:
            also = f" {len(unused)} of them were never used." if unused else ""
            found += note(
                "key_expiry",
                f"{organization.slug}: {len(endless)} API keys never expire.{also}",
                "Give keys a date: `gql-tickets keys create --expires`.",
            )
    return found


async def clock(_settings: Settings, store: Store) -> list[Finding]:
    """Expiry and timestamps are told by this machine's clock."""
    if store.dialect != "postgresql":
        return []
    before = dt.datetime.now(dt.UTC)
    told = await store.read(health.find_postgres_health)
    after = dt.datetime.now(dt.UTC)
    skew = skew_seconds(before, told.now, after)
    if skew <= CLOCK_SKEW_SECONDS_MAX:
        return []
    return warning(
        "clock",
        f"This machine's clock and the database's differ by {skew:.1f} s.",
        "Synchronize both with NTP.",
    )


def skew_seconds(before: dt.datetime, told: dt.datetime, after: dt.datetime) -> float:
    """By how much a clock that was asked between two moments is surely wrong."""
    return max((before - told).total_seconds(), (told - after).total_seconds())


async def database_tls(_settings: Settings, store: Store) -> list[Finding]:
    """Tickets and hashes of keys pass over this connection."""
    if store.dialect != "postgresql":
        return []
    told = await store.read(health.find_postgres_health)
    if told.has_tls or not told.is_remote:
        return []
    return warning(
        "database_tls",
        "The connection to PostgreSQL leaves this machine and is not encrypted.",
        "Add `?ssl=verify-full` to database_url, and TLS to the server.",
    )


async def database_role(_settings: Settings, store: Store) -> list[Finding]:
    """A superuser may read the server's files, which this service never needs."""
    if store.dialect != "postgresql":
        return []
    if not (await store.read(health.find_postgres_health)).is_superuser:
        return []
    return warning(
        "database_role",
        "The service connects to PostgreSQL as a superuser.",
        "Give it a role of its own that owns its database and nothing else.",
    )


async def connections(settings: Settings, store: Store) -> list[Finding]:
    """All workers' pools have to fit into the server."""
    if store.dialect != "postgresql":
        return []
    told = await store.read(health.find_postgres_health)
    wanted = settings.workers * settings.postgres_pool_max
    if wanted <= told.connections_max - RESERVED_CONNECTIONS:
        return []
    return warning(
        "connections",
        f"{settings.workers} workers may open {wanted} connections; "
        f"the server takes {told.connections_max}.",
        "Lower postgres_pool_max or workers, or raise the server's max_connections.",
    )


async def ticket_counts(_settings: Settings, store: Store) -> list[Finding]:
    """Totals come from counters, which every write keeps: only writes by other hands spoil them."""
    found: list[Finding] = []
    for organization in await counters.find_wrong(store):
        found += fault(
            "ticket_counts",
            f"{organization.slug}: the counters of tickets do not say what there is.",
            "Run `gql-tickets doctor --repair`.",
        )
    return found


def _is_old(at: dt.datetime, now: dt.datetime) -> bool:
    return now - at > dt.timedelta(days=30)


DATABASE: tuple[DatabaseCheck, ...] = (
    demo_key,
    key_expiry,
    clock,
    database_tls,
    database_role,
    connections,
    ticket_counts,
)
