"""Reading history: pages of the events of many tickets, and single events."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
import sqlalchemy as sa

from gql_tickets.domain.history import TicketEvent
from gql_tickets.domain.tickets import FieldChange, TicketField
from gql_tickets.store.criteria import among, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.rows import given_rows
from gql_tickets.store.statements import Statement
from gql_tickets.store.strands import Strand
from gql_tickets.store.tables import ticket_events

_COLUMNS = [ticket_events.c[name] for name in TicketEvent.__struct_fields__]
_KEY = {"ticket_id": sa.Integer(), "version": sa.Integer()}
_STORED = msgspec.json.Decoder(
    list[tuple[TicketField, str | int | tuple[str, ...] | None, str | int | tuple[str, ...] | None]]
)


def _read(stored: str) -> tuple[FieldChange, ...]:
    """What events.written() wrote."""
    return tuple(FieldChange(*change) for change in _STORED.decode(stored))


def _event(*values: Any) -> TicketEvent:
    *columns, stored = values
    return TicketEvent(*[*columns, _read(stored)])


def _touching(source: sa.FromClause, dialect: str) -> sa.ColumnElement[bool]:
    """Whether the event changed one of the fields bound as `fields`."""
    changes = source.c.changes
    if dialect == "postgresql":
        each = sa.func.json_array_elements(sa.cast(changes, sa.JSON)).table_valued("value")
        change = each.render_derived("each_change")
        field: sa.ColumnElement[Any] = sa.type_coerce(change.c.value, sa.JSON).op("->>")(
            sa.literal_column("0")
        )
    else:
        change = sa.func.json_each(changes).table_valued("value").alias("each_change")
        field = sa.func.json_extract(change.c.value, sa.literal_column("'$[0]'"))
    named = among(sa.type_coerce(field, sa.Text()), "fields", sa.Text(), dialect)
    found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(change).where(named)
    return found.correlate(source).exists()


EVENTS = Strand(_event, _COLUMNS, ticket_events.c.version, descending=True, narrowing=_touching)


def _by_keys(dialect: str) -> sa.Select[Any]:
    rows = given_rows(_KEY, dialect)
    return (
        sa.select(*_COLUMNS)
        .select_from(rows.join(ticket_events, ticket_events.c.ticket_id == rows.c.ticket_id))
        .where(ticket_events.c.org_id == org(), ticket_events.c.version == rows.c.version)
    )


_BY_KEYS = Statement(_by_keys)


async def find_events(
    db: Connection, org: int, keys: Collection[tuple[int, int]]
) -> list[TicketEvent]:
    """The events of these tickets and versions, as far as there are any, in any order."""
    rows = [{"ticket_id": ticket, "version": version} for ticket, version in keys]
    return await db.records(_BY_KEYS, _event, org=org, rows=rows)
