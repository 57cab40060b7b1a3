"""A change is resolved once for all who follow it alike, and for nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.context import GRAPHQL_LIMITS, new_context
from gql_tickets.domain.tickets import TicketDraft
from gql_tickets.schema import Schema, sharing
from gql_tickets.service import tickets
from gql_tickets.service.live import Live
from gql_tickets.store.engine import Store

CHANGED = "subscription($s: SyncCursor) { ticketChanged(since: $s) { slug ticket { title } } }"
FOLLOWERS = 20


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The executions of events, as they are made."""
    made: list[object] = []
    run = sharing.afresh

    def counted(executor: Any, event: object) -> Any:
        made.append(executor)
        return run(executor, event)

    monkeypatch.setattr(sharing, "afresh", counted)
    return made


async def heard(
    schema: Schema, store: Store, live: Live, actors: list[Actor], query: str = CHANGED
) -> list[Any]:
    """The data of one change, as followers for these callers hear it."""
    following: list[AsyncGenerator[Any]] = [
        await schema.stream(query, {}, new_context(store, actor, GRAPHQL_LIMITS, live=live))
        for actor in actors
    ]
    waiting = [asyncio.ensure_future(anext(each)) for each in following]
    async with asyncio.timeout(30):
        while live.followers < len(actors):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        await tickets.create(store, actors[0], draft=TicketDraft("A ticket"))
        results = await asyncio.gather(*waiting)
    for each in following:
        await each.aclose()
    return [result.data for result in results]


async def test_followers_who_are_alike_share_a_result(
    schema: Schema, store: Store, actor: Actor, resolved: list[object]
) -> None:
    found = await heard(schema, store, Live(store), [actor] * FOLLOWERS)
    assert len({id(each) for each in found}) == 1
    assert len(resolved) == 1


async def test_another_key_has_a_result_of_its_own(
    schema: Schema, store: Store, actor: Actor, resolved: list[object]
) -> None:
    others = [replace(actor, key_id=f"key-{number}") for number in range(FOLLOWERS)]
    found = await heard(schema, store, Live(store), others)
    assert len({id(each) for each in found}) == FOLLOWERS
    assert len(resolved) == FOLLOWERS
