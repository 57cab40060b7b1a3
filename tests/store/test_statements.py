"""Statements: what goes in comes back, by the types of columns, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from gql_tickets.domain.tickets import TicketPriority, TicketStatus
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import installation, organizations
from gql_tickets.store.types import Code, Instant, ListOf, TextList, WordVector

NOW = dt.datetime(2025, 1, 10, 8, 0, 0, 123456, tzinfo=dt.UTC)
ADD = Statement(
    sa.insert(organizations).values(
        slug=sa.bindparam("slug", type_=sa.Text()),
        name=sa.bindparam("slug", type_=sa.Text()),
        ticket_prefix=sa.literal_column("'AM'"),
        created_at=sa.bindparam("at", type_=Instant()),
    )
)
SLUGS = Statement(sa.select(organizations.c.slug).order_by(organizations.c.slug))


async def slugs(store: Store) -> list[str]:
    """What is stored."""

    async def work(db: Connection) -> list[str]:
        return [slug for (slug,) in await db.rows(SLUGS)]

    return await store.read(work)


async def add(store: Store, *names: str) -> None:
    """Store organizations, in one transaction."""

    async def work(db: Connection) -> None:
        for name in names:
            await db.run(ADD, slug=name, at=NOW)

    await store.write(work)


VALUES = [
    (sa.Integer(), 2**31 - 1),
    (sa.SmallInteger(), 2**15 - 1),
    (sa.BigInteger(), 2**63 - 1),
    (sa.Double(), 0.1),
    (sa.Boolean(), True),
    (sa.Boolean(), False),
    (sa.Text(), "Grüße, 世界 🎟 ' \" \\"),
    (sa.LargeBinary(), b"\x00\xff"),
    (Instant(), NOW),
    (Instant(), dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)),
    (Code(TicketStatus), TicketStatus.IN_REVIEW),
    (Code(TicketPriority), TicketPriority.NONE),
    (WordVector(), "'a':1,3 'b c'"),
    (TextList(), ("b", "a", 'with "quotes"', "ü")),
    (TextList(), ()),
    (TextList(), None),
    (Code(TicketStatus), None),
    (Instant(), None),
    (sa.Boolean(), None),
    (sa.Text(), None),
]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=lambda each: repr(each)[:30])
async def test_a_value_comes_back_as_it_went_in(store: Store, kind: Any, value: Any) -> None:
    echo = Statement(
        lambda dialect: sa.select(
            sa.bindparam("value", type_=kind)
            if dialect == "postgresql"
            else sa.type_coerce(sa.bindparam("value", type_=kind), kind)
        )
    )

    async def work(db: Connection) -> Any:
        return await db.value(echo, value=value), await db.row(echo, value=value)

    found, row = await store.read(work)
    assert (found, row) == (value, (value,))
    assert type(found) is type(value)


async def test_every_column_type_is_among_those_tried() -> None:
    used = {
        type(column.type) for table in organizations.metadata.sorted_tables for column in table.c
    }
    assert used <= {type(kind) for kind, _ in VALUES}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (sa.Integer(), (3, 1)),
        (sa.Text(), ("b", 'a"', "ü")),
        (Code(TicketStatus), (TicketStatus.DONE, TicketStatus.BACKLOG)),
        (Instant(), (NOW,)),
        (sa.Integer(), ()),
    ],
    ids=lambda each: repr(each)[:30],
)
async def test_a_list_is_bound_as_one_parameter(store: Store, kind: Any, values: Any) -> None:
    listed = sa.bindparam("values", type_=ListOf(kind))

    def build(dialect: str) -> sa.Executable:
        each = sa.func.unnest if dialect == "postgresql" else sa.func.json_each
        item = each(listed).table_valued("value")
        item_ = item.render_derived() if dialect == "postgresql" else item
        return sa.select(sa.type_coerce(item_.c.value, kind))

    async def work(db: Connection) -> list[Any]:
        return [value for (value,) in await db.rows(Statement(build), values=values)]

    assert await store.read(work) == list(values)


async def test_a_parameter_that_is_not_given_is_an_error_and_not_null(store: Store) -> None:
    async def work(db: Connection) -> None:
        await db.run(ADD, slug="a")

    with pytest.raises(KeyError, match="at"):
        await store.write(work)


async def test_records_are_made_of_converted_columns(store: Store) -> None:
    await add(store, "b", "a")
    columns = (organizations.c.slug, organizations.c.created_at)
    select = sa.select(*columns).order_by(organizations.c.slug)
    none = Statement(select.where(organizations.c.slug == sa.literal_column("'none'")))

    async def work(db: Connection) -> None:
        every = Statement(select)
        assert await db.records(every, dict_of) == [dict_of("a", NOW), dict_of("b", NOW)]
        assert await db.record(every, dict_of) == dict_of("a", NOW)
        assert await db.row(every) == ("a", NOW)
        assert await db.records(none, dict_of) == []
        assert await db.record(none, dict_of) is None
        assert await db.row(none) is None
        assert await db.value(none) is None

    await store.read(work)


def dict_of(slug: str, at: dt.datetime) -> dict[str, Any]:
    """A record of the plainest kind."""
    return {"slug": slug, "at": at}


async def test_run_tells_how_many_rows_it_changed(store: Store) -> None:
    await add(store, "a", "b", "c")
    drop = Statement(sa.delete(organizations).where(organizations.c.slug > sa.bindparam("slug")))

    async def work(db: Connection) -> list[int]:
        return [await db.run(drop, slug="a"), await db.run(drop, slug="a")]

    assert await store.write(work) == [2, 0]


async def test_run_many_runs_once_for_each(store: Store) -> None:
    async def work(db: Connection) -> None:
        await db.run_many(ADD, [{"slug": slug, "at": NOW} for slug in ("b", "a")])
        await db.run_many(ADD, [])

    await store.write(work)
    assert await slugs(store) == ["a", "b"]


async def test_returning_is_read_by_its_columns_types(store: Store) -> None:
    insert = sa.insert(installation).values(id=sa.bindparam("id"), is_demo=sa.bindparam("demo"))
    statement = Statement(insert.returning(installation.c.is_demo, installation.c.id))

    async def work(db: Connection) -> Any:
        return await db.row(statement, id=1, demo=True)

    row = await store.write(work)
    assert row == (True, 1)
    assert row[0] is True


async def test_the_observer_hears_every_statement(store: Store) -> None:
    heard: list[str] = []
    store.observer = heard.append
    await add(store, "a", "b")
    await slugs(store)
    assert [text.split()[0] for text in heard] == ["INSERT", "INSERT", "SELECT"]
