"""API keys: which there are, making one, taking one back."""

from __future__ import annotations

from gql_tickets import inputs
from gql_tickets.context import Info
from gql_tickets.domain.directory import ApiKey
from gql_tickets.domain.ids import Kind, local_id
from gql_tickets.inputs import given
from gql_tickets.inputs.arguments import Input
from gql_tickets.service import keys as service


async def api_keys(info: Info) -> list[ApiKey]:
    """Every key of the organization."""
    return await service.list_keys(info.context.store, info.context.actor)


async def api_key_create(info: Info, input: Input[inputs.ApiKeyCreateInput]) -> tuple[ApiKey, str]:
    """A new key, and its secret, which is not to be had again."""
    return await service.create(
        info.context.store,
        info.context.actor,
        name=input.name,
        scopes=input.scopes,
        expires_at=given(input.expires_at),
    )


async def api_key_revoke(info: Info, input: Input[inputs.ApiKeyRevokeInput]) -> ApiKey:
    """A key that works no longer."""
    context = info.context
    wanted = local_id(input.id, Kind.API_KEY, context.actor.org_id)
    return await service.revoke(context.store, context.actor, id=wanted or "")
