"""The change log through the GraphQL door: `ticketChanges`, and the subscription `ticketChanged`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import msgspec
import pytest

from gql_tickets.auth import Actor
from gql_tickets.context import GRAPHQL_LIMITS, new_context
from gql_tickets.domain.tickets import Ticket, TicketDraft, TicketPatch, TicketRef
from gql_tickets.schema import Schema
from gql_tickets.service import tickets
from gql_tickets.service.live import Live
from gql_tickets.store.engine import Store
from tests.graphql.documents import Ask

CHANGES = """
query ($since: SyncCursor, $first: Int = 100, $filter: TicketFilter) {
  ticketChanges(since: $since, first: $first, filter: $filter) {
    cursor
    hasMore
    changes { cursor kind ticketId slug changedFields occurredAt ticket { slug title } }
  }
}
"""
CHANGED = """
subscription ($since: SyncCursor) {
  ticketChanged(since: $since) {
    cursor kind slug changedFields ticket { title version assignee { name } labels { name } }
  }
}
"""


@pytest.fixture
async def live(store: Store) -> AsyncIterator[Live]:
    """What a worker has."""
    made = Live(store)
    yield made
    await made.close()


async def add(store: Store, actor: Actor, title: str) -> Ticket:
    """A ticket."""
    return await tickets.create(store, actor, draft=TicketDraft(title, labels=("a", "b")))


async def test_polling(data: Ask, store: Store, actor: Actor) -> None:
    made = await add(store, actor, "A ticket")
    await tickets.update(
        store, actor, ticket=TicketRef(id=made.id), patch=TicketPatch(title="Renamed")
    )
    await tickets.delete(store, actor, ticket=TicketRef(id=made.id))
    feed = (await data(CHANGES))["ticketChanges"]
    assert [(each["kind"], each["changedFields"], each["ticket"]) for each in feed["changes"]] == [
        ("CREATED", [], None),
        ("UPDATED", ["TITLE"], None),
        ("DELETED", [], None),
    ]
    assert {each["ticketId"] for each in feed["changes"]} == {made.node_id}
    assert not feed["hasMore"]
    assert feed["cursor"] == feed["changes"][-1]["cursor"]
    first = (await data(CHANGES, first=1))["ticketChanges"]
    assert first["hasMore"]
    rest = (await data(CHANGES, since=first["cursor"]))["ticketChanges"]
    assert [each["kind"] for each in rest["changes"]] == ["UPDATED", "DELETED"]


async def test_a_copy_begins_with_the_newest_cursor(data: Ask, store: Store, actor: Actor) -> None:
    await add(store, actor, "Before")
    cursor = (await data("{ syncCursor }"))["syncCursor"]
    assert (await data(CHANGES, since=cursor))["ticketChanges"]["changes"] == []
    after = await add(store, actor, "After")
    (change,) = (await data(CHANGES, since=cursor))["ticketChanges"]["changes"]
    assert change["slug"] == after.slug


async def test_what_is_wrong_with_a_poll_has_a_code(ask: Ask) -> None:
    answer = await ask(CHANGES, since="nonsense")
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"
    answer = await ask(CHANGES, first=0)
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"


async def test_a_subscription_shows_each_change_with_what_it_points_at(
    schema: Schema, store: Store, actor: Actor, live: Live
) -> None:
    context = new_context(store, actor, GRAPHQL_LIMITS, live=live)
    made = await add(store, actor, "A ticket")
    events = await schema.stream(CHANGED, {"since": None}, context)
    async with aclosing(events), asyncio.timeout(30):
        waiting = asyncio.create_task(anext(events))
        while not live.followers:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        for title in ("First", "Second"):
            await tickets.update(
                store, actor, ticket=TicketRef(id=made.id), patch=TicketPatch(title=title)
            )
            result = await waiting
            assert result.errors is None
            assert result.data is not None
            change = msgspec.to_builtins(result.data)["ticketChanged"]
            assert (change["kind"], change["changedFields"]) == ("UPDATED", ["TITLE"])
            assert change["ticket"]["title"] == title
            assert change["ticket"]["labels"] == [{"name": "a"}, {"name": "b"}]
            waiting = asyncio.create_task(anext(events))
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_subscription_needs_a_caller(schema: Schema, store: Store, live: Live) -> None:
    context = new_context(store, None, GRAPHQL_LIMITS, live=live)
    (result,) = [each async for each in await schema.stream(CHANGED, context_value=context)]
    assert result.errors is not None
    assert result.errors[0].extensions == {"code": "AUTH_REQUIRED"}
