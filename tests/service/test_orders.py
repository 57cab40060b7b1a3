"""Orders: pages in every order, forward and backward, are what sorting in Python gives."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, OrderField, Page, PageRequest
from gql_tickets.domain.tickets import Ticket, TicketPriority, TicketStatus
from gql_tickets.errors import ValidationFailed
from gql_tickets.service import tickets
from gql_tickets.service.board import Group
from gql_tickets.store.engine import Store
from tests import groups
from tests.service.crowd import SIZE, gathered

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
BY: dict[OrderField, Callable[[Ticket], Any]] = {
    OrderField.CREATED_AT: lambda it: it.created_at,
    OrderField.UPDATED_AT: lambda it: it.updated_at,
    OrderField.COMPLETED_AT: lambda it: it.completed_at or NEVER,
    OrderField.PRIORITY: lambda it: list(TicketPriority).index(it.priority),
    OrderField.STATUS: lambda it: list(TicketStatus).index(it.status),
    OrderField.TITLE: lambda it: it.title.encode(),
    OrderField.NUMBER: lambda it: it.number,
}
SINGLE = [(Order(field, descending),) for field in BY for descending in (True, False)]
SEVERAL = [
    (Order(OrderField.PRIORITY), Order(OrderField.CREATED_AT)),
    (Order(OrderField.STATUS, descending=False), Order(OrderField.PRIORITY)),
    (Order(OrderField.COMPLETED_AT), Order(OrderField.TITLE, descending=False)),
    (Order(OrderField.TITLE), Order(OrderField.TITLE, descending=False), Order(OrderField.STATUS)),
    (Order(OrderField.TITLE, descending=False), Order(OrderField.COMPLETED_AT, descending=False)),
    (
        Order(OrderField.STATUS),
        Order(OrderField.COMPLETED_AT, descending=False),
        Order(OrderField.PRIORITY, descending=False),
        Order(OrderField.UPDATED_AT),
    ),
]


def named(order: tuple[Order, ...]) -> str:
    """An order as a test's name."""
    return " ".join(f"{'-' if key.descending else ''}{key.field.value}" for key in order)


def arranged(rows: list[Ticket], order: tuple[Order, ...]) -> list[Ticket]:
    """What sorting in Python gives: the last key first, since Python's sort is stable."""
    rows = sorted(rows, key=lambda it: it.id, reverse=order[-1].descending)
    for key in reversed(order):
        rows.sort(key=BY[key.field], reverse=key.descending)
    return rows


async def walked(
    page_of: Callable[[PageRequest], Any], *, backward: bool, size: int = 7
) -> list[Ticket]:
    """Every item, page by page, by the cursors of either end."""
    walk: list[Ticket] = []
    cursor: str | None = None
    while True:
        side = "before" if backward else "after"
        page: Page[Ticket] = await page_of(
            PageRequest(size, **{side: cursor, "backward": backward})  # type: ignore[arg-type]
        )
        walk = [*page.items, *walk] if backward else [*walk, *page.items]
        more, came_from = page.has_previous, page.has_next
        if not backward:
            more, came_from = came_from, more
        assert came_from is (cursor is not None)
        if not more:
            return walk
        cursor = page.cursors[0 if backward else -1]


@pytest.fixture
async def crowd(store: Store, actor: Actor) -> list[Ticket]:
    """Some tickets of every kind."""
    return await gathered(store, actor)


async def test_walking_gives_every_ticket_once_in_every_order(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    assert sum(it.completed_at is None for it in crowd) > 15
    assert len({it.title for it in crowd}) < len(crowd) / 2
    for order in SINGLE + SEVERAL:

        async def page_of(page: PageRequest, order: tuple[Order, ...] = order) -> Page[Ticket]:
            return await tickets.list_page(
                store, actor, filter=TicketFilter(), order=order, page=page
            )

        expected = arranged(crowd, order)
        assert await walked(page_of, backward=False) == expected, named(order)
        assert await walked(page_of, backward=True) == expected, named(order)
        offset = await page_of(PageRequest(10, offset=20))
        assert offset.items == expected[20:30], named(order)


async def test_groups_are_walked_in_every_order(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    todo = [it for it in crowd if it.status is TicketStatus.TODO]
    assert len(todo) > 7
    for order in SINGLE + SEVERAL:

        async def page_of(page: PageRequest, order: tuple[Order, ...] = order) -> Page[Ticket]:
            (found,) = await groups.pages(
                store, actor, Group.STATUS, [TicketStatus.TODO],
                filter=TicketFilter(), order=order, page=page,
            )  # fmt: skip
            return found

        expected = arranged(todo, order)
        assert await walked(page_of, backward=False, size=3) == expected, named(order)
        assert await walked(page_of, backward=True, size=3) == expected, named(order)


async def test_never_completed_comes_last_when_descending(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    page = await tickets.list_page(
        store, actor, filter=TicketFilter(), order=(Order(OrderField.COMPLETED_AT),),
        page=PageRequest(SIZE),
    )  # fmt: skip
    unset = [it.completed_at is None for it in page.items]
    assert unset == sorted(unset)
    assert len(unset) == len(crowd)


LATE = 2**63 - 1
FORGED: dict[str, tuple[Order, list[list[Any]]]] = {
    "title": (
        Order(OrderField.TITLE),
        [["a"], [1, 1], ["a", "1"], ["a\0", 1], ["a", -1], ["a", 2**31], [None, 1], [["a"], 1]],
    ),
    "priority": (
        Order(OrderField.PRIORITY),
        [[5, 0, 1], [-1, 0, 1], [True, 0, 1], ["none", 0, 1], [2**40, 0, 1], [1, LATE, 1], [1, 1]],
    ),
    "completed_at": (
        Order(OrderField.COMPLETED_AT),
        [[None, 1], [LATE, 1], [-LATE, 1], [-(2**70), 1], [1.5, 1], ["2025-01-10", 1]],
    ),
}


@pytest.mark.parametrize(("order", "keys"), FORGED.values(), ids=FORGED)
async def test_a_forged_cursor_is_refused(
    store: Store, actor: Actor, order: Order, keys: list[list[Any]]
) -> None:
    def wanted(cursor: str) -> Any:
        page = PageRequest(1, after=cursor)
        return tickets.list_page(store, actor, filter=TicketFilter(), order=(order,), page=page)

    name = {"priority": "-priority,-created_at,-id"}.get(
        order.field.value, f"-{order.field.value},-id"
    )
    for key in keys:
        cursor = base64.urlsafe_b64encode(json.dumps([name, *key]).encode()).decode()
        with pytest.raises(ValidationFailed) as caught:
            await wanted(cursor)
        assert caught.value.path == ("after",)
    surrogate = base64.urlsafe_b64encode(b'["-title,-id","\\ud800",1]').decode()
    with pytest.raises(ValidationFailed):
        await wanted(surrogate)


@pytest.mark.usefixtures("crowd")
async def test_a_cursor_of_another_order_is_refused(store: Store, actor: Actor) -> None:
    async def page(order: tuple[Order, ...], after: str | None = None) -> Page[Ticket]:
        return await tickets.list_page(
            store, actor, filter=TicketFilter(), order=order, page=PageRequest(1, after=after)
        )

    cursors = {order: (await page(order)).cursors[0] for order in SINGLE}
    assert len(set(cursors.values())) == len(SINGLE)
    for order in SINGLE:
        for other, cursor in cursors.items():
            if other != order:
                with pytest.raises(ValidationFailed):
                    await page(order, after=cursor)
