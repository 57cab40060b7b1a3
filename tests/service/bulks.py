"""What the tests of bulk writes share: short words for calls and for how they came out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gql_tickets.auth import Actor
from gql_tickets.domain.bulk import BulkErrorPolicy, BulkResult, Targets
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import NEWEST_FIRST, PageRequest
from gql_tickets.domain.tickets import (
    Ticket,
    TicketDraft,
    TicketRef,
)
from gql_tickets.errors import (
    ErrorCode,
)
from gql_tickets.service import bulk, tickets
from gql_tickets.store.engine import Store

ABORT, CONTINUE = BulkErrorPolicy.ABORT, BulkErrorPolicy.CONTINUE


def named(*ids: int) -> Targets:
    """Tickets by id."""
    return Targets(tuple(TicketRef(id=id) for id in ids))


async def make(store: Store, actor: Actor, *drafts: TicketDraft, **given: Any) -> BulkResult:
    """New tickets."""
    return await bulk.create(store, actor, tickets=drafts, **given)


async def some(store: Store, actor: Actor, count: int, **given: Any) -> list[Ticket]:
    """New tickets that are alike."""
    result = await make(store, actor, *(TicketDraft(f"Ticket {n}", **given) for n in range(count)))
    return done(result)


def done(result: BulkResult) -> list[Ticket]:
    """The tickets, of which none failed."""
    assert result.failed_count == 0
    return [outcome.ticket for outcome in result.outcomes if outcome.ticket is not None]


def failed(result: BulkResult) -> dict[int, tuple[ErrorCode, list[tuple[str, ...]]]]:
    """What failed, by place: the code, and the paths."""
    return {
        place: (outcome.failure.code, [problem.path for problem in outcome.failure.problems])
        for place, outcome in enumerate(result.outcomes)
        if outcome.failure is not None
    }


async def everything(store: Store, actor: Actor) -> dict[int, Ticket]:
    """All tickets by id."""
    page = await tickets.list_page(
        store, actor, filter=TicketFilter(), order=NEWEST_FIRST, page=PageRequest(1_000)
    )
    return {ticket.id: ticket for ticket in page.items}


@contextmanager
def watched(store: Store) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    statements: list[str] = []
    store.observer = statements.append
    yield statements
    store.observer = None
