"""How many tickets a list has in all: told with the page, where that costs nothing."""

from __future__ import annotations

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import LabelsMatch, OneOf, TicketFilter
from gql_tickets.domain.paging import NEWEST_FIRST, Page, PageRequest
from gql_tickets.domain.tickets import Ticket, TicketDraft, TicketStatus
from gql_tickets.service import tickets
from gql_tickets.store.engine import Store

ALL = TicketFilter()
BEGUN = TicketFilter(status=OneOf(in_=(TicketStatus.TODO, TicketStatus.DONE)))
LABELLED = TicketFilter(labels=LabelsMatch(any_of=("auth",)))


@pytest.fixture(autouse=True)
async def six(store: Store, actor: Actor) -> None:
    """Six tickets: each status twice or once, one label on half of them."""
    for number in range(6):
        draft = TicketDraft(
            f"Ticket {number}",
            status=(TicketStatus.TODO, TicketStatus.DONE, TicketStatus.BACKLOG)[number % 3],
            labels=("auth",) if number % 2 else (),
        )
        await tickets.create(store, actor, draft=draft)


async def counted(
    store: Store, actor: Actor, filter: TicketFilter, request: PageRequest
) -> Page[Ticket]:
    """A page with its total."""
    return await tickets.list_page(
        store, actor, filter=filter, order=NEWEST_FIRST, page=request, counted=True
    )


@pytest.mark.parametrize(
    ("filter", "total", "statements"), [(ALL, 6, 1), (BEGUN, 4, 1), (LABELLED, 3, 2)]
)
async def test_a_total_that_is_kept_comes_with_the_page(
    store: Store, actor: Actor, filter: TicketFilter, total: int, statements: int
) -> None:
    seen: list[str] = []
    store.observer = seen.append
    page = await counted(store, actor, filter, PageRequest(2))
    assert (len(page.items), page.total) == (2, total)
    assert len(seen) == statements


@pytest.mark.parametrize("filter", [ALL, BEGUN, LABELLED])
async def test_beyond_the_last_ticket_the_total_is_told_too(
    store: Store, actor: Actor, filter: TicketFilter
) -> None:
    page = await counted(store, actor, filter, PageRequest(2, offset=6))
    assert page.items == []
    assert page.total == await tickets.count(store, actor, filter=filter) > 0


async def test_a_list_of_nothing_has_a_total_of_none(store: Store, actor: Actor) -> None:
    nobody = TicketFilter(status=OneOf(in_=(TicketStatus.IN_REVIEW,)))
    page = await counted(store, actor, nobody, PageRequest(2))
    assert (page.items, page.total) == ([], 0)
