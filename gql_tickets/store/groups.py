"""Tickets in groups: the pages and counts of many groups at once, in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.sql.elements import UnaryExpression

from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import ChildProgress, Ticket, TicketStatus
from gql_tickets.store import counters
from gql_tickets.store.columns import EVERY, SHAPES_MAX, Names, ticket_columns, tickets_of
from gql_tickets.store.criteria import Criteria, Shape, among, clause, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.narrowing import sized_up
from gql_tickets.store.pages import counting
from gql_tickets.store.paging import Sorting, Window, page_of, sorting, window, windowed
from gql_tickets.store.parameters import PLUS
from gql_tickets.store.shapes import has_text
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_counts, tickets
from gql_tickets.store.types import ListOf

GroupColumn = Literal["status", "parent_id", "assignee_id"]


@lru_cache(maxsize=SHAPES_MAX)
def _group_statement(
    column: str,
    shape: Shape,
    order: Sorting,
    bounds: Window,
    names: Names,
    *,
    narrow: bool,
    counted: bool,
) -> Statement:
    """The page of every group: at once, and each by its own walk along an index.

    Where statuses are `counted`, which only PostgreSQL's are, two columns more say of which group a
    row is, and how many tickets of it match; a group without tickets has a row of nulls.
    """

    def build(dialect: str) -> sa.Select[Any]:
        groups = sa.bindparam("groups", type_=ListOf(tickets.c[column].type))
        inner = tickets.alias("inner_tickets")
        each: sa.FromClause
        if dialect == "postgresql":
            each = sa.func.unnest(groups).table_valued("value").render_derived("groups")
        else:
            each = sa.func.json_each(groups).table_valued("value").alias("groups")
        value = sa.type_coerce(each.c.value, tickets.c[column].type)
        of_group = UnaryExpression(inner.c[column], operator=PLUS) if narrow else inner.c[column]
        where = (inner.c.org_id == org(), of_group == value, clause(shape, inner, dialect))
        if dialect == "postgresql":
            sorted_by = [key.expression(inner, dialect) for key, _ in order.keys]
            found = [
                *(inner.c[name] for name in (*sorted(names - {"parent_slug"}), "parent_id")),
                *(each for each in sorted_by if isinstance(each, sa.Column)),
            ]
            members = windowed(
                sa.select(*dict.fromkeys(found)).where(*where).correlate(each),
                inner,
                order,
                bounds,
                dialect,
            )
            rows: sa.FromClause = members.lateral("grouped")
            select = sa.select(*ticket_columns(rows, names))
            if counted:
                count = counting(shape, dialect).where(ticket_counts.c.status == value)
                totals = count.correlate(each).lateral("totals")
                select = select.add_columns(value, totals.c.total).select_from(
                    each.join(totals, sa.true()).outerjoin(rows, sa.true())
                )
            else:
                select = select.select_from(each.join(rows, sa.true()))
        else:
            ids = sa.select(inner.c.id).where(*where).correlate(each)
            members = windowed(ids, inner, order, bounds, dialect, unindexed=narrow)
            rows = tickets
            select = sa.select(*ticket_columns(rows, names)).select_from(
                each.join(rows, sa.and_(rows.c.org_id == org(), rows.c.id.in_(members)))
            )
        unindexed = dialect == "sqlite"
        return select.order_by(
            *order.columns(rows, dialect, backward=bounds.backward, unindexed=unindexed)
        )

    return Statement(build, by_value=has_text(shape))


async def find_group_pages(
    db: Connection,
    org: int,
    column: GroupColumn,
    groups: Sequence[Any],
    wanted: Criteria,
    order: tuple[Order, ...],
    page: PageRequest,
    names: Names = EVERY,
    *,
    counted: bool = False,
) -> list[Page[Ticket]]:
    """For each group, the page of the tickets that match and whose column has its value.

    Of the tickets those columns are read that are named. Pages that are to be `counted` carry along
    how many tickets match where the counters know it, and that saves a statement; else not.
    """
    by = sorting(order)
    bounds, values = window(page, by)
    members: dict[Any, list[Ticket]] = {group: [] for group in groups}
    shape, narrow = await sized_up(db, org, wanted)
    names |= by.reads | {column}
    # On SQLite one statement more costs less than what it would save.
    counted = counted and db.dialect == "postgresql" and _can_count(column, wanted.shape)
    statement = _group_statement(column, shape, by, bounds, names, narrow=narrow, counted=counted)
    columns = await db.columns(statement, org=org, groups=tuple(members), **values, **wanted.values)
    for ticket in tickets_of(columns, names):
        if ticket.id is not None:
            members[getattr(ticket, column)].append(ticket)
    totals = dict(zip(*columns[-2:], strict=True)) if counted else {}
    pages = {
        group: replace(page_of(rows, page, by, wanted.query), total=totals.get(group))
        for group, rows in members.items()
    }
    return [pages[group] for group in groups]


def _can_count(column: GroupColumn, shape: Shape) -> bool:
    """Whether the counters know how many tickets match in each group."""
    return column == "status" and counters.can_count(shape)


@lru_cache(maxsize=SHAPES_MAX)
def _group_count_statement(column: GroupColumn, shape: Shape) -> Statement:
    table: sa.Table = tickets
    number: sa.ColumnElement[int] = sa.func.count()
    if _can_count(column, shape):
        table, number = ticket_counts, counters.total()
    group = table.c[column]
    return Statement(
        lambda dialect: (
            sa.select(group, number)
            .where(
                table.c.org_id == org(),
                among(group, "groups", group.type, dialect),
                clause(shape, table, dialect),
            )
            .group_by(group)
        ),
        by_value=has_text(shape),
    )


async def count_groups(
    db: Connection, org: int, column: GroupColumn, groups: Sequence[Any], wanted: Criteria
) -> list[int]:
    """For each group, how many tickets match and have its value in the column."""
    statement = _group_count_statement(column, wanted.shape)
    rows = await db.rows(statement, org=org, groups=tuple(set(groups)), **wanted.values)
    counts: dict[Any, int] = dict(rows)
    return [counts.get(group, 0) for group in groups]


_PROGRESS = Statement(
    lambda dialect: (
        sa.select(
            tickets.c.parent_id,
            sa.func.count(),
            sa.func.count().filter(
                tickets.c.status == sa.bindparam("done", type_=tickets.c.status.type)
            ),
        )
        .where(tickets.c.org_id == org(), among(tickets.c.parent_id, "ids", sa.Integer(), dialect))
        .group_by(tickets.c.parent_id)
    )
)


async def find_progress(db: Connection, org: int, ids: Collection[int]) -> dict[int, ChildProgress]:
    """Counts over the direct children of those tickets that have any."""
    rows = await db.rows(_PROGRESS, org=org, ids=tuple(ids), done=TicketStatus.DONE)
    return {parent: ChildProgress(total, done) for parent, total, done in rows}
