"""Everybody who writes tickets: over REST, GraphQL, in bulk; and an operator at the command line.

A write that has no answer is sent again, with the same idempotency key, until it has one.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.clients.serving import Service

AGAIN_SECONDS = 0.05
STILL_RUNS = "IDEMPOTENCY_IN_PROGRESS"

_BULK_CREATE = """mutation($tickets: [TicketCreateInput!]!, $key: String!) {
  done: ticketBulkCreate(input: {tickets: $tickets, idempotencyKey: $key}) {
    results { ticket { slug } } userErrors { code message }
  } }"""
_BULK_UPDATE = """mutation($refs: [TicketRef!]!, $key: String!) {
  done: ticketBulkUpdate(input: {
    targets: {tickets: $refs}, patch: {priority: URGENT, labels: {edit: {add: ["swept"]}}},
    idempotencyKey: $key
  }) { userErrors { code message } } }"""
_BULK_DELETE = """mutation($refs: [TicketRef!]!, $key: String!) {
  done: ticketBulkDelete(input: {targets: {tickets: $refs}, idempotencyKey: $key}) {
    userErrors { code message }
  } }"""
_CREATE = """mutation($title: String!, $key: String!) {
  done: ticketCreate(input: {title: $title, idempotencyKey: $key}) {
    ticket { slug } userErrors { code message }
  } }"""
_MOVE = """mutation($slug: String!, $key: String!) {
  done: ticketMove(input: {
    ticket: {slug: $slug}, status: IN_REVIEW, place: {first: true}, idempotencyKey: $key
  }) { userErrors { code message } } }"""
_RENAME = """mutation($slug: String!, $title: String!, $key: String!) {
  done: ticketUpdate(input: {
    ticket: {slug: $slug}, patch: {title: $title}, idempotencyKey: $key
  }) { userErrors { code message } } }"""
_DELETE = """mutation($slug: String!, $key: String!) {
  done: ticketDelete(input: {ticket: {slug: $slug}, idempotencyKey: $key}) {
    userErrors { code message }
  } }"""


class Writers:
    """Writers of one organization. `made` are the slugs that were acknowledged, `gone` those deleted."""

    def __init__(self, service: Service, org: str, key: str) -> None:
        self.made: set[str] = set()
        self.gone: set[str] = set()
        self._service = service
        self._tickets = f"/api/v1/ext/orgs/{org}/tickets"
        self._client = httpx.AsyncClient(
            base_url=service.url, headers={"X-API-Key": key}, timeout=30
        )
        self._numbers = itertools.count(1)
        self._over = asyncio.Event()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """All of them write while the context lasts, and end what they have begun."""
        kinds = (self._rest, self._graphql, self._bulk, self._operator)
        async with self._client, asyncio.TaskGroup() as group:
            for kind in kinds:
                group.create_task(self._on_and_on(kind))
            try:
                yield
            finally:
                self._over.set()

    async def _on_and_on(self, kind: Callable[[], Awaitable[None]]) -> None:
        while not self._over.is_set():
            await kind()

    async def _rest(self) -> None:
        made = await self._send("POST", self._tickets, {"title": self._title()})
        slug = made["ticket"]["slug"]
        self.made.add(slug)
        await self._send("PUT", f"{self._tickets}/{slug}", {"title": self._title()})
        await self._send("PATCH", f"{self._tickets}/{slug}/status", {"status": "done"})
        if next(self._numbers) % 2:
            await self._send("DELETE", f"{self._tickets}/{slug}")
            self.gone.add(slug)

    async def _graphql(self) -> None:
        made = await self._mutate(_CREATE, title=self._title())
        slug = made["ticket"]["slug"]
        self.made.add(slug)
        await self._mutate(_MOVE, slug=slug)
        await self._mutate(_RENAME, slug=slug, title=self._title())
        if next(self._numbers) % 2:
            await self._mutate(_DELETE, slug=slug)
            self.gone.add(slug)

    async def _bulk(self) -> None:
        made = await self._mutate(_BULK_CREATE, tickets=[{"title": self._title()}] * 10)
        slugs = [each["ticket"]["slug"] for each in made["results"]]
        self.made.update(slugs)
        await self._mutate(_BULK_UPDATE, refs=[{"slug": slug} for slug in slugs])
        await self._mutate(_BULK_DELETE, refs=[{"slug": slug} for slug in slugs[3:]])
        self.gone.update(slugs[3:])

    async def _operator(self) -> None:
        number = next(self._numbers)
        await self._service.command("users", "add", str(number), "--username", f"user-{number}")
        await self._service.command("changes", "trim", "--older-than-hours", "1")
        await self._mutate(_CREATE, title=f"For user {number}")

    def _title(self) -> str:
        return f"Title {next(self._numbers)}"

    async def _mutate(self, query: str, **variables: Any) -> dict[str, Any]:
        variables["key"] = f"key-{next(self._numbers)}"
        asked = {"query": query, "variables": variables}
        while True:
            answer = await self._send("POST", "/graphql", asked)
            assert "errors" not in answer, answer
            done: dict[str, Any] = answer["data"]["done"]
            if [each["code"] for each in done["userErrors"]] != [STILL_RUNS]:
                assert done["userErrors"] == [], done
                return done
            await asyncio.sleep(AGAIN_SECONDS)

    async def _send(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"Idempotency-Key": f"rest-{next(self._numbers)}"}
        while True:
            try:
                answer = await self._client.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            found: dict[str, Any] = answer.json()
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE and (
                found.get("code") != STILL_RUNS
            ):
                assert answer.is_success, found
                return found
            await asyncio.sleep(AGAIN_SECONDS)
