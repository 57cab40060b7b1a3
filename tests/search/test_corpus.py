"""One syntax, and the same matches on every database, for texts in any script."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gql_tickets.auth import Actor
from gql_tickets.domain import search
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, OrderField, Page, PageRequest
from gql_tickets.domain.tickets import Ticket, TicketDraft
from gql_tickets.service import tickets
from gql_tickets.store.engine import Store
from tests.search.plain import fits
from tests.service.test_orders import walked

CORPUS = tomllib.loads(Path(__file__).with_name("corpus.toml").read_text("utf-8"))
TICKETS: dict[str, list[str]] = CORPUS["tickets"]
QUERIES: dict[str, list[str] | str] = CORPUS["queries"]
BY_RELEVANCE = (Order(OrderField.RELEVANCE),)


@pytest.fixture
async def corpus(store: Store, actor: Actor) -> None:
    """The corpus's tickets, whose ids go by their order."""
    for title, description in TICKETS.values():
        await tickets.create(store, actor, draft=TicketDraft(title, description))


async def found(store: Store, actor: Actor, text: str) -> list[str]:
    """The names of the tickets that a query finds, the most relevant first."""
    page = await tickets.list_page(
        store, actor, filter=TicketFilter(text=text), order=BY_RELEVANCE, page=PageRequest(100)
    )
    names = list(TICKETS)
    return [names[ticket.id - 1] for ticket in page.items]


async def found_at_once(store: Store, actor: Actor, text: str) -> list[str]:
    """As found(), in an order that takes another way: all is ranked, and then sorted."""
    order = (*BY_RELEVANCE, Order(OrderField.NUMBER))
    page = await tickets.list_page(
        store, actor, filter=TicketFilter(text=text), order=order, page=PageRequest(100)
    )
    return [list(TICKETS)[ticket.id - 1] for ticket in page.items]


def expected(text: str) -> set[str]:
    """What the corpus says that a query finds."""
    names = QUERIES[text]
    return set(TICKETS) if names == "everything" else set(names)


@pytest.mark.usefixtures("corpus")
async def test_every_query_finds_what_the_corpus_says(store: Store, actor: Actor) -> None:
    wrong = {
        text: names
        for text in QUERIES
        if set(names := await found(store, actor, text)) != expected(text)
    }
    assert wrong == {}


@pytest.mark.usefixtures("corpus")
async def test_the_most_relevant_comes_first_then_the_newest(store: Store, actor: Actor) -> None:
    names = list(TICKETS)
    for text in QUERIES:
        query = search.read_query(text)
        by_rank = sorted(
            await found(store, actor, text),
            key=lambda name: (search.rank(query, TICKETS[name][0]), names.index(name)),
            reverse=True,
        )
        assert await found(store, actor, text) == by_rank, text
        assert await found_at_once(store, actor, text) == by_rank, text
    assert await found(store, actor, "京都の天気") == ["kyoto", "tokyo"]
    assert await found(store, actor, "facade resume") == ["plain", "resume"]
    assert await found(store, actor, "file") == ["ligature", "resume"]


LETTERS = st.sampled_from(
    [*"abcXYZ019 \"'-*:&|!()<>\\^{}%_~.,;", "é", "e\u0301", "ß", "İ", "東", "京", "が", "か\u3099",
     "ｶﾞ", "한", "\u1112\u1161\u11ab", "ي", "ﻱ", "कि", "ไ", "🎉", "👍🏽", "\u200d", "\ufe0f",
     "\u00ad", "\ue000", "\ue001", "\x07", "\u2028", "ﬁ", "Ⅷ", "\U000e0041"]
)  # fmt: skip
TYPED = st.one_of(
    st.lists(LETTERS, max_size=30).map("".join),
    st.text(max_size=30).filter(lambda text: "\0" not in text),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(
    title=TYPED.filter(str.strip),
    description=TYPED,
    queries=st.lists(TYPED, min_size=1, max_size=8),
    cuts=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8),
)
async def test_whatever_is_typed_is_a_query_and_finds_what_plain_python_finds(
    store: Store,
    actor: Actor,
    title: str,
    description: str,
    queries: list[str],
    cuts: list[tuple[int, int]],
) -> None:
    ticket = await tickets.create(store, actor, draft=TicketDraft(title, description))
    made = search.document(ticket.title, [description])
    # Pieces of what is there are found more often than what is made up.
    pieces = [f'"{description[a:b]}"' for a, b in cuts] + [description[a:b] for a, b in cuts]
    for text in (*queries, *pieces):
        query = search.read_query(text)
        is_found = await tickets.count(
            store, actor, filter=TicketFilter(ids=(ticket.id,), text=text)
        )
        assert bool(is_found) is fits(query, made), text


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("descending", [True, False], ids=["best first", "best last"])
async def test_pages_by_relevance_are_the_whole_of_it(
    store: Store, actor: Actor, *, descending: bool, backward: bool
) -> None:
    for text in ("and", "resume facade -x", "file", "a b*", "*", "-and", "東", "the -page"):
        for order in ((Order(OrderField.RELEVANCE, descending),), BY_RELEVANCE):

            async def page_of(
                page: PageRequest, text: str = text, order: tuple[Order, ...] = order
            ) -> Page[Ticket]:
                return await tickets.list_page(
                    store, actor, filter=TicketFilter(text=text), order=order, page=page
                )

            whole = (await page_of(PageRequest(100))).items
            for size in (1, 2, 5):
                assert await walked(page_of, backward=backward, size=size) == whole
            for skipped in range(1, 4):
                page = await page_of(PageRequest(3, offset=skipped))
                assert page.items == whole[skipped : skipped + 3]
            cursors = list((await page_of(PageRequest(100))).cursors)
            if len(cursors) > 3:
                between = await page_of(PageRequest(9, cursors[0], cursors[-1], backward=backward))
                assert between.items == (whole[1:-1][-9:] if backward else whole[1:-1][:9])
