"""The change log: what to poll, and what to subscribe to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from strawberry import UNSET

from gql_tickets.context import Info
from gql_tickets.domain.changes import Change, ChangeFeed
from gql_tickets.inputs import given, read_filter
from gql_tickets.inputs.arguments import Filter, First, Since
from gql_tickets.resolvers.paging import Default, page_request
from gql_tickets.service import changes as service

PAGE_SIZE = Default(100)


async def ticket_changes(
    info: Info, since: Since = UNSET, first: First = PAGE_SIZE, filter: Filter = UNSET
) -> ChangeFeed:
    """A stretch of the log."""
    context = info.context
    actor = context.actor
    page = page_request(context.limits, first=first, default=PAGE_SIZE)
    return await service.read(
        context.store,
        actor,
        since=given(since),
        limit=page.size,
        filter=read_filter(filter, actor.org_id),
    )


async def sync_cursor(info: Info) -> str:
    """Where the log ends just now."""
    return await service.newest(info.context.store, info.context.actor)


async def ticket_changed(
    info: Info, filter: Filter = UNSET, since: Since = UNSET
) -> AsyncGenerator[Change]:
    """The log from a place on, as it grows."""
    context = info.context
    actor = context.actor
    if context.live is None:
        raise RuntimeError("A subscription needs a context with the live change log.")
    following = service.follow(
        context.store,
        actor,
        context.live,
        since=given(since),
        filter=read_filter(filter, actor.org_id),
    )
    async with aclosing(following):
        async for change in following:
            yield change
