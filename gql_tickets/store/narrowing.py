"""Whether a filter leads to few tickets: what the databases have to be told.

SQLite keeps no statistics, and PostgreSQL's end at the most common words: it takes a rare one for
less rare than it is, and walks past a million tickets to find the ten that have it.
"""

from __future__ import annotations

from gql_tickets.store.criteria import Criteria, Shape
from gql_tickets.store.engine import Connection
from gql_tickets.store.search import find_is_rare
from gql_tickets.store.shapes import is_narrow, sought_by, texts_as


async def sized_up(db: Connection, org: int, wanted: Criteria) -> tuple[Shape, bool]:
    """The shape to build a statement of, and whether all matches had best be found, and sorted then."""
    if db.dialect == "postgresql":
        rare = await _is_rare(db, org, wanted)
        return texts_as("matches_rare", wanted.shape) if rare else wanted.shape, rare
    if is_narrow(wanted.shape) or await _is_rare(db, org, wanted):
        return wanted.shape, True
    return texts_as("matches_common", wanted.shape), False


async def _is_rare(db: Connection, org: int, wanted: Criteria) -> bool:
    for bind in sought_by(wanted.shape):
        if await find_is_rare(db, org, wanted.values[bind]):
            return True
    return False
