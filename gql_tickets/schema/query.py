"""The roots of queries: each field names its resolver, its type and the scope it needs."""

from __future__ import annotations

from typing import Any

import strawberry

from gql_tickets import resolvers
from gql_tickets.auth import Scope
from gql_tickets.execution.directives import ListSize
from gql_tickets.inputs.fields import Cursor
from gql_tickets.schema.changes import TicketChangeFeed
from gql_tickets.schema.connections import (
    Board,
    LabelConnection,
    RepositoryConnection,
    UserConnection,
)
from gql_tickets.schema.scalars import RequiresScope
from gql_tickets.schema.types import ApiKey, Node, Ticket, TicketConnection, Viewer, paged


def _field(resolver: Any, description: str, *scopes: Scope, size: ListSize | None = None) -> Any:
    directives: list[object] = [RequiresScope(any_of=list(scopes))] if scopes else []
    if size is not None:
        directives.append(size)
    return strawberry.field(resolver=resolver, description=description, directives=directives)


@strawberry.type(
    description="What can be asked. Everything is within the credential's organization."
)
class Query:
    """One line a field."""

    viewer: Viewer = _field(resolvers.viewer.viewer, "Who is calling.")
    node: Node | None = _field(
        resolvers.nodes.node, "Any object by its `id`; null when there is none.", Scope.TICKETS_READ
    )
    nodes: list[Node | None] = _field(
        resolvers.nodes.nodes,
        "Several objects at once, in the order of `ids`, at most 100; null where there is no such object.",
        Scope.TICKETS_READ,
        size=ListSize(slicing_arguments=["ids"]),
    )
    ticket: Ticket | None = _field(
        resolvers.tickets.ticket, "One ticket; null when there is none.", Scope.TICKETS_READ
    )
    tickets: TicketConnection = _field(
        resolvers.tickets.tickets,
        "Tickets that match the filter, newest first unless `orderBy` says otherwise.\n\n"
        "Forward with `first`/`after`, backward with `last`/`before`, at most 250 a page. "
        "`offset` (at most 10,000) is for numbered pages and cannot be combined with a cursor.",
        Scope.TICKETS_READ,
        size=paged("first", "last"),
    )
    board: Board = _field(
        resolvers.board.board,
        "The Kanban board; one SQL statement however many columns.",
        Scope.TICKETS_READ,
    )
    ticket_changes: TicketChangeFeed = _field(
        resolvers.changes.ticket_changes,
        "The change log after a position; without `since`, from the oldest entry that is kept. "
        "This is what to poll. `filter` works as for the subscription `ticketChanged`.",
        Scope.TICKETS_READ,
        size=ListSize(slicing_arguments=["first"], sized_fields=["changes"]),
    )
    sync_cursor: Cursor = _field(
        resolvers.changes.sync_cursor,
        "Where the change log ends just now: take it, read the tickets, and go on from it.",
        Scope.TICKETS_READ,
    )
    labels: LabelConnection = _field(
        resolvers.labels.labels,
        "The organization's labels, by name.",
        Scope.TICKETS_READ,
        size=paged("first"),
    )
    users: UserConnection = _field(
        resolvers.directory.users,
        "The organization's users, by number.",
        Scope.TICKETS_READ,
        size=paged("first"),
    )
    repositories: RepositoryConnection = _field(
        resolvers.directory.repositories,
        "The organization's repositories, by number.",
        Scope.TICKETS_READ,
        size=paged("first"),
    )
    api_keys: list[ApiKey] = _field(
        resolvers.keys.api_keys,
        "The organization's API keys, at most 200.",
        Scope.API_KEYS_MANAGE,
        size=ListSize(assumed_size=200),
    )
