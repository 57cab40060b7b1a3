"""Comments on tickets: writing them, and their pages."""

from __future__ import annotations

from gql_tickets import inputs
from gql_tickets.context import Info
from gql_tickets.domain.history import Comment
from gql_tickets.domain.ids import Kind, local_number
from gql_tickets.domain.paging import PageRequest
from gql_tickets.execution import Load
from gql_tickets.inputs import given
from gql_tickets.inputs.arguments import Input
from gql_tickets.resolvers.paging import Connection
from gql_tickets.service import comments as service

_NOTHING = 0
"""An id that no comment has."""


async def comment_create(info: Info, input: Input[inputs.CommentCreateInput]) -> Comment:
    """A new comment."""
    context = info.context
    org = context.actor.org_id
    answered = given(input.reply_to)
    return await service.create(
        context.store,
        context.actor,
        ticket=input.ticket.to_domain(org),
        body=input.body,
        reply_to=None if answered is None else _local(answered, org),
        idempotency_key=given(input.idempotency_key),
    )


async def comment_update(info: Info, input: Input[inputs.CommentUpdateInput]) -> Comment:
    """A comment after its body was changed."""
    context = info.context
    return await service.update(
        context.store,
        context.actor,
        id=_local(input.id, context.actor.org_id),
        body=input.body,
        expected_version=given(input.expected_version),
    )


async def comment_delete(info: Info, input: Input[inputs.CommentDeleteInput]) -> Comment:
    """The comment that is gone."""
    context = info.context
    wanted = _local(input.id, context.actor.org_id)
    return await service.delete(context.store, context.actor, id=wanted)


def of_ticket(info: Info, ticket_id: int, page: PageRequest) -> Load[Connection[Comment]]:
    """A page of a ticket's comments, fetched together with the same page of other tickets."""
    loaders = info.context.loaders

    def count() -> Load[int]:
        return loaders.comment_counts.load(ticket_id)

    pages = loaders.comment_pages(page)
    return pages.load(ticket_id).then(lambda found: Connection(found, count))


def _local(id: str, org: int) -> int:
    return local_number(id, Kind.COMMENT, org) or _NOTHING
