"""Writers as they should be: each repeats a write, with one idempotency key, until it is acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import sqlalchemy as sa

from gql_tickets.auth import operator
from gql_tickets.service import directory, keys
from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import open_store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import tickets

ORG = "acme"
REST = f"/api/v1/ext/orgs/{ORG}/tickets"
CREATE = """
mutation Create($title: String!, $key: String!) {
  ticketCreate(input: {title: $title, idempotencyKey: $key}) {
    ticket { slug } userErrors { code }
  }
}
"""
WRITERS = 8
AGAIN_SECONDS = 0.02
PATIENCE_SECONDS = 60
_STORED = Statement(
    sa.select(tickets.c.title, tickets.c.slug).where(
        tickets.c.org_id == sa.bindparam("org", type_=sa.Integer)
    )
)


class Writers:
    """Writers at both doors of one server, and what they were told."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"X-API-Key": key}
        self._stopping = False
        self.acknowledged: dict[str, str] = {}
        """The slug that was answered, by the title, of which there are no two."""
        self.repeated: set[str] = set()
        """Titles of writes that were sent more than once."""
        self.answers: Counter[str] = Counter()
        self.hasty: list[str] = []
        """503s without Retry-After."""
        self.failed_at = 0.0
        """When something other than success was last answered, by time.monotonic()."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """They write while the context lasts, and then finish what they began."""
        writers = [asyncio.create_task(self._writer(number)) for number in range(WRITERS)]
        try:
            yield
            self._stopping = True
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(*writers)
        finally:
            for writer in writers:
                writer.cancel()
            await asyncio.gather(*writers, return_exceptions=True)

    async def more(self, count: int) -> None:
        """Wait until that many more writes are acknowledged."""
        goal = len(self.acknowledged) + count
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.acknowledged) < goal:  # noqa: ASYNC110 - others count, in many tasks
                await asyncio.sleep(AGAIN_SECONDS)

    async def _writer(self, number: int) -> None:
        create = self._by_graphql if number % 2 else self._by_rest
        async with httpx.AsyncClient(
            base_url=self._url, headers=self._headers, timeout=30
        ) as client:
            for turn in itertools.count():
                if self._stopping:
                    return
                title = f"{number}.{turn}"
                self.acknowledged[title] = await self._until_acknowledged(client, create, title)

    async def _until_acknowledged(self, client: httpx.AsyncClient, create: Any, title: str) -> str:
        while True:
            try:
                answer = await create(client, title)
            except httpx.TransportError:
                self.answers["broken"] += 1
            else:
                self.answers[str(answer.status_code)] += 1
                slug = _slug(answer)
                if slug is not None:
                    return slug
                if answer.status_code == 503 and "retry-after" not in answer.headers:
                    self.hasty.append(answer.text)
            self.failed_at = time.monotonic()
            self.repeated.add(title)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _by_rest(self, client: httpx.AsyncClient, title: str) -> httpx.Response:
        return await client.post(REST, json={"title": title}, headers={"Idempotency-Key": title})

    async def _by_graphql(self, client: httpx.AsyncClient, title: str) -> httpx.Response:
        variables = {"title": title, "key": title}
        return await client.post("/graphql", json={"query": CREATE, "variables": variables})


def _slug(answer: httpx.Response) -> str | None:
    """The slug of the ticket, when it was made."""
    body = answer.json()
    if answer.status_code == 201:
        return str(body["ticket"]["slug"])
    payload = (body.get("data") or {}).get("ticketCreate") or {}
    return str(payload["ticket"]["slug"]) if payload.get("ticket") else None


async def new_key(settings: Settings) -> str:
    """Bring the database up to date, and make the organization and a key of it."""
    await schema.migrate(settings)
    store = await open_store(settings)
    organization = await directory.create_organization(store, slug=ORG, name="Acme")
    actor = operator(organization.id, organization.slug)
    _, secret = await keys.create(store, actor, name="faults", scopes=tuple(actor.scopes))
    await store.close()
    return secret


async def stored(settings: Settings) -> list[tuple[str, str]]:
    """Title and slug of every ticket in the database."""
    store: Store = await open_store(settings)

    async def work(db: Connection) -> list[tuple[str, str]]:
        return [(title, slug) for title, slug in await db.rows(_STORED, org=1)]

    try:
        return await store.read(work)
    finally:
        await store.close()
