"""Pages of the tickets that match a filter, and how many match.

Statements are built once for each shape of filter, order and page, and kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import Ticket
from gql_tickets.store import counters, ranked
from gql_tickets.store.columns import EVERY, SHAPES_MAX, Names, ticket_columns, tickets_of
from gql_tickets.store.criteria import Criteria, Shape, clause, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.narrowing import sized_up
from gql_tickets.store.paging import Sorting, Window, page_of, sorting, window, windowed
from gql_tickets.store.shapes import has_text
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_counts, tickets


@lru_cache(maxsize=SHAPES_MAX)
def _page_statement(
    shape: Shape,
    order: Sorting,
    bounds: Window,
    names: Names,
    *,
    narrow: bool,
    counted: bool,
) -> Statement:
    """A page; the last column of one that is `counted` is how many tickets match."""

    def build(dialect: str) -> sa.Select[Any]:
        columns = ticket_columns(tickets, names)
        if counted:
            columns.append(counting(shape, dialect).scalar_subquery())
        if dialect == "postgresql":
            where = (tickets.c.org_id == org(), clause(shape, tickets, dialect))
            select = sa.select(*columns).where(*where)
            return windowed(select, tickets, order, bounds, dialect)
        # SQLite carries whole rows through a sort: only ids are sorted before the page is cut.
        inner = tickets.alias("inner_tickets")
        ids = sa.select(inner.c.id).where(inner.c.org_id == org(), clause(shape, inner, dialect))
        page = windowed(ids, inner, order, bounds, dialect, unindexed=narrow)
        return (
            sa.select(*columns)
            .where(tickets.c.org_id == org(), tickets.c.id.in_(page))
            .order_by(*order.columns(tickets, dialect, backward=bounds.backward, unindexed=True))
        )

    return Statement(build, by_value=has_text(shape))


async def find_page(
    db: Connection,
    org: int,
    wanted: Criteria,
    order: tuple[Order, ...],
    page: PageRequest,
    names: Names = EVERY,
    *,
    counted: bool = False,
) -> Page[Ticket]:
    """One page of the tickets that match, with the columns that are named.

    Where the counters know the total of a page that is to be `counted`, its tickets carry it along:
    it is of the same moment, and costs no statement. Else it stays None.
    """
    by = sorting(order)
    bounds, values = window(page, by)
    by_rank = ranked.is_ranked(by, page)
    shape, narrow = wanted.shape, False
    if not by_rank or db.dialect == "postgresql":
        shape, narrow = await sized_up(db, org, wanted)
    if by_rank and not narrow:
        found = await ranked.find_ranked(db, org, wanted, by, page)
        return page_of(found, page, by, wanted.query)
    names |= by.reads
    # Other counts take their time, and CTEs of the same names as the page's.
    counted = counted and counters.can_count(wanted.shape)
    statement = _page_statement(shape, by, bounds, names, narrow=narrow, counted=counted)
    columns = await db.columns(statement, org=org, **values, **wanted.values)
    cut = page_of(tickets_of(columns, names), page, by, wanted.query)
    return replace(cut, total=columns[-1][0]) if counted and columns else cut


def counting(shape: Shape, dialect: str) -> sa.Select[Any]:
    """How many tickets match, as `total`: out of the counters where they know it."""
    table: sa.FromClause = tickets
    number: sa.ColumnElement[int] = sa.func.count()
    if counters.can_count(shape):
        table, number = ticket_counts, counters.total()
    return (
        sa.select(number.label("total"))
        .select_from(table)
        .where(table.c.org_id == org(), clause(shape, table, dialect))
    )


@lru_cache(maxsize=SHAPES_MAX)
def _count_statement(shape: Shape) -> Statement:
    return Statement(lambda dialect: counting(shape, dialect), by_value=has_text(shape))


async def count_tickets(db: Connection, org: int, wanted: Criteria) -> int:
    """How many tickets match."""
    return int(await db.value(_count_statement(wanted.shape), org=org, **wanted.values) or 0)
