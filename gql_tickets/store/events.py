"""Events: one row for each write to a ticket, added in the transaction of that write.

The rows are a ticket's history, and in the order of (log_epoch, log_sequence) they are the change
log of the organization, which changes.py reads. How a position keeps the order of commits:

- On SQLite one transaction writes at a time: the sequence counts on, and the epoch is 0.
- On PostgreSQL the epoch, which ticket_log_epoch() tells, is the younger of two transaction ids: this
  transaction's own, and the youngest that has ended when the event is added. It is at least the own one, so an entry whose
  epoch is before every transaction that still runs is final, and nothing can be added before it.
  It is no less than that of a writer whose commit was waited for, so what happened to one ticket
  is in order, even where the later writer had its id first. Within an epoch the sequence decides.
- A database that was copied into another cluster starts with small ids again: the organization's
  offset makes up for that (changes.py, settle_log()).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import ChangeKind, FieldChange
from gql_tickets.store.criteria import org
from gql_tickets.store.engine import Connection
from gql_tickets.store.rows import given_rows
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import organizations, ticket_events, ticket_log_sequence

LOG_POSITION = ("log_epoch", "log_sequence")
_ONE = sa.literal_column("1", sa.BigInteger)
_OF_EACH = {
    name: ticket_events.c[name].type for name in ("ticket_id", "version", "slug", "kind", "changes")
}
_OF_ALL = ("actor_key_id", "actor_name", "actor_user_id", "occurred_at")


def log_position(dialect: str) -> list[sa.ColumnElement[int]]:
    """The positions of entries that one statement adds, as `log_epoch` and `log_sequence`."""
    if dialect == "postgresql":
        return [
            sa.func.ticket_log_epoch(type_=sa.BigInteger) + log_offset(),
            ticket_log_sequence.next_value(),
        ]
    floor = (
        sa.select(organizations.c.log_floor_sequence)
        .where(organizations.c.id == org())
        .scalar_subquery()
    )
    last = (
        sa.select(sa.func.max(ticket_events.c.log_sequence))
        .where(ticket_events.c.org_id == org())
        .scalar_subquery()
    )
    return [
        sa.literal_column("0", sa.BigInteger),
        sa.func.max(floor, sa.func.coalesce(last, floor)) + sa.func.row_number().over(),
    ]


def log_offset() -> sa.ScalarSelect[int]:
    """What the organization's epochs are ahead of the transaction ids of this cluster."""
    return (
        sa.select(organizations.c.log_epoch_offset)
        .where(organizations.c.id == org())
        .scalar_subquery()
    )


def log_watermark() -> sa.ColumnElement[int]:
    """The epoch before which every entry is final; for PostgreSQL."""
    oldest = sa.func.pg_snapshot_xmin(sa.func.pg_current_snapshot())
    return _number(oldest) + log_offset()


def _number(xid8: sa.ColumnElement[object]) -> sa.ColumnElement[int]:
    return sa.cast(sa.cast(xid8, sa.Text), sa.BigInteger)


def _add(dialect: str) -> sa.Executable:
    rows = given_rows(_OF_EACH, dialect)
    said = (sa.bindparam(f"event_{name}", type_=ticket_events.c[name].type) for name in _OF_ALL)
    return sa.insert(ticket_events).from_select(
        ["org_id", *_OF_EACH, *_OF_ALL, *LOG_POSITION],
        sa.select(
            org(), *(rows.c[name] for name in _OF_EACH), *said, *log_position(dialect)
        ).select_from(rows),
    )


_ADD = Statement(_add)


class Event(Struct, frozen=True):
    """What happened to one ticket; `version` is the ticket's after the write."""

    ticket_id: int
    version: int
    slug: str
    kind: ChangeKind
    changes: tuple[FieldChange, ...] = ()


async def add_events(
    db: Connection, org: int, actor: Actor, at: dt.datetime, events: Sequence[Event]
) -> None:
    """Write down what the actor did, in one statement for all the events."""
    if events:
        db.touched.add(org)
        rows = [
            {
                "ticket_id": event.ticket_id,
                "version": event.version,
                "slug": event.slug,
                "kind": event.kind,
                "changes": written(event.changes),
            }
            for event in events
        ]
        await db.run(_ADD, org=org, rows=rows, **said_by(actor, at))


def said_by(actor: Actor, at: dt.datetime) -> dict[str, object]:
    """Who and when, as parameters of a statement that adds events."""
    return {
        "event_actor_key_id": actor.key_id,
        "event_actor_name": actor.key_name,
        "event_actor_user_id": actor.user_id,
        "event_occurred_at": at,
    }


def written(changes: Sequence[FieldChange]) -> str:
    """Changes as they are stored: a JSON list of [field, before, after]."""
    return msgspec.json.encode(
        [(change.field.value, change.before, change.after) for change in changes]
    ).decode()
