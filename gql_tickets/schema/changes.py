"""The change log, as the schema shows it, and the root of subscriptions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import strawberry
from strawberry import ID

from gql_tickets import resolvers
from gql_tickets.auth import Scope
from gql_tickets.domain.tickets import ChangeKind, TicketField
from gql_tickets.inputs.fields import Cursor
from gql_tickets.schema.scalars import RequiresScope
from gql_tickets.schema.types import Ticket, says


@strawberry.type(
    description="One entry of the change log: at-least-once, in commit order, deletions included."
)
class TicketChange:
    """A window over changes.Change."""

    cursor: Cursor = says("The position right after the entry.")
    kind: ChangeKind = says("What happened.")
    ticket_node_id: ID = says("The `id` of the ticket, or the one it had.", name="ticketId")
    slug: str = says("The slug of the ticket, or the one it had.")
    fields: list[TicketField] = says(
        "What an UPDATED entry changed; empty for the other kinds.", name="changedFields"
    )
    occurred_at: dt.datetime = says("When it was written.")
    ticket: Ticket | None = says("The ticket as it is now; null when it is deleted.")


@strawberry.type(
    description="A stretch of the change log. Poll again with `cursor`; wait a little when `hasMore` is false."
)
class TicketChangeFeed:
    """A window over changes.ChangeFeed."""

    changes: list[TicketChange] = says("The entries, the oldest first.")
    cursor: Cursor = says("Where to go on, also when no entry matched.")
    has_more: bool = says("Whether there is more to read at once.")


def _subscription(resolver: Any, description: str, scope: Scope) -> Any:
    return strawberry.subscription(
        resolver=resolver, description=description, directives=[RequiresScope(any_of=[scope])]
    )


@strawberry.type(description="What can be listened to.")
class Subscription:
    """One line a field."""

    ticket_changed: TicketChange = _subscription(
        resolvers.changes.ticket_changed,
        "Changes as they commit, over graphql-transport-ws, server-sent events or multipart.\n\n"
        "With `since`, first everything after that position, then the live stream, without a gap or "
        "a second connection: a client that stores the last `cursor` it handled can reconnect to any "
        "worker. With `filter`, entries of tickets that match; every deletion; and changes of a field "
        "that the filter looks at, so that a client sees tickets leave.",
        Scope.TICKETS_READ,
    )
