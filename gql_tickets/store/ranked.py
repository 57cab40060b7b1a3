"""Pages of what is looked for, the most relevant first, without ranking all of it.

There are three ranks, and within each the newest comes first. So the tickets of one rank after the
other are read, along an index that is in the order of ids, until the page is full: a word that every
ticket has costs no more than a rare one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import Ticket
from gql_tickets.store.columns import SHAPES_MAX, ticket_columns
from gql_tickets.store.criteria import Criteria, Shape, clause, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.paging import Sorting
from gql_tickets.store.search import Sought, searched_by
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import tickets

_low, _high, _limit = (sa.bindparam(name, type_=sa.Integer) for name in ("low", "high", "limit"))


def is_ranked(order: Sorting, page: PageRequest) -> bool:
    """Whether find_ranked() can answer: for relevance alone, and by cursors."""
    names = [key.name for key, _ in order.keys]
    return names == ["relevance", "id"] and not page.offset


@lru_cache(maxsize=SHAPES_MAX)
def _statement(shape: Shape, falling: bool) -> Statement:
    def build(dialect: str) -> sa.Select[Any]:
        searched = searched_by(dialect)
        # Documents come first: on SQLite they are what is in order.
        joined = searched.table.join(tickets, tickets.c.id == searched.id)
        select = sa.select(*ticket_columns(tickets)).select_from(joined)
        return (
            select.where(
                searched.fits("ranked"),
                searched.between(_low, _high),
                tickets.c.org_id == org(),
                clause(shape, tickets, dialect),
            )
            .order_by(searched.order.desc() if falling else searched.order.asc())
            .limit(_limit)
        )

    return Statement(build, by_value=True)


@lru_cache(maxsize=SHAPES_MAX)
def _unranked_statement(shape: Shape, falling: bool) -> Statement:
    """Where no word is wanted, one ticket is as relevant as the other."""

    def build(dialect: str) -> sa.Select[Any]:
        return (
            sa.select(*ticket_columns(tickets))
            .where(
                tickets.c.org_id == org(),
                tickets.c.id.between(_low, _high),
                clause(shape, tickets, dialect),
            )
            .order_by(tickets.c.id.desc() if falling else tickets.c.id.asc())
            .limit(_limit)
        )

    return Statement(build, by_value=True)


async def find_ranked(
    db: Connection, org: int, wanted: Criteria, order: Sorting, page: PageRequest
) -> list[Ticket]:
    """The tickets of a page as they are read: from its end if it is backward, and one too many."""
    best_first = order.keys[0][1]
    falling = best_first != page.backward
    query = wanted.query
    ranks = {0} if not query.wanted else {0, 2} if len(query.wanted) == 1 else {0, 1, 2}
    statement = (
        _statement(wanted.beside, falling)
        if query.wanted
        else _unranked_statement(wanted.shape, falling)
    )
    rows: list[Ticket] = []
    for rank, low, high in _stretches(order, page, best_first=best_first, falling=falling):
        if rank not in ranks:
            continue
        sought = Sought(org, query.wanted, query.unwanted, rank=rank)
        limit = page.size + 1 - len(rows)
        rows += await db.records(
            statement,
            Ticket,
            org=org,
            ranked=sought,
            low=low,
            high=high,
            limit=limit,
            **wanted.values,
        )
        if len(rows) > page.size:
            break
    return rows


def _stretches(
    order: Sorting, page: PageRequest, *, best_first: bool, falling: bool
) -> list[tuple[int, int, int]]:
    """The ranks that lie within the page's cursors, as they are read, with the ids within each."""
    # In the order of the list a place is (rank, id), both falling or both rising.
    first, last = (0, 0), (2, INT32_MAX + 1)
    for name, cursor in (("after", page.after), ("before", page.before)):
        if cursor is not None:
            bound = order.bounds("", cursor, name)
            place = (int(bound["0"]), int(bound["1"]))
            if (name == "after") is best_first:
                last = min(last, place)
            else:
                first = max(first, place)
    found = []
    for rank in range(first[0], min(last[0], 2) + 1):
        low = first[1] + 1 if rank == first[0] else 1
        high = last[1] - 1 if rank == last[0] else INT32_MAX
        if low <= high:
            found.append((rank, low, high))
    return found[::-1] if falling else found
