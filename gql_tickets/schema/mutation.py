"""The roots of mutations: each names its resolver, its payload and the scope it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry

from gql_tickets import resolvers
from gql_tickets.auth import Scope
from gql_tickets.execution.directives import Cost
from gql_tickets.schema import payloads
from gql_tickets.schema.payloads import (
    ApiKeyPayload,
    CommentPayload,
    DeletePayload,
    LabelPayload,
    MutationPayload,
    Payload,
    RepositoryPayload,
    TicketBulkPayload,
    TicketDeletePayload,
    TicketPayload,
    UserPayload,
)
from gql_tickets.schema.scalars import RequiresScope

_BULK = Cost(weight="50")


def _mutation(
    resolver: Any,
    payload: type[MutationPayload],
    fields: Callable[[Any], dict[str, Any]],
    scope: Scope,
    description: str,
    *costs: Cost,
) -> Any:
    return strawberry.mutation(
        resolver=resolver,
        description=description,
        directives=[RequiresScope(any_of=[scope]), *costs],
        extensions=[Payload(payload, fields)],
    )


@strawberry.type(description="What can be changed. Each mutation is one transaction.")
class Mutation:
    """One line a field."""

    ticket_create: TicketPayload = _mutation(
        resolvers.tickets.ticket_create,
        TicketPayload,
        payloads.of_ticket,
        Scope.TICKETS_WRITE,
        "Create a ticket with the organization's next slug.",
    )
    ticket_update: TicketPayload = _mutation(
        resolvers.tickets.ticket_update,
        TicketPayload,
        payloads.of_ticket,
        Scope.TICKETS_WRITE,
        "Change the given fields of a ticket, and no others.",
    )
    ticket_set_status: TicketPayload = _mutation(
        resolvers.tickets.ticket_set_status,
        TicketPayload,
        payloads.of_ticket,
        Scope.TICKETS_WRITE,
        "Move a ticket to another column. Any status may follow any other.",
    )
    ticket_move: TicketPayload = _mutation(
        resolvers.tickets.ticket_move,
        TicketPayload,
        payloads.of_ticket,
        Scope.TICKETS_WRITE,
        "Put a ticket somewhere in a column of the board.",
    )
    ticket_delete: TicketDeletePayload = _mutation(
        resolvers.tickets.ticket_delete,
        TicketDeletePayload,
        payloads.of_deletion,
        Scope.TICKETS_WRITE,
        "Delete a ticket. Permanent.",
    )
    ticket_bulk_create: TicketBulkPayload = _mutation(
        resolvers.bulk.ticket_bulk_create,
        TicketBulkPayload,
        payloads.of_bulk,
        Scope.TICKETS_WRITE,
        "Create up to 500 tickets.",
        _BULK,
    )
    ticket_bulk_update: TicketBulkPayload = _mutation(
        resolvers.bulk.ticket_bulk_update,
        TicketBulkPayload,
        payloads.of_bulk,
        Scope.TICKETS_WRITE,
        "Make the same change to up to 500 tickets.",
        _BULK,
    )
    ticket_bulk_delete: TicketBulkPayload = _mutation(
        resolvers.bulk.ticket_bulk_delete,
        TicketBulkPayload,
        payloads.of_bulk,
        Scope.TICKETS_WRITE,
        "Delete up to 500 tickets. Permanent.",
        _BULK,
    )
    comment_create: CommentPayload = _mutation(
        resolvers.comments.comment_create,
        CommentPayload,
        payloads.of_comment,
        Scope.TICKETS_WRITE,
        "Say something about a ticket. A write to the ticket, too: its version goes up.",
    )
    comment_update: CommentPayload = _mutation(
        resolvers.comments.comment_update,
        CommentPayload,
        payloads.of_comment,
        Scope.TICKETS_WRITE,
        "Change the body of a comment.",
    )
    comment_delete: DeletePayload = _mutation(
        resolvers.comments.comment_delete,
        DeletePayload,
        payloads.of_deleted,
        Scope.TICKETS_WRITE,
        "Delete a comment. The replies to it stay.",
    )
    label_upsert: LabelPayload = _mutation(
        resolvers.labels.label_upsert,
        LabelPayload,
        payloads.of_label,
        Scope.TICKETS_WRITE,
        "Create a label, or change or rename the one of that name.",
    )
    label_delete: DeletePayload = _mutation(
        resolvers.labels.label_delete,
        DeletePayload,
        payloads.of_deleted,
        Scope.TICKETS_WRITE,
        "Delete a label, and take it off its tickets.",
    )
    user_upsert: UserPayload = _mutation(
        resolvers.directory.user_upsert,
        UserPayload,
        payloads.of_user,
        Scope.ORGANIZATION_MANAGE,
        "Add a user, or change the one of that number.",
    )
    repository_upsert: RepositoryPayload = _mutation(
        resolvers.directory.repository_upsert,
        RepositoryPayload,
        payloads.of_repository,
        Scope.ORGANIZATION_MANAGE,
        "Add a repository, or change the one of that number.",
    )
    api_key_create: ApiKeyPayload = _mutation(
        resolvers.keys.api_key_create,
        ApiKeyPayload,
        payloads.of_new_key,
        Scope.API_KEYS_MANAGE,
        "Make an API key. Its secret is in this answer, and nowhere else.",
    )
    api_key_revoke: ApiKeyPayload = _mutation(
        resolvers.keys.api_key_revoke,
        ApiKeyPayload,
        payloads.of_key,
        Scope.API_KEYS_MANAGE,
        "Revoke an API key, for good. Every worker refuses it within seconds.",
    )
