"""Documents: every write of a ticket leaves the document of what it is now."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from operator import itemgetter
from typing import Any

import pytest
import sqlalchemy as sa

from gql_tickets.auth import Actor
from gql_tickets.domain import search as domain
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import NEWEST_FIRST, Order, OrderField, PageRequest
from gql_tickets.domain.tickets import (
    ChildrenPolicy,
    TicketDraft,
    TicketPatch,
    TicketRef,
    TicketStatus,
)
from gql_tickets.service import demo, directory, tickets
from gql_tickets.store import search
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_search
from gql_tickets.store.tables import tickets as tickets_table

BY_RELEVANCE = (Order(OrderField.RELEVANCE),)
TEXTS = ("Ada's résumé", "東京 🎉", "a-b a_b", "", "the the the", "ﬁle \ue000 x" * 3)


def stored(dialect: str) -> Statement:
    """Every document there is."""
    if dialect == "postgresql":
        return Statement(sa.select(ticket_search))
    fts = sa.table(
        "ticket_search", *(sa.column(name) for name in ("rowid", "title", "body", "rest"))
    )
    return Statement(sa.select(fts))


async def assert_documents_fit(store: Store) -> None:
    """Compares all documents with those that the tickets' texts make."""
    texts = Statement(
        sa.select(
            tickets_table.c.org_id,
            tickets_table.c.id,
            tickets_table.c.title,
            tickets_table.c.description,
        )
    )

    async def work(db: Connection) -> Any:
        return sorted(await db.rows(stored(db.dialect))), await db.rows(texts)

    rows, found = await store.read(work)
    assert len(rows) == len(found)
    made = [
        search.row(store.dialect, org, id, title, [text] if text else [])
        for org, id, title, text in found
    ]
    if store.dialect == "sqlite":
        names = ("search_rowid", "search_title", "search_body", "search_rest")
        assert rows == sorted(tuple(each[name] for name in names) for each in made)
        return
    for row, each in zip(
        rows, sorted(made, key=itemgetter("search_org_id", "search_ticket_id")), strict=True
    ):
        assert row[:2] == (each["search_org_id"], each["search_ticket_id"])
        assert parted(row[2]) == parted(each["search_document"])


def parted(vector: str) -> set[str]:
    """The words of a tsvector's text, in any order."""
    return set(vector.split())


async def test_documents_follow_every_write(store: Store, actor: Actor) -> None:
    dice = random.Random(5)  # noqa: S311
    made: list[int] = []

    async def create() -> None:
        parent = TicketRef(id=made[-1]) if made and len(made) % 4 else None
        draft = TicketDraft(dice.choice(TEXTS) or "x", dice.choice((None, *TEXTS)), parent=parent)
        made.append((await tickets.create(store, actor, draft=draft)).id)

    async def update() -> None:
        patch = dice.choice(
            [
                TicketPatch(title=dice.choice(TEXTS[:3])),
                TicketPatch(description=dice.choice((None, *TEXTS))),
                TicketPatch(status=TicketStatus.DONE),
                TicketPatch(title="Both", description="at once"),
            ]
        )
        await tickets.update(store, actor, ticket=TicketRef(id=dice.choice(made)), patch=patch)

    async def delete() -> None:
        policy = dice.choice(
            [ChildrenPolicy.CASCADE, ChildrenPolicy.DETACH, ChildrenPolicy.REPARENT]
        )
        going = dice.choice(made)
        await tickets.delete(store, actor, ticket=TicketRef(id=going), children=policy)
        left = await tickets.by_ids(store, actor, made)
        made[:] = [ticket.id for ticket in left if ticket is not None]

    for _ in range(5):
        await create()
    for _ in range(60):
        await dice.choice([create, create, update, update, update, delete])()
        await assert_documents_fit(store)
        if not made:
            await create()


async def test_the_demo_can_be_searched(store: Store) -> None:
    await demo.fill(store)
    await assert_documents_fit(store)


async def test_a_write_that_fails_leaves_the_document(store: Store, actor: Actor) -> None:
    ticket = await tickets.create(store, actor, draft=TicketDraft("Before"))

    async def work(db: Connection) -> None:
        await search.change_documents(db, actor.org_id, [ticket.id])
        await search.drop_documents(db, actor.org_id, [ticket.id])
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(work)
    await assert_documents_fit(store)


async def found(store: Store, actor: Actor, text: str) -> list[int]:
    """The ids of what a query finds, in whichever order and way."""
    several: list[list[int]] = []
    for order in (NEWEST_FIRST, BY_RELEVANCE, (*BY_RELEVANCE, Order(OrderField.TITLE))):
        page = await tickets.list_page(
            store, actor, filter=TicketFilter(text=text), order=order, page=PageRequest(250)
        )
        several.append(sorted(ticket.id for ticket in page.items))
    assert several[0] == several[1] == several[2]
    return several[0]


async def test_no_query_reaches_into_another_organization(store: Store, actor: Actor) -> None:
    """Organization 1 has words that, with its number before them, begin like those of 11."""
    from_other = []
    for number in range(2, 13):
        other = await directory.create_organization(store, slug=f"o{number}", name="Other")
        from_other.append(other.id)
        stranger = Actor(other.id, other.slug, actor.scopes)
        await tickets.create(store, stranger, draft=TicketDraft(f"Secret plan {number}"))
    assert max(from_other) > 10
    mine = await tickets.create(store, actor, draft=TicketDraft("Plan 1 secret"))
    for text in ("plan", "pla*", "secret plan", "1*", '"plan 1"', "-nothing"):
        assert await found(store, actor, text) == [mine.id], text


LONG = " ".join(f"w{i}" for i in range(15_000))


@pytest.mark.parametrize(
    ("description", "finds", "misses"),
    [
        ("word " * 19_000 + "late", ["word", '"word word"', "late"], ['"word late"', '"late word"']),
        (LONG + " also here", ['"w14998 w14999"', "w0", "also", "here", '"also here"'], ["w15000"]),
        (LONG + " x" + LONG[:6_000] + " also here", ["also", "here", "here w3", "al*"], ['"also here"']),
        ("東" * 100_000, ["東", "東東"], ["京"]),
        ("".join(chr(0x4E00 + i % 20_000) for i in range(100_000)), ["一丁", "丂", chr(0x4E00 + 19_999)], ["丁一"]),
        ("".join(chr(0x20000 + i) for i in range(40_000)) + "ab", ["𠀀𠀁"], ["𠀁𠀀"]),
        ("\ufdfa" * 5_000, ["صلى", '"الله عليه"'], ['"عليه الله"']),
        (" ".join("𠀀x" * 30 + str(i) for i in range(1_500)), ["𠀀x"], []),
    ],
    ids=range(8),
)  # fmt: skip
async def test_a_document_of_any_size_is_kept_and_found(
    store: Store, actor: Actor, description: str, finds: list[str], misses: list[str]
) -> None:
    ticket = await tickets.create(store, actor, draft=TicketDraft("Long", description))
    for text in finds:
        assert await found(store, actor, text) == [ticket.id], text
    for text in misses:
        assert await found(store, actor, text) == [], text
    patch = TicketPatch(title="Longer")
    await tickets.update(store, actor, ticket=TicketRef(id=ticket.id), patch=patch)
    assert await found(store, actor, f"longer {finds[0]}") == [ticket.id]


async def test_many_long_texts_fit_in_one_document(store: Store, actor: Actor) -> None:
    """As the bodies of many comments would be."""
    ticket = await tickets.create(store, actor, draft=TicketDraft("Long"))
    texts = [" ".join(f"{'𠀀' * 60}{text}x{i}" for i in range(400)) for text in range(100)]
    texts += [" ".join(f"{text}y{i}" for i in range(2_000)) for text in range(100)]

    async def work(db: Connection) -> None:
        await search.drop_documents(db, actor.org_id, [ticket.id])
        await search.add_documents(db, actor.org_id, [(ticket.id, "Long", texts)])

    await store.write(work)
    assert await found(store, actor, "long") == [ticket.id]


async def test_a_long_query_is_bounded(store: Store, actor: Actor) -> None:
    ticket = await tickets.create(store, actor, draft=TicketDraft(" ".join(map(str, range(70)))))
    everything = " ".join(map(str, range(5_000)))
    assert await found(store, actor, everything) == [ticket.id]
    assert await found(store, actor, f'"{everything}"') == [ticket.id]
    assert await found(store, actor, "東" * 10_000) == []
    assert await found(store, actor, "-" * 10_000 + "0") == []
    assert await found(store, actor, '"' * 9_999 + " 1*") == [ticket.id]
    for text in ("x" * 1_000_000, "(" * 10_000, "a* " * 5_000, "-b " * 5_000, "🎉" * 5_000):
        await found(store, actor, text)
    query = domain.read_query(everything)
    assert len(query.wanted) == domain.QUERY_WORDS_MAX


def test_fts5_is_in_the_sqlite_of_this_python() -> None:
    with closing(sqlite3.connect(":memory:")) as raw:
        raw.execute(search.FTS5)
        assert raw.execute("SELECT count(*) FROM ticket_search").fetchone() == (0,)
