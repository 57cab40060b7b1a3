"""What is remembered of a ticket beside its present state: its events, and what people said of it."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from gql_tickets.domain.ids import Kind, node_id, number
from gql_tickets.domain.tickets import ChangeKind, FieldChange

BODY_LENGTH_MAX = 100_000


class TicketEvent(Struct, frozen=True, gc=False):
    """One write to one ticket; `version` is the ticket's after it. `actor_name` is the API key's."""

    org_id: int
    ticket_id: int
    version: int
    kind: ChangeKind
    actor_name: str | None
    actor_user_id: int | None
    occurred_at: dt.datetime
    changes: tuple[FieldChange, ...]

    @property
    def node_id(self) -> str:
        """The id that is unique in the service."""
        return node_id(Kind.TICKET_EVENT, self.org_id, f"{self.ticket_id}v{self.version}")


def read_event_id(local: str) -> tuple[int, int] | None:
    """Ticket and version of an event's local id; None for what is no such id."""
    ticket, _, version = local.partition("v")
    key = number(ticket), number(version)
    return None if key[0] is None or key[1] is None else (key[0], key[1])


class Comment(Struct, frozen=True, gc=False):
    """A comment; `author_name` is the name of the API key that wrote it."""

    org_id: int
    id: int
    ticket_id: int
    author_user_id: int | None
    author_key_id: str | None
    author_name: str | None
    body: str
    reply_to_id: int | None
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime

    @property
    def node_id(self) -> str:
        """The id that is unique in the service."""
        return node_id(Kind.COMMENT, self.org_id, self.id)
