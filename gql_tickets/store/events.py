"""History: one row for each write to a ticket, added in the transaction of that write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import ChangeKind, FieldChange
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_events

_ADD = Statement(
    sa.insert(ticket_events).values(
        {c.name: sa.bindparam(f"event_{c.name}", type_=c.type) for c in ticket_events.c}
    )
)


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
        by = said_by(actor, at)
        await db.run_many(
            _ADD,
            [
                {
                    "event_org_id": org,
                    "event_ticket_id": event.ticket_id,
                    "event_version": event.version,
                    "event_slug": event.slug,
                    "event_kind": event.kind,
                    "event_changes": written(event.changes),
                    **by,
                }
                for event in events
            ],
        )


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
