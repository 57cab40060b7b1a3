"""Users and repositories: what tickets refer to, and what operators keep (R19)."""

from __future__ import annotations

from strawberry import UNSET

from gql_tickets import inputs
from gql_tickets.context import Info
from gql_tickets.domain.directory import Repository, User
from gql_tickets.inputs import given
from gql_tickets.inputs.arguments import After, First, Input, NameContains
from gql_tickets.inputs.fields import patched
from gql_tickets.resolvers.paging import Connection, Default, page_request
from gql_tickets.service import directory as service

PAGE_SIZE = Default(50)


async def users(
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    name_contains: NameContains = UNSET,
) -> Connection[User]:
    """A page of the organization's users, by number."""
    context, wanted = info.context, given(name_contains)
    actor = context.actor
    request = page_request(context.limits, first=first, after=after, default=PAGE_SIZE)
    page = await service.users_page(context.store, actor, page=request, name_contains=wanted)

    async def count() -> int:
        return await service.users_count(context.store, actor, name_contains=wanted)

    return Connection(page, count)


async def repositories(
    info: Info, first: First = PAGE_SIZE, after: After = UNSET
) -> Connection[Repository]:
    """A page of the organization's repositories, by number."""
    context = info.context
    actor = context.actor
    request = page_request(context.limits, first=first, after=after, default=PAGE_SIZE)
    page = await service.repositories_page(context.store, actor, page=request)

    async def count() -> int:
        return await service.repositories_count(context.store, actor)

    return Connection(page, count)


async def user_upsert(info: Info, input: Input[inputs.UserUpsertInput]) -> User:
    """A user after they were added or changed."""
    return await service.upsert_user(
        info.context.store,
        info.context.actor,
        id=input.database_id,
        username=patched(input.username),
        name=patched(input.name),
        avatar_url=patched(input.avatar_url),
    )


async def repository_upsert(info: Info, input: Input[inputs.RepositoryUpsertInput]) -> Repository:
    """A repository after it was added or changed."""
    return await service.upsert_repository(
        info.context.store,
        info.context.actor,
        id=input.database_id,
        name=patched(input.name),
        url=patched(input.url),
    )
