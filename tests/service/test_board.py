"""Grouped pages and counts: as many statements for one group as for many, and the same tickets."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.filters import LabelsMatch, Reference, TicketFilter
from gql_tickets.domain.paging import (
    BOARD_ORDER,
    NEWEST_FIRST,
    Order,
    OrderField,
    Page,
    PageRequest,
)
from gql_tickets.domain.tickets import Ticket, TicketDraft, TicketRef, TicketStatus
from gql_tickets.errors import Forbidden, ValidationFailed
from gql_tickets.service import board, directory, tickets
from gql_tickets.service.board import COUNT, Group, GroupPage
from gql_tickets.store.engine import Store
from tests import groups

ALL = TicketFilter()
STATUSES = list(TicketStatus)


@pytest.fixture
async def crowd(store: Store, actor: Actor) -> list[Ticket]:
    """40 tickets, newest first: none in review, four parents, two assignees."""
    for number in (1, 2):
        await directory.upsert_user(store, actor, id=number)
        await directory.upsert_repository(store, actor, id=number)
    made: list[Ticket] = []
    for i in range(40):
        status = STATUSES[i % 5]
        draft = TicketDraft(
            f"Ticket {i}",
            status=TicketStatus.TODO if status is TicketStatus.IN_REVIEW else status,
            assignee=UserRef(id=i % 3) if i % 3 else None,
            repository=RepositoryRef(1 + i % 2),
            labels=("even",) if i % 2 == 0 else (),
            parent=TicketRef(id=made[i % 4].id) if i >= 10 else None,
        )
        made.append(await tickets.create(store, actor, draft=draft))
    return made[::-1]


async def found(
    store: Store,
    actor: Actor,
    wanted: dict[Any, list[Any]],
    *,
    group: Group = Group.STATUS,
    filter: TicketFilter = ALL,
) -> dict[Any, Any]:
    """Pages and counts of groups."""
    both: dict[Any, Any] = await board.find(store, actor, group, wanted, filter=filter)
    return both


async def paged(
    store: Store, actor: Actor, group: Group, values: list[Any], **given: Any
) -> list[Page[Ticket]]:
    """A page of each group, newest first of everything but for what is given."""
    request = PageRequest(**{"size": 50, **given.pop("page", {})})
    given = {"filter": ALL, "order": NEWEST_FIRST, **given}
    return await groups.pages(store, actor, group, values, page=request, **given)


@pytest.mark.parametrize(
    ("group", "values"),
    [
        (Group.STATUS, STATUSES),
        (Group.STATUS, [TicketStatus.DONE, TicketStatus.BACKLOG, TicketStatus.DONE]),
        (Group.PARENT, [3, 1, 999, 2]),
        (Group.ASSIGNEE, [2, 1]),
        (Group.STATUS, []),
    ],
    ids=["status", "some statuses", "parent", "assignee", "none"],
)
@pytest.mark.parametrize(
    "wanted",
    [
        ALL,
        TicketFilter(repository=Reference((RepositoryRef(2),))),
        TicketFilter(labels=LabelsMatch(("even",)), assignee=Reference(is_null=True)),
        TicketFilter(labels=LabelsMatch(("even", "unknown"))),
    ],
    ids=["all", "repository", "label", "nothing"],
)
async def test_each_group_is_what_a_list_of_it_would_be(
    store: Store,
    actor: Actor,
    crowd: list[Ticket],
    group: Group,
    values: list[Any],
    wanted: TicketFilter,
) -> None:
    whole = await tickets.list_page(
        store, actor, filter=wanted, order=NEWEST_FIRST, page=PageRequest(100)
    )
    assert whole.items == [ticket for ticket in crowd if ticket in whole.items]
    expected = [
        [ticket for ticket in whole.items if getattr(ticket, group.value) == value]
        for value in values
    ]
    pages = await paged(store, actor, group, values, filter=wanted)
    assert [page.items for page in pages] == expected
    assert [page.has_next for page in pages] == [False] * len(values)
    counts = await groups.counts(store, actor, group, values, filter=wanted)
    assert counts == list(map(len, expected))
    cut = await paged(store, actor, group, values, filter=wanted, page={"size": 2})
    assert [page.items for page in cut] == [rows[:2] for rows in expected]
    assert [page.has_next for page in cut] == [len(rows) > 2 for rows in expected]


@pytest.mark.parametrize("oldest_first", [False, True], ids=["newest", "oldest"])
async def test_a_group_goes_on_after_its_cursor(
    store: Store, actor: Actor, crowd: list[Ticket], oldest_first: bool
) -> None:
    order = (Order(OrderField.CREATED_AT, descending=not oldest_first),)
    expected = [ticket for ticket in crowd if ticket.status is TicketStatus.TODO]
    if oldest_first:
        expected.reverse()
    walked: list[Ticket] = []
    cursor: str | None = None
    while True:
        (page,) = await paged(
            store,
            actor,
            Group.STATUS,
            [TicketStatus.TODO],
            order=order,
            page={"size": 3, "after": cursor},
        )
        walked += page.items
        if not page.has_next:
            break
        cursor = page.cursors[-1]
    assert walked == expected
    backward, _ = await paged(
        store,
        actor,
        Group.STATUS,
        [TicketStatus.TODO, TicketStatus.DONE],
        order=order,
        page={"size": 3, "backward": True},
    )
    assert (backward.items, backward.has_previous) == (expected[-3:], True)


async def test_all_groups_are_one_statement(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    assert crowd
    seen: list[str] = []
    store.observer = seen.append
    await paged(store, actor, Group.STATUS, STATUSES)
    await groups.counts(store, actor, Group.STATUS, STATUSES, filter=ALL)
    store.observer = None
    assert len(seen) == 2


@pytest.mark.parametrize("order", [NEWEST_FIRST, BOARD_ORDER], ids=["newest", "board"])
async def test_pages_bring_the_counts_of_their_groups_along(
    store: Store, actor: Actor, crowd: list[Ticket], order: tuple[Order, ...]
) -> None:
    held = [sum(ticket.status is status for ticket in crowd) for status in STATUSES]
    assert held == [8, 16, 8, 0, 8]
    first = GroupPage(order, PageRequest(3))
    pages = (await found(store, actor, {first: STATUSES}))[first]
    beyond = GroupPage(order, PageRequest(50, after=pages[1].cursors[-1]), frozenset({"slug"}))
    for wanted in (first, beyond):
        seen: list[str] = []
        store.observer = seen.append
        both = await found(store, actor, {COUNT: STATUSES, wanted: STATUSES})
        store.observer = None
        assert both[COUNT] == held
        assert both[wanted][1].items
        assert both[wanted][3].items == []
        assert len(seen) == (1 if store.dialect == "postgresql" else 2)


async def test_counts_of_other_groups_or_filters_are_asked_for_beside_the_pages(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    wanted = GroupPage(NEWEST_FIRST, PageRequest(2))
    done, todo = TicketStatus.DONE, TicketStatus.TODO
    some = await found(store, actor, {wanted: [done], COUNT: [done, todo]})
    assert [ticket.status for ticket in some[wanted][0].items] == [done] * 2
    assert some[COUNT] == [8, 16]
    even = TicketFilter(labels=LabelsMatch(("even",)))
    both = await found(store, actor, {COUNT: STATUSES, wanted: STATUSES}, filter=even)
    evens = [ticket for ticket in crowd if "even" in ticket.labels]
    assert both[COUNT] == [sum(each.status is status for each in evens) for status in STATUSES]
    of_parents = await found(store, actor, {wanted: [1], COUNT: [1, 999]}, group=Group.PARENT)
    assert of_parents[COUNT] == [sum(ticket.parent_id == 1 for ticket in crowd), 0]


async def test_a_page_that_cannot_be_had_spoils_no_other(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    assert crowd
    forged = GroupPage(NEWEST_FIRST, PageRequest(2, after="forged"))
    irrelevant = GroupPage((Order(OrderField.RELEVANCE),), PageRequest(2))
    good = GroupPage(NEWEST_FIRST, PageRequest(2))
    done = [TicketStatus.DONE]
    every = await found(store, actor, {forged: done, irrelevant: done, good: done, COUNT: done})
    assert type(every[forged][0]) is type(every[irrelevant][0]) is ValidationFailed
    assert len(every[good][0].items) == 2
    assert every[COUNT] == [8]


async def test_another_organization_has_groups_of_its_own(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    other = await directory.create_organization(store, slug="other", name="Other")
    stranger = replace(actor, org_id=other.id)
    pages = await paged(store, stranger, Group.STATUS, STATUSES)
    assert [page.items for page in pages] == [[]] * 5
    children = await paged(store, stranger, Group.PARENT, [crowd[-1].id])
    assert children[0].items == []
    assert await groups.counts(store, stranger, Group.STATUS, STATUSES, filter=ALL) == [0] * 5


async def test_groups_are_refused_as_lists_are(store: Store, actor: Actor) -> None:
    with pytest.raises(Forbidden):
        await paged(store, replace(actor, scopes=frozenset()), Group.STATUS, STATUSES)
    with pytest.raises(ValidationFailed):
        await paged(store, actor, Group.STATUS, STATUSES, page={"after": "forged"})
