"""Many tickets at once: making, changing and deleting them."""

from __future__ import annotations

from gql_tickets import inputs
from gql_tickets.context import Info
from gql_tickets.domain.bulk import BulkResult
from gql_tickets.inputs import given
from gql_tickets.inputs.arguments import Input
from gql_tickets.service import bulk as service


async def ticket_bulk_create(info: Info, input: Input[inputs.TicketBulkCreateInput]) -> BulkResult:
    """How each of the new tickets came out."""
    context = info.context
    return await service.create(
        context.store,
        context.actor,
        tickets=input.to_domain(context.actor.org_id),
        on_error=input.on_error,
        idempotency_key=given(input.idempotency_key),
    )


async def ticket_bulk_update(info: Info, input: Input[inputs.TicketBulkUpdateInput]) -> BulkResult:
    """How each of the targets came out."""
    context = info.context
    org = context.actor.org_id
    return await service.update(
        context.store,
        context.actor,
        targets=input.targets.to_domain(org),
        patch=input.patch.to_domain(org),
        on_error=input.on_error,
        idempotency_key=given(input.idempotency_key),
    )


async def ticket_bulk_delete(info: Info, input: Input[inputs.TicketBulkDeleteInput]) -> BulkResult:
    """How each of the targets came out."""
    context = info.context
    return await service.delete(
        context.store,
        context.actor,
        targets=input.targets.to_domain(context.actor.org_id),
        children=input.children,
        on_error=input.on_error,
        idempotency_key=given(input.idempotency_key),
    )
