"""The columns that a Ticket is made of, for every statement that finds some."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gql_tickets.domain.tickets import Ticket
from gql_tickets.store.tables import tickets

SHAPES_MAX = 1_024
"""How many statements of one kind are kept."""


def ticket_columns(source: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    """The columns of a Ticket, in the record's order.

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
    ]
