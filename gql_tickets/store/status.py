"""A ticket's status set by one statement, on PostgreSQL: the commonest write, in one round trip.

What it does is what tickets.change_ticket() does after a look at the ticket: here the database looks
for itself. Whatever is not plain (no such ticket, another version) writes nothing and gives no row;
then the long way round says why.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from gql_tickets.auth import Actor
from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.tickets import ChangeKind, Ticket, TicketField, TicketRef, TicketStatus
from gql_tickets.store import counters, events
from gql_tickets.store.columns import (
    EVERY,
    IDENTITY,
    SHAPES_MAX,
    Names,
    ticket_columns,
    ticket_of,
    with_identity,
)
from gql_tickets.store.engine import Connection
from gql_tickets.store.parameters import org
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_events, tickets

_t = tickets.c
_ONE = sa.literal_column("1", sa.Integer)
_status = sa.bindparam("new_status", type_=_t.status.type)
_at = sa.bindparam("at", type_=_t.updated_at.type)
_OF_EACH = ("org_id", "ticket_id", "version", "slug", "kind", "changes")
_RETURNED = IDENTITY | {"version", "slug", "status", "parent_id"}
"""What the event, the counters and the parent's slug take."""
_SAID = ("actor_key_id", "actor_name", "actor_user_id", "occurred_at")


def _word(code: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The status as REST says it, out of the place of its code."""
    words = postgresql.array(
        [sa.literal_column(f"'{status.value}'", sa.Text) for status in TicketStatus]
    )
    return words[sa.cast(code, sa.Integer) + _ONE]


@lru_cache(maxsize=SHAPES_MAX)
def _set(by: str, names: Names) -> Statement:
    before = (
        sa.select(_t.id, _t.status, _t.started_at, _t.completed_at)
        .where(
            _t.org_id == org(),
            _t[by] == sa.bindparam("value", type_=_t[by].type),
            _t.version == sa.func.coalesce(sa.bindparam("expected", type_=sa.Integer), _t.version),
        )
        .with_for_update(key_share=True)
        .cte("before")
    )
    begun = sa.bindparam("is_begun", type_=sa.Boolean)
    done = sa.bindparam("is_done", type_=sa.Boolean)
    after = (
        sa.update(tickets)
        .where(_t.org_id == org(), _t.id == before.c.id)
        .values(
            status=_status,
            version=_t.version + _ONE,
            updated_at=_at,
            started_at=sa.func.coalesce(before.c.started_at, sa.case((begun, _at))),
            completed_at=sa.case((done, sa.func.coalesce(before.c.completed_at, _at))),
        )
        .returning(
            *(_t[name] for name in sorted(_RETURNED | names - {"parent_slug"})),
            before.c.status.label("status_before"),
        )
        .cte("after")
    )
    is_other = after.c.status_before != after.c.status
    change = sa.func.json_build_array(
        sa.func.json_build_array(
            sa.literal_column(f"'{TicketField.STATUS.value}'", sa.Text),
            _word(after.c.status_before),
            _word(after.c.status),
        )
    )
    said = sa.case((is_other, sa.cast(change, sa.Text)), else_=sa.literal_column("'[]'", sa.Text))
    event = (
        sa.insert(ticket_events)
        .from_select(
            [*_OF_EACH, *_SAID, *events.LOG_POSITION],
            sa.select(
                org(),
                after.c.id,
                after.c.version,
                after.c.slug,
                sa.bindparam("event_kind", type_=ticket_events.c.kind.type),
                said,
                *(
                    sa.bindparam(f"event_{name}", type_=ticket_events.c[name].type)
                    for name in _SAID
                ),
                *events.log_position("postgresql"),
            ),
        )
        .cte("event")
    )
    shown = sa.select(*ticket_columns(after, names))
    return Statement(shown.add_cte(event, _counting(after, is_other)))


def _counting(after: sa.CTE, is_other: sa.ColumnElement[bool]) -> sa.CTE:
    """One off the old column and one onto the new, in the order of the statuses."""
    delta = sa.values(
        sa.column("is_new", sa.Boolean), sa.column("tickets", sa.Integer), name="delta"
    ).data([(sa.false(), -_ONE), (sa.true(), _ONE)])
    status = sa.case((delta.c.is_new, after.c.status), else_=after.c.status_before)
    rows = (
        sa.select(org(), status, counters.slot("postgresql"), delta.c.tickets)
        .select_from(after.join(delta, sa.true()))
        .where(is_other)
        .order_by(status)
    )
    return counters.counted(rows, "postgresql").cte("count")


async def change_status(
    db: Connection,
    org: int,
    actor: Actor,
    at: dt.datetime,
    ref: TicketRef,
    status: TicketStatus,
    expected_version: int | None,
    names: Names = EVERY,
) -> Ticket | None:
    """Set the status: a version more, its event, and the counters. None when nothing was written.

    Of the ticket the columns come that are named, and its identity.
    """
    by, value = ("id", ref.id) if ref.id is not None else ("slug", ref.slug)
    if value is None or (isinstance(value, int) and not 0 < value <= INT32_MAX):
        return None
    names = with_identity(names)
    columns = await db.columns(
        _set(by, names),
        org=org,
        value=value,
        expected=expected_version,
        new_status=status,
        at=at,
        is_begun=status is TicketStatus.IN_PROGRESS,
        is_done=status is TicketStatus.DONE,
        event_kind=ChangeKind.UPDATED,
        **events.said_by(actor, at),
    )
    ticket = ticket_of(columns, names)
    if ticket is not None:
        db.touched.add(org)
    return ticket
