"""History: one row for each write to a ticket, added in the transaction of that write."""

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
from gql_tickets.store.tables import ticket_events

_OF_EACH = {
    name: ticket_events.c[name].type for name in ("ticket_id", "version", "slug", "kind", "changes")
}
_OF_ALL = ("actor_key_id", "actor_name", "actor_user_id", "occurred_at")


def _add(dialect: str) -> sa.Executable:
    rows = given_rows(_OF_EACH, dialect)
    said = (sa.bindparam(f"event_{name}", type_=ticket_events.c[name].type) for name in _OF_ALL)
    return sa.insert(ticket_events).from_select(
        ["org_id", *_OF_EACH, *_OF_ALL],
        sa.select(org(), *(rows.c[name] for name in _OF_EACH), *said).select_from(rows),
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
