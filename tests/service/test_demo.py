"""The demo organization: the document's tickets to the letter, and 154 others around them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from gql_tickets.auth import DEMO_KEY, Actor
from gql_tickets.domain.filters import LabelsMatch, TicketFilter
from gql_tickets.domain.paging import NEWEST_FIRST, PageRequest
from gql_tickets.domain.tickets import (
    PARENT_DEPTH_MAX,
    Ticket,
    TicketDraft,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)
from gql_tickets.errors import Conflict
from gql_tickets.service import demo, directory, keys, labels, tickets
from gql_tickets.service.keys import KeyRing
from gql_tickets.settings import Settings
from gql_tickets.store import directory as stored
from gql_tickets.store import installation
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import open_store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_events

EVENTS = Statement(
    sa.select(ticket_events.c.ticket_id, sa.func.max(ticket_events.c.version), sa.func.count())
    .where(ticket_events.c.org_id == sa.bindparam("org"))
    .group_by(ticket_events.c.ticket_id)
)


@pytest.fixture
async def guest(store: Store) -> Actor:
    """Who shows the documented key to a filled demo."""
    assert await demo.fill(store)
    return await KeyRing(store, 0).authenticate(DEMO_KEY)


async def everything(store: Store, guest: Actor) -> list[Ticket]:
    page = await tickets.list_page(
        store, guest, filter=TicketFilter(), order=NEWEST_FIRST, page=PageRequest(1000)
    )
    return page.items


async def test_am_42_is_the_documents_example(store: Store, guest: Actor) -> None:
    ticket = await tickets.find(store, guest, TicketRef(slug="AM-42"))
    assert ticket is not None
    assert (ticket.id, ticket.number, ticket.slug) == (1, 42, "AM-42")
    assert ticket.title == "Implement user authentication"
    assert ticket.type is TicketType.FEATURE
    assert ticket.status is TicketStatus.IN_PROGRESS
    assert ticket.priority is TicketPriority.HIGH
    assert (ticket.assignee_id, ticket.repository_id) == (10, 1)
    assert ticket.labels == ("backend", "auth")
    assert ticket.parent_slug is None
    assert ticket.created_at == dt.datetime(2025, 1, 10, 8, 0, tzinfo=dt.UTC)
    assert ticket.updated_at == dt.datetime(2025, 1, 15, 14, 20, tzinfo=dt.UTC)


async def test_am_43_is_the_documents_card(store: Store, guest: Actor) -> None:
    ticket = await tickets.find(store, guest, TicketRef(id=2))
    assert ticket is not None
    assert (ticket.slug, ticket.title) == ("AM-43", "Fix CSS layout issue")
    assert (ticket.type, ticket.priority) == (TicketType.BUG, TicketPriority.MEDIUM)
    assert ticket.assignee_id == 5


async def test_there_are_156_tickets_and_the_documents_are_the_newest(
    store: Store, guest: Actor
) -> None:
    found = await everything(store, guest)
    assert [ticket.slug for ticket in found[:2]] == ["AM-42", "AM-43"]
    assert sorted(ticket.id for ticket in found) == list(range(1, 157))
    assert sorted(ticket.number for ticket in found) == list(range(1, 157))
    assert all(ticket.slug == f"AM-{ticket.number}" for ticket in found)


async def test_the_next_ticket_is_am_157(store: Store, guest: Actor) -> None:
    ticket = await tickets.create(store, guest, draft=TicketDraft("Implement user auth"))
    assert (ticket.id, ticket.slug) == (157, "AM-157")


async def test_the_tickets_are_varied(store: Store, guest: Actor) -> None:
    found = await everything(store, guest)
    for field, kinds in (
        ("status", TicketStatus),
        ("type", TicketType),
        ("priority", TicketPriority),
    ):
        counts = Counter(getattr(ticket, field) for ticket in found)
        assert set(counts) == set(kinds)
        assert min(counts.values()) >= 5, (field, counts)
    assert {ticket.assignee_id for ticket in found} == {None, *range(1, 13)}
    assert {ticket.repository_id for ticket in found} == {None, 1, 2, 3}
    assert len({ticket.title for ticket in found}) == 156
    assert sum(ticket.parent_id is not None for ticket in found) > 20
    assert sum(bool(ticket.labels) for ticket in found) > 100


async def test_the_tickets_make_sense(store: Store, guest: Actor) -> None:
    by_id = {ticket.id: ticket for ticket in await everything(store, guest)}
    for ticket in by_id.values():
        assert ticket.created_at <= ticket.updated_at
        assert (ticket.completed_at is not None) == (ticket.status is TicketStatus.DONE)
        assert (ticket.started_at is not None) or ticket.status is not TicketStatus.IN_PROGRESS
        assert (ticket.version == 1) == (ticket.updated_at == ticket.created_at)
        depth, above = 1, ticket
        while above.parent_id is not None:
            above = by_id[above.parent_id]
            depth += 1
            assert above.type is TicketType.EPIC
        assert depth <= PARENT_DEPTH_MAX
        if ticket.parent_id is not None:
            assert ticket.parent_slug == by_id[ticket.parent_id].slug


async def test_every_ticket_has_the_history_of_its_version(store: Store, guest: Actor) -> None:
    async def work(db: Connection) -> list[tuple[Any, ...]]:
        return await db.rows(EVENTS, org=guest.org_id)

    history = {id: (version, count) for id, version, count in await store.read(work)}
    found = await everything(store, guest)
    assert history == {ticket.id: (ticket.version, ticket.version) for ticket in found}


async def test_users_repositories_and_labels_are_there(store: Store, guest: Actor) -> None:
    users = (await directory.users_page(store, guest, page=PageRequest(100))).items
    assert [user.id for user in users] == list(range(1, 13))
    assert all(user.username and user.name for user in users)
    repositories = (await directory.repositories_page(store, guest, page=PageRequest(9))).items
    assert [repository.id for repository in repositories] == [1, 2, 3]
    known = (await labels.list_page(store, guest, page=PageRequest(100))).items
    found = await everything(store, guest)
    carried = Counter(name for ticket in found for name in ticket.labels)
    assert set(carried) <= {label.name for label in known}
    names = [label.name for label in known]
    assert await labels.ticket_counts(store, guest, names) == [carried[name] for name in names]
    filter = TicketFilter(labels=LabelsMatch(all_of=("backend", "auth")))
    assert await tickets.count(store, guest, filter=filter) >= 2


async def test_the_organization_and_its_key_are_the_documents(store: Store, guest: Actor) -> None:
    organization = await directory.organization_of(store, guest)
    assert (organization.slug, organization.ticket_prefix) == ("my-org", "AM")
    (key,) = await keys.list_keys(store, guest)
    assert len(key.scopes) == 4
    assert key.prefix == DEMO_KEY[:12]


async def test_filling_again_changes_nothing(store: Store, guest: Actor) -> None:
    await tickets.delete(store, guest, ticket=TicketRef(id=1))
    assert not await demo.fill(store)
    assert len(await everything(store, guest)) == 155


async def test_every_demo_holds_the_same() -> None:
    assert demo.demo_tickets() == demo.demo_tickets()


async def test_a_database_with_anything_else_is_refused(store: Store) -> None:
    organization = await directory.create_organization(store, slug="real", name="Real")
    with pytest.raises(Conflict):
        await demo.fill(store)
    assert await directory.list_organizations(store) == [organization]
    assert not await store.read(installation.find_is_demo)


async def test_an_organization_that_is_older_than_the_mark_is_refused_too(store: Store) -> None:
    async def work(db: Connection) -> None:
        now = dt.datetime.now(dt.UTC)
        await stored.add_organization(db, slug="old", name="Old", ticket_prefix="AM", at=now)

    await store.write(work)
    with pytest.raises(Conflict):
        await demo.fill(store)
    assert await store.read(installation.find_is_demo) is None


async def test_a_demo_may_get_other_organizations(store: Store, guest: Actor) -> None:
    await directory.create_organization(store, slug="second", name="Second")
    assert not await demo.fill(store)
    assert (await KeyRing(store, 0).authenticate(DEMO_KEY)).org_id == guest.org_id


async def test_two_processes_can_start_at_once(settings: Settings) -> None:
    stores = [await open_store(settings) for _ in range(4)]
    filled = await asyncio.gather(*map(demo.fill, stores))
    assert sorted(filled) == [False, False, False, True]
    assert len(await directory.list_organizations(stores[0])) == 1
    for opened in stores:
        await opened.close()


async def test_filling_takes_few_statements(store: Store) -> None:
    seen: list[str] = []
    store.observer = seen.append
    await demo.fill(store)
    assert len(seen) <= 20
