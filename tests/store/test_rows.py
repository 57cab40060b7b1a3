"""Rows that are bound as one parameter: they come back as they went in, and are read once."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gql_tickets.domain.tickets import TicketStatus
from gql_tickets.store import many
from gql_tickets.store.comments import COMMENTS
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.history import EVENTS
from gql_tickets.store.paging import Window
from gql_tickets.store.rows import given_rows
from gql_tickets.store.statements import Statement
from gql_tickets.store.strands import Strand
from gql_tickets.store.types import Code, Instant, TextList

COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "number": sa.Integer(),
    "text": sa.Text(),
    "status": Code(TicketStatus),
    "at": Instant(),
    "names": TextList(),
}


def _select(dialect: str) -> sa.Select[tuple[object, ...]]:
    rows = given_rows(COLUMNS, dialect)
    return sa.select(*(rows.c[name] for name in COLUMNS)).order_by(rows.c.number)


SELECT = Statement(_select)
AT = dt.datetime(2025, 1, 10, 8, 0, 0, 123456, tzinfo=dt.UTC)
ROWS: list[tuple[object, ...]] = [
    (1, "Grüße, 世界 🎟 ' \" \\ \n", TicketStatus.DONE, AT, ("b", "a", 'with "quotes"', "ü", "{}")),
    (2, None, None, None, ()),
    (2**31 - 1, "", TicketStatus.BACKLOG, AT.replace(year=1969, microsecond=0), ("null",)),
    (2**31 - 1, "[1]", TicketStatus.TODO, AT.replace(year=9999), ("", ",")),
]


async def found(store: Store, rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """What the database makes of the rows."""

    async def work(db: Connection) -> list[tuple[object, ...]]:
        return await db.rows(SELECT, rows=[dict(zip(COLUMNS, row, strict=True)) for row in rows])

    return await store.read(work)


async def test_values_come_back_as_they_went_in(store: Store) -> None:
    for count in range(len(ROWS) + 1):
        assert sorted(await found(store, ROWS[:count]), key=str) == sorted(ROWS[:count], key=str)


async def test_500_rows_are_one_parameter(store: Store) -> None:
    rows: list[tuple[object, ...]] = [
        (number, str(number), None, None, ()) for number in range(500)
    ]
    assert await found(store, rows) == rows


def planned(database: Path, statement: Statement) -> list[str]:
    """How SQLite would go about a statement."""
    compiled = statement.compiled("sqlite")
    with closing(sqlite3.connect(database)) as raw:
        arguments = ("[]",) * compiled.sql.count("?")
        steps = raw.execute(f"EXPLAIN QUERY PLAN {compiled.sql}", arguments).fetchall()
    return [str(step[3]) for step in steps]


def test_sqlite_looks_each_ticket_up_by_its_key(sqlite_template: Path) -> None:
    """Else it would read all the rows again for each ticket of the organization."""
    plan = planned(sqlite_template, many._change(frozenset({"status", "labels"})))
    assert any("SEARCH tickets" in step and "(org_id=? AND id=?)" in step for step in plan)


@pytest.mark.parametrize("strand", [COMMENTS, EVENTS], ids=["comments", "events"])
@pytest.mark.parametrize("backward", [False, True])
def test_sqlite_looks_each_tickets_strand_up_by_its_key(
    sqlite_template: Path, strand: Strand[Any], backward: bool
) -> None:
    """Else it would walk all the comments of the organization."""
    bounds = Window(after=True, before=False, offset=False, backward=backward)
    plan = planned(sqlite_template, strand._page_statement(bounds, False))
    searches = [step for step in plan if step.startswith("SEARCH")]
    assert len(searches) == 2
    assert all("org_id=? AND " in step for step in searches), plan
