"""Polling the change log: what it says, in which order, and which cursors it takes."""

from __future__ import annotations

import datetime as dt

import pytest

from gql_tickets.auth import Actor, operator
from gql_tickets.domain.changes import Position, write_position
from gql_tickets.domain.filters import OneOf, TicketFilter
from gql_tickets.domain.tickets import TicketField, TicketStatus
from gql_tickets.errors import CursorExpired, ErrorCode, ValidationFailed
from gql_tickets.service import changes, directory, labels
from gql_tickets.store.engine import Store
from tests.changes.ways import add, change, drop, poll, told

LONG_AGO = dt.timedelta(0)


async def test_the_log_tells_what_was_written_in_order(store: Store, actor: Actor) -> None:
    first = await add(store, actor, "First")
    second = await add(store, actor, "Second")
    first = await change(store, actor, first, title="Renamed", status=TicketStatus.DONE)
    await drop(store, actor, second)
    feed = await poll(store, actor)
    assert told(feed.changes) == [
        ("AM-1", "created", 1),
        ("AM-2", "created", 1),
        ("AM-1", "updated", 2),
        ("AM-2", "deleted", 2),
    ]
    assert [each.ticket for each in feed.changes] == [first, None, first, None]
    assert feed.changes[2].fields == (TicketField.TITLE, TicketField.STATUS)
    assert feed.changes[3].ticket_node_id == second.node_id
    assert not feed.has_more


async def test_a_cursor_goes_on_where_it_was_given(store: Store, actor: Actor) -> None:
    for number in range(5):
        await add(store, actor, f"Ticket {number}")
    pages = [await poll(store, actor, limit=2)]
    while pages[-1].has_more:
        pages.append(await poll(store, actor, pages[-1].cursor, limit=2))
    assert [[each.slug for each in page.changes] for page in pages] == [
        ["AM-1", "AM-2"],
        ["AM-3", "AM-4"],
        ["AM-5"],
    ]
    cursor = pages[-1].cursor
    assert (await poll(store, actor, cursor)).changes == []
    assert (await poll(store, actor, cursor)).cursor == cursor
    await add(store, actor, "Later")
    assert [each.slug for each in (await poll(store, actor, cursor)).changes] == ["AM-6"]


async def test_the_cursor_of_an_entry_is_as_good_as_that_of_a_page(
    store: Store, actor: Actor
) -> None:
    for number in range(3):
        await add(store, actor, f"Ticket {number}")
    entry = (await poll(store, actor)).changes[0]
    assert [each.slug for each in (await poll(store, actor, entry.cursor)).changes] == [
        "AM-2",
        "AM-3",
    ]


async def test_an_empty_log_has_a_cursor_too(store: Store, actor: Actor) -> None:
    feed = await poll(store, actor)
    assert feed.changes == []
    await add(store, actor)
    assert len((await poll(store, actor, feed.cursor)).changes) == 1


async def test_a_label_that_is_renamed_is_a_change_of_its_tickets(
    store: Store, actor: Actor
) -> None:
    await add(store, actor, labels=("old",))
    cursor = (await poll(store, actor)).cursor
    await labels.upsert(store, actor, name="old", new_name="new")
    (entry,) = (await poll(store, actor, cursor)).changes
    assert entry.fields == (TicketField.LABELS,)
    assert entry.ticket is not None
    assert entry.ticket.labels == ("new",)


async def test_the_log_of_one_organization_says_nothing_of_another(
    store: Store, actor: Actor
) -> None:
    other = await directory.create_organization(store, slug="other", name="Other")
    stranger = operator(other.id, other.slug)
    await add(store, stranger)
    assert (await poll(store, actor)).changes == []
    foreign = (await poll(store, stranger)).cursor
    with pytest.raises(ValidationFailed) as refused:
        await poll(store, actor, foreign)
    assert refused.value.path == ("since",)


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "AAAA", "\0", "\ud800", "YzEuMC4", "a" * 5_000, "Yy0xLjAuMA"]
)
async def test_nonsense_is_no_cursor(store: Store, actor: Actor, cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        await poll(store, actor, cursor)


async def test_a_cursor_from_the_future_is_of_a_database_that_is_gone(
    store: Store, actor: Actor
) -> None:
    await add(store, actor)
    future = write_position(actor.org_id, Position(2**62, 2**62))
    with pytest.raises(CursorExpired):
        await poll(store, actor, future)


async def test_what_is_cut_off_expires_its_cursors(store: Store, actor: Actor) -> None:
    start = (await poll(store, actor)).cursor
    kept = await add(store, actor, "Kept")
    gone = await add(store, actor, "Gone")
    await drop(store, actor, gone)
    end = (await poll(store, actor)).cursor
    assert await changes.trim(store, older_than=dt.timedelta(hours=1)) == 0
    assert await changes.trim(store, older_than=LONG_AGO, org_id=actor.org_id) == 3
    assert await changes.trim(store, older_than=LONG_AGO) == 0
    for expired in (start,):
        with pytest.raises(CursorExpired) as refused:
            await poll(store, actor, expired)
        assert refused.value.code is ErrorCode.CURSOR_EXPIRED
    assert (await poll(store, actor, end)).changes == []
    assert (await poll(store, actor)).cursor == end
    await change(store, actor, kept, title="Again")
    assert told((await poll(store, actor, end)).changes) == [("AM-1", "updated", 2)]
    assert told((await poll(store, actor)).changes) == [("AM-1", "updated", 2)]


async def test_a_log_is_cut_in_batches(
    store: Store, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "TRIM_BATCH", 2)
    for number in range(5):
        await add(store, actor, f"Ticket {number}")
    assert await changes.trim(store, older_than=LONG_AGO) == 5


class TestWithAFilter:
    """What a filter lets through is enough to keep the matching tickets."""

    TODO = TicketFilter(status=OneOf(in_=(TicketStatus.TODO,)))

    async def test_a_ticket_is_seen_to_come_to_stay_and_to_go(
        self, store: Store, actor: Actor
    ) -> None:
        ticket = await add(store, actor, status=TicketStatus.TODO)
        await change(store, actor, ticket, title="Renamed")
        feed = await poll(store, actor, filter=self.TODO)
        assert told(feed.changes) == [("AM-1", "created", 1), ("AM-1", "updated", 2)]
        await change(store, actor, ticket, status=TicketStatus.DONE)
        left = await poll(store, actor, feed.cursor, filter=self.TODO)
        assert told(left.changes) == [("AM-1", "updated", 3)]
        await change(store, actor, ticket, title="Nobody's business")
        assert (await poll(store, actor, left.cursor, filter=self.TODO)).changes == []
        await drop(store, actor, ticket)
        after = await poll(store, actor, left.cursor, filter=self.TODO)
        assert told(after.changes) == [("AM-1", "deleted", 5)]

    async def test_what_does_not_concern_it_moves_the_cursor_on(
        self, store: Store, actor: Actor
    ) -> None:
        await add(store, actor, status=TicketStatus.DONE)
        feed = await poll(store, actor, filter=self.TODO)
        assert feed.changes == []
        assert feed.cursor == (await poll(store, actor)).cursor
