"""The columns that a Ticket is made of, for every statement that finds some.

A list reads the columns that somebody asks for. The attributes of the others are UNSET, which no
door can show: it says that a column was asked for without having been named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import count, repeat
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from msgspec import UNSET

from gql_tickets.domain.tickets import Ticket
from gql_tickets.store.tables import tickets

SHAPES_MAX = 1_024
"""How many statements of one kind are kept."""

Names = frozenset[str]
EVERY: Names = frozenset(Ticket.__struct_fields__)
IDENTITY: Names = frozenset({"org_id", "id"})
"""What a ticket is known by. It is read whatever else is."""
_UNREAD = repeat(UNSET)


def ticket_columns(source: sa.FromClause, names: Names = EVERY) -> list[sa.ColumnElement[Any]]:
    """The columns of a Ticket, or those of them that are named, in the record's order.

    The parent's slug is a scalar subquery: it is looked up for the rows of the page alone.
    """
    parent = tickets.alias()
    parent_slug = (
        sa.select(parent.c.slug)
        .where(parent.c.org_id == source.c.org_id, parent.c.id == source.c.parent_id)
        .correlate(source)
        .scalar_subquery()
        .label("parent_slug")
    )
    return [
        parent_slug if name == "parent_slug" else source.c[name]
        for name in Ticket.__struct_fields__
        if name in names
    ]


@lru_cache(maxsize=SHAPES_MAX)
def with_identity(names: Names) -> Names:
    """The names, and those of the identity: one set for equal ones, which is quick to look up by."""
    return names | IDENTITY


def tickets_of(columns: Sequence[Any], names: Names) -> list[Ticket]:
    """The tickets of a statement's columns: ticket_columns() of these names, and maybe others after."""
    if not columns:
        return []
    return list(map(Ticket, *_in_order(names)((_UNREAD, *columns))))


def ticket_of(columns: Sequence[Any], names: Names) -> Ticket | None:
    """The first of tickets_of(), if there is one."""
    return next(iter(tickets_of(columns, names)), None)


@lru_cache(maxsize=SHAPES_MAX)
def _in_order(names: Names) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """What puts columns of these names, behind one for all that are unread, as the record has them."""
    places = count(1)
    return itemgetter(*(next(places) if name in names else 0 for name in Ticket.__struct_fields__))
