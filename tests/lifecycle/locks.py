"""Holding what a request needs, as another client of the database would."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from gql_tickets.settings import Settings
from gql_tickets.store.postgres import dsn


@asynccontextmanager
async def locked(settings: Settings) -> AsyncIterator[None]:
    """While the context lasts nobody else can write a ticket; on PostgreSQL, nor read one."""
    if settings.database_url.startswith("sqlite"):
        raw = sqlite3.connect(settings.database_url.partition("///")[2], isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            await asyncio.to_thread(lambda: None)
            raw.execute("ROLLBACK")
            raw.close()
        return
    connection = await asyncpg.connect(dsn(settings.database_url))
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()
