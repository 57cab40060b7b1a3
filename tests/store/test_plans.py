"""Pages are found by an index. SQLite plans the same for ten tickets as for a million: it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.filters import LabelsMatch, Reference, TicketFilter
from gql_tickets.domain.paging import NEWEST_FIRST, Order, OrderField, PageRequest
from gql_tickets.domain.tickets import TicketDraft, TicketRef, TicketStatus
from gql_tickets.service import tickets as service
from gql_tickets.store import groups, pages, search
from gql_tickets.store.criteria import criteria
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.statements import Compiled, Statement

INDEXES = {
    OrderField.CREATED_AT: "tickets_created",
    OrderField.UPDATED_AT: "tickets_updated",
    OrderField.COMPLETED_AT: "tickets_completed",
    OrderField.PRIORITY: "tickets_priority",
    OrderField.STATUS: "tickets_status",
    OrderField.TITLE: "tickets_title",
    OrderField.NUMBER: "tickets_org_id_number",
}
BY_ID = "inner_tickets USING INDEX sqlite_autoindex_tickets_1 (org_id=? AND id=?)"


class Explaining(Connection):
    """Keeps the plan of every statement that is run through it."""

    def __init__(self, inner: Connection) -> None:
        self.dialect = inner.dialect
        self.plans: list[str] = []
        self._inner = inner

    async def fetch(self, compiled: Compiled, arguments: list[Any]) -> list[Any]:
        """The rows, after the plan."""
        explained = Compiled.__new__(Compiled)
        explained.sql = f"EXPLAIN QUERY PLAN {compiled.sql}"
        lines = await self._inner.fetch(explained, arguments)
        self.plans.append("\n".join(str(line[-1]) for line in lines))
        return await self._inner.fetch(compiled, arguments)


@pytest.fixture
def database_kind() -> str:
    """PostgreSQL plans by how much there is, which is little here."""
    return "sqlite"


async def plan(
    store: Store,
    actor: Actor,
    filter: TicketFilter = TicketFilter(),  # noqa: B008 - frozen
    order: tuple[Order, ...] = NEWEST_FIRST,
    **page: Any,
) -> str:
    """How the last statement of a page was answered."""

    async def work(db: Connection) -> str:
        explaining = Explaining(db)
        wanted = criteria(actor.org_id, filter)
        request = PageRequest(**{"size": 5, **page})
        await pages.find_page(explaining, actor.org_id, wanted, order, request)
        return explaining.plans[-1]

    return await store.read(work)


@pytest.fixture(autouse=True)
async def some(store: Store, actor: Actor) -> None:
    """A few tickets."""
    for number in range(8):
        await service.create(store, actor, draft=TicketDraft(f"Ticket {number}", labels=("a",)))


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("field", INDEXES, ids=lambda field: field.value)
async def test_a_page_in_any_order_begins_at_its_cursor(
    store: Store, actor: Actor, field: OrderField, *, descending: bool
) -> None:
    order = (Order(field, descending),)
    first = await service.list_page(
        store, actor, filter=TicketFilter(), order=order, page=PageRequest(2)
    )
    for page in ({"after": first.cursors[1]}, {"before": first.cursors[1], "backward": True}):
        answered = await plan(store, actor, order=order, **page)
        assert f"INDEX {INDEXES[field]} (org_id=? AND " in answered
        assert answered.count("TEMP B-TREE") == 1  # the page's own rows


def narrow() -> Iterator[TicketFilter]:
    """Filters that lead to few tickets."""
    yield TicketFilter(text="ticket")
    yield TicketFilter(text="tick* -4")
    yield TicketFilter(labels=LabelsMatch(all_of=("a",)))
    yield TicketFilter(descendant_of=TicketRef(id=1))
    yield TicketFilter(descendant_of=TicketRef(slug="AM-1"))
    yield TicketFilter(ids=(1, 2, 3))
    yield TicketFilter(and_=(TicketFilter(text="ticket"), TicketFilter(has_children=False)))


@pytest.mark.parametrize("wanted", list(narrow()), ids=range(7))
async def test_what_leads_to_few_tickets_is_followed(
    store: Store, actor: Actor, wanted: TicketFilter
) -> None:
    for field in (OrderField.CREATED_AT, OrderField.TITLE, OrderField.PRIORITY):
        assert BY_ID in await plan(store, actor, wanted, (Order(field),))


async def test_a_common_text_is_looked_up_along_the_order(
    store: Store, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RARE_MAX", 3)
    for field, index in INDEXES.items():
        answered = await plan(store, actor, TicketFilter(text="ticket"), (Order(field),))
        assert f"INDEX {index} (org_id=?)" in answered
    assert BY_ID in await plan(store, actor, TicketFilter(text="7"))


async def test_relevance_walks_the_documents(store: Store, actor: Actor) -> None:
    answered = await plan(store, actor, TicketFilter(text="ticket"), (Order(OrderField.RELEVANCE),))
    assert answered.startswith("SCAN ticket_search VIRTUAL TABLE")
    assert "TEMP B-TREE" not in answered


async def test_the_columns_of_a_board_follow_it_too(store: Store, actor: Actor) -> None:
    async def work(db: Connection) -> str:
        explaining = Explaining(db)
        wanted = criteria(actor.org_id, TicketFilter(text="ticket"))
        await groups.find_group_pages(
            explaining,
            actor.org_id,
            "status",
            list(TicketStatus),
            wanted,
            NEWEST_FIRST,
            PageRequest(5),
        )
        return explaining.plans[-1]

    assert BY_ID in await store.read(work)


async def test_people_are_found_by_an_index(store: Store, actor: Actor) -> None:
    for wanted, index in (
        (TicketFilter(creator=Reference((UserRef(id=1),))), "tickets_creator"),
        (TicketFilter(assignee=Reference((UserRef(id=1),))), "tickets_assignee"),
    ):
        assert f"INDEX {index} (org_id=? AND" in await plan(store, actor, wanted)


def test_only_statements_with_texts_are_planned_by_their_values(actor: Actor) -> None:
    def by_value(filter: TicketFilter) -> bool:
        statement: Statement = pages._count_statement(criteria(actor.org_id, filter).shape)
        return statement.compiled("postgresql").by_value

    assert by_value(TicketFilter(not_=TicketFilter(or_=(TicketFilter(text="a"),))))
    assert not by_value(TicketFilter(has_children=True, labels=LabelsMatch(any_of=("a", "b"))))
