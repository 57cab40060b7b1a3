"""Whether a filter leads to few tickets: what SQLite, which keeps no statistics, has to be told."""

from __future__ import annotations

from gql_tickets.store.criteria import Criteria, Shape
from gql_tickets.store.engine import Connection
from gql_tickets.store.search import find_is_rare
from gql_tickets.store.shapes import is_narrow, looked_up, sought_by


async def sized_up(db: Connection, org: int, wanted: Criteria) -> tuple[Shape, bool]:
    """The shape to build a statement of, and whether all matches had best be found, and sorted then.

    PostgreSQL knows by itself.
    """
    if db.dialect != "sqlite":
        return wanted.shape, False
    if is_narrow(wanted.shape):
        return wanted.shape, True
    for bind in sought_by(wanted.shape):
        if await find_is_rare(db, org, wanted.values[bind]):
            return wanted.shape, True
    return looked_up(wanted.shape), False
