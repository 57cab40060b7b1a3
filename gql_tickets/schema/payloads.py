"""What mutations return, and how failures that a caller can act on become `userErrors`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import chain
from typing import Any

import strawberry
from strawberry import ID
from strawberry.extensions.field_extension import FieldExtension

from gql_tickets.context import Info
from gql_tickets.domain.bulk import BulkResult
from gql_tickets.domain.directory import ApiKey as ApiKeyRecord
from gql_tickets.domain.directory import Label as LabelRecord
from gql_tickets.domain.history import Comment as CommentRecord
from gql_tickets.domain.tickets import TicketDeletion
from gql_tickets.errors import ErrorCode, Forbidden, TicketsError, Unauthenticated, Unavailable
from gql_tickets.execution.directives import ListSize
from gql_tickets.schema.errors import UserError, user_errors
from gql_tickets.schema.types import ApiKey, Comment, Label, Repository, Ticket, User

_OF_THE_REQUEST = (Unauthenticated, Forbidden, Unavailable)
"""Failures that no other input would cure: they stay top-level errors."""

_USER_ERRORS = "Empty when the mutation succeeded; otherwise nothing was changed."


@strawberry.interface(description="What every mutation returns.")
class MutationPayload:
    """The errors, beside what the mutation made."""

    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description=_USER_ERRORS, directives=[ListSize(assumed_size=1)]
    )


def _result(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.type(description="A ticket that was written.")
class TicketPayload(MutationPayload):
    """Of ticketCreate, ticketUpdate, ticketSetStatus and ticketMove."""

    ticket: Ticket | None = _result(
        "The ticket after the write; null when `userErrors` is not empty."
    )


@strawberry.type(description="How one item of a bulk mutation came out.")
class TicketBulkResult:
    """Of one item."""

    index: int = strawberry.field(description="Its place among the targets, from 0.")
    ticket: Ticket | None = strawberry.field(
        description="As it is now; null when it failed or was deleted."
    )
    errors: list[UserError] = strawberry.field(
        description="Why it failed; they are in `userErrors` too.",
        directives=[ListSize(assumed_size=1)],
    )


@strawberry.type(description="What became of many tickets.")
class TicketBulkPayload(MutationPayload):
    """Of ticketBulkCreate, ticketBulkUpdate and ticketBulkDelete."""

    user_errors: list[UserError] = strawberry.field(
        default_factory=list,
        description=(
            "Empty when every item succeeded; otherwise nothing was changed, unless `onError` is "
            "CONTINUE."
        ),
        directives=[ListSize(assumed_size=1)],
    )
    results: list[TicketBulkResult] = strawberry.field(
        default_factory=list,
        description="One for each target, in order; none when the call as a whole was refused.",
        directives=[ListSize(assumed_size=100)],
    )
    succeeded_count: int = strawberry.field(default=0, description="Items that were done.")
    failed_count: int = strawberry.field(default=0, description="Items that have errors.")


@strawberry.type(description="A ticket that was deleted.")
class TicketDeletePayload(MutationPayload):
    """Of ticketDelete."""

    deleted_ticket_id: ID | None = _result("The `id` it had.")
    deleted_slug: str | None = _result("The slug it had, which no other ticket will get.")
    cascaded_count: int = strawberry.field(default=0, description="Children that were deleted too.")


@strawberry.type(description="A comment that was written.")
class CommentPayload(MutationPayload):
    """Of commentCreate and commentUpdate."""

    comment: Comment | None = _result(
        "The comment after the write; null when `userErrors` is not empty."
    )


@strawberry.type(description="A label that was written.")
class LabelPayload(MutationPayload):
    """Of labelUpsert."""

    label: Label | None = _result("The label after the write; null when `userErrors` is not empty.")


@strawberry.type(description="An object that was deleted.")
class DeletePayload(MutationPayload):
    """Of labelDelete and commentDelete."""

    deleted_id: ID | None = _result("The `id` it had.")


@strawberry.type(description="A user that was written.")
class UserPayload(MutationPayload):
    """Of userUpsert."""

    user: User | None = _result("The user after the write; null when `userErrors` is not empty.")


@strawberry.type(description="A repository that was written.")
class RepositoryPayload(MutationPayload):
    """Of repositoryUpsert."""

    repository: Repository | None = _result(
        "The repository after the write; null when `userErrors` is not empty."
    )


@strawberry.type(description="An API key that was written.")
class ApiKeyPayload(MutationPayload):
    """Of apiKeyCreate and apiKeyRevoke."""

    api_key: ApiKey | None = _result(
        "The key after the write; null when `userErrors` is not empty."
    )
    secret: str | None = _result("The whole key, `amk_…`. Shown once.")


class Payload(FieldExtension):
    """Puts what a resolver returns into its payload, and what it raises into `userErrors`."""

    def __init__(
        self, payload: type[MutationPayload], fields: Callable[[Any], dict[str, Any]]
    ) -> None:
        self._payload = payload
        self._fields = fields

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **kwargs: Any
    ) -> MutationPayload:
        """Call the resolver."""
        try:
            result = await next_(source, info, **kwargs)
        except _OF_THE_REQUEST:
            raise
        except TicketsError as error:
            if error.code is ErrorCode.INTERNAL_ERROR:
                raise
            return self._payload(user_errors=user_errors(error))
        return self._payload(**self._fields(result))


def of_ticket(ticket: Any) -> dict[str, Any]:
    """Fields of a TicketPayload."""
    return {"ticket": ticket}


def of_deletion(deletion: TicketDeletion) -> dict[str, Any]:
    """Fields of a TicketDeletePayload."""
    return {
        "deleted_ticket_id": deletion.ticket.node_id,
        "deleted_slug": deletion.ticket.slug,
        "cascaded_count": deletion.cascaded_count,
    }


def of_bulk(result: BulkResult) -> dict[str, Any]:
    """Fields of a TicketBulkPayload."""
    errors = [
        [] if outcome.failure is None else user_errors(outcome.failure.error())
        for outcome in result.outcomes
    ]
    tickets: list[Any] = [outcome.ticket for outcome in result.outcomes]
    return {
        "results": [
            TicketBulkResult(index=index, ticket=ticket, errors=its_errors)
            for index, (ticket, its_errors) in enumerate(zip(tickets, errors, strict=True))
        ],
        "succeeded_count": result.succeeded_count,
        "failed_count": result.failed_count,
        "user_errors": list(chain.from_iterable(errors)),
    }


def of_comment(comment: Any) -> dict[str, Any]:
    """Fields of a CommentPayload."""
    return {"comment": comment}


def of_label(label: LabelRecord) -> dict[str, Any]:
    """Fields of a LabelPayload."""
    return {"label": label}


def of_deleted(record: LabelRecord | CommentRecord) -> dict[str, Any]:
    """Fields of a DeletePayload."""
    return {"deleted_id": record.node_id}


def of_user(user: Any) -> dict[str, Any]:
    """Fields of a UserPayload."""
    return {"user": user}


def of_repository(repository: Any) -> dict[str, Any]:
    """Fields of a RepositoryPayload."""
    return {"repository": repository}


def of_new_key(made: tuple[ApiKeyRecord, str]) -> dict[str, Any]:
    """Fields of an ApiKeyPayload with the secret."""
    return {"api_key": made[0], "secret": made[1]}


def of_key(key: ApiKeyRecord) -> dict[str, Any]:
    """Fields of an ApiKeyPayload without the secret."""
    return {"api_key": key}
