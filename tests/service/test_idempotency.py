"""Writes that are sent again: the first answer, once, whatever happened since (R29)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.tickets import TicketDraft, TicketPatch, TicketRef, TicketStatus
from gql_tickets.errors import (
    ErrorCode,
    IdempotencyConflict,
    NotFound,
    ValidationFailed,
)
from gql_tickets.service import directory, idempotency, tickets
from gql_tickets.settings import Settings
from gql_tickets.store import idempotency as key_store
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import open_store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import idempotency_keys

DRAFT = TicketDraft("Once", description="text", labels=("b", "a"), status=TicketStatus.IN_PROGRESS)
KEYS = Statement(
    sa.select(idempotency_keys.c.key)
    .where(idempotency_keys.c.org_id == sa.bindparam("org"))
    .order_by(idempotency_keys.c.key)
)
AGE = Statement(
    sa.update(idempotency_keys)
    .where(idempotency_keys.c.org_id == sa.bindparam("org"))
    .values(created_at=sa.bindparam("at", type_=idempotency_keys.c.created_at.type))
)


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The same database opened once more, as another worker has it."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


async def keys(store: Store, actor: Actor) -> list[str]:
    """The keys that are kept."""

    async def work(db: Connection) -> list[str]:
        return [row[0] for row in await db.rows(KEYS, org=actor.org_id)]

    return await store.read(work)


async def age(store: Store, actor: Actor, by: dt.timedelta) -> None:
    """Every key was written so long ago."""

    async def work(db: Connection) -> None:
        await db.run(AGE, org=actor.org_id, at=dt.datetime.now(dt.UTC) - by)

    await store.write(work)


async def test_the_same_key_gives_the_first_answer(store: Store, actor: Actor) -> None:
    first = await tickets.create(store, actor, draft=DRAFT, idempotency_key="k")
    ref = TicketRef(id=first.id)
    await tickets.update(store, actor, ticket=ref, patch=TicketPatch(title="Since then"))
    assert await tickets.create(store, actor, draft=DRAFT, idempotency_key="k") == first
    assert await tickets.count(store, actor, filter=TicketFilter()) == 1


async def test_every_write_can_be_sent_again(store: Store, actor: Actor) -> None:
    ref = TicketRef(id=(await tickets.create(store, actor, draft=DRAFT)).id)
    patch = TicketPatch(title="New", assignee=None)
    changed = [
        await tickets.update(
            store, actor, ticket=ref, patch=patch, expected_version=1, idempotency_key="u"
        )
        for _ in range(2)
    ]
    assert (changed[0].version, changed[1]) == (2, changed[0])
    done = [
        await tickets.set_status(
            store, actor, ticket=ref, status=TicketStatus.DONE, idempotency_key="s"
        )
        for _ in range(2)
    ]
    assert (done[0].version, done[1]) == (3, done[0])
    gone = [await tickets.delete(store, actor, ticket=ref, idempotency_key="d") for _ in range(2)]
    assert (gone[0].ticket, gone[1]) == (done[0], gone[0])


@pytest.mark.parametrize(
    "other",
    [
        replace(DRAFT, title="Twice"),
        replace(DRAFT, labels=("a", "b")),
        replace(DRAFT, description=None),
    ],
    ids=["title", "order of labels", "no description"],
)
async def test_another_request_under_the_same_key_is_refused(
    store: Store, actor: Actor, other: TicketDraft
) -> None:
    await tickets.create(store, actor, draft=DRAFT, idempotency_key="k")
    with pytest.raises(IdempotencyConflict) as caught:
        await tickets.create(store, actor, draft=other, idempotency_key="k")
    assert caught.value.code is ErrorCode.IDEMPOTENCY_KEY_REUSED
    assert caught.value.path == ("idempotency_key",)


async def test_another_operation_under_the_same_key_is_refused(store: Store, actor: Actor) -> None:
    first = await tickets.create(store, actor, draft=DRAFT, idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        await tickets.delete(store, actor, ticket=TicketRef(id=first.id), idempotency_key="k")


async def test_absent_and_null_are_different_requests(store: Store, actor: Actor) -> None:
    ref = TicketRef(id=(await tickets.create(store, actor, draft=DRAFT)).id)
    await tickets.update(
        store, actor, ticket=ref, patch=TicketPatch(title="x"), idempotency_key="k"
    )
    with pytest.raises(IdempotencyConflict):
        await tickets.update(
            store,
            actor,
            ticket=ref,
            patch=TicketPatch(title="x", description=None),
            idempotency_key="k",
        )


async def test_a_key_belongs_to_its_organization(store: Store, actor: Actor) -> None:
    other = await directory.create_organization(store, slug="other", name="Other")
    first = await tickets.create(store, actor, draft=DRAFT, idempotency_key="k")
    second = await tickets.create(
        store, replace(actor, org_id=other.id), draft=DRAFT, idempotency_key="k"
    )
    assert (first.org_id, second.org_id) == (actor.org_id, other.id)


async def test_a_failed_write_leaves_its_key_free(store: Store, actor: Actor) -> None:
    draft = replace(DRAFT, assignee=UserRef(id=5))
    with pytest.raises(ValidationFailed):
        await tickets.create(store, actor, draft=draft, idempotency_key="k")
    with pytest.raises(NotFound):
        await tickets.delete(store, actor, ticket=TicketRef(id=1), idempotency_key="k")
    assert await keys(store, actor) == []
    assert (await tickets.create(store, actor, draft=DRAFT, idempotency_key="k")).number == 1


@pytest.mark.parametrize(
    "key", ["", "x" * 256, "a\0", "\ud800"], ids=["none", "long", "nul", "half"]
)
async def test_a_key_is_1_to_255_storable_characters(store: Store, actor: Actor, key: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await tickets.create(store, actor, draft=DRAFT, idempotency_key=key)
    assert caught.value.path == ("idempotency_key",)


async def test_a_key_is_forgotten_after_24_hours(store: Store, actor: Actor) -> None:
    first = await tickets.create(store, actor, draft=DRAFT, idempotency_key="k")
    await age(store, actor, idempotency.LIFETIME - dt.timedelta(minutes=1))
    assert await tickets.create(store, actor, draft=DRAFT, idempotency_key="k") == first
    await age(store, actor, idempotency.LIFETIME + dt.timedelta(minutes=1))
    other = replace(DRAFT, title="Another")
    second = await tickets.create(store, actor, draft=other, idempotency_key="k")
    assert second.id != first.id
    assert await tickets.create(store, actor, draft=other, idempotency_key="k") == second


async def test_keys_that_have_expired_are_dropped_along_the_way(store: Store, actor: Actor) -> None:
    for name in "abc":
        await tickets.create(store, actor, draft=DRAFT, idempotency_key=name)
    await age(store, actor, idempotency.LIFETIME * 2)
    await tickets.create(store, actor, draft=DRAFT, idempotency_key="d")
    assert await keys(store, actor) == ["d"]


async def test_many_at_once_under_one_key_write_once(
    store: Store, rival: Store, actor: Actor
) -> None:
    answers = await asyncio.gather(
        *(
            tickets.create(each, actor, draft=DRAFT, idempotency_key="k")
            for each in (store, rival) * 8
        )
    )
    assert all(answer == answers[0] for answer in answers)
    assert await tickets.count(store, actor, filter=TicketFilter()) == 1


async def test_one_of_two_rival_requests_under_one_key_is_refused(
    store: Store, actor: Actor
) -> None:
    drafts = [replace(DRAFT, title=f"Rival {i % 2}") for i in range(8)]
    outcomes = await asyncio.gather(
        *(tickets.create(store, actor, draft=draft, idempotency_key="k") for draft in drafts),
        return_exceptions=True,
    )
    assert sum(isinstance(each, IdempotencyConflict) for each in outcomes) == 4
    assert await tickets.count(store, actor, filter=TicketFilter()) == 1


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_retry_that_waits_in_vain_is_told_that_the_first_still_runs(
    store: Store, rival: Store, actor: Actor
) -> None:
    reserved, go_on = asyncio.Event(), asyncio.Event()

    async def first(db: Connection) -> None:
        now = dt.datetime.now(dt.UTC)
        before = now - idempotency.LIFETIME
        await key_store.add_key(db, actor.org_id, "once", b"fingerprint", now, before)
        reserved.set()
        await go_on.wait()

    running = asyncio.create_task(rival.write(first))
    await reserved.wait()
    with pytest.raises(IdempotencyConflict) as refused:
        await tickets.create(store, actor, draft=DRAFT, idempotency_key="once")
    assert refused.value.code is ErrorCode.IDEMPOTENCY_IN_PROGRESS
    go_on.set()
    await running
