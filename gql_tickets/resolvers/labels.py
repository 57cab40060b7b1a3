"""Labels: the list, and how they are kept."""

from __future__ import annotations

from msgspec import UNSET as UNCHANGED
from strawberry import UNSET

from gql_tickets import inputs
from gql_tickets.context import Info
from gql_tickets.domain.directory import Label
from gql_tickets.inputs import given
from gql_tickets.inputs.arguments import After, First, Input, NameContains
from gql_tickets.resolvers.paging import Connection, Default, page_request
from gql_tickets.service import labels as service

PAGE_SIZE = Default(50)


async def labels(
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    name_contains: NameContains = UNSET,
) -> Connection[Label]:
    """A page of the organization's labels, by name."""
    context, wanted = info.context, given(name_contains)
    actor = context.actor
    request = page_request(context.limits, first=first, after=after, default=PAGE_SIZE)
    page = await service.list_page(context.store, actor, page=request, name_contains=wanted)

    async def count() -> int:
        return await service.count(context.store, actor, name_contains=wanted)

    return Connection(page, count)


async def label_upsert(info: Info, input: Input[inputs.LabelUpsertInput]) -> Label:
    """A label after it was created, changed or renamed."""
    return await service.upsert(
        info.context.store,
        info.context.actor,
        name=input.name,
        new_name=given(input.new_name),
        color=given(input.color),
        description=UNCHANGED if input.description is None else input.description.value,
    )


async def label_delete(info: Info, input: Input[inputs.LabelDeleteInput]) -> Label:
    """The label that is gone."""
    return await service.delete(
        info.context.store,
        info.context.actor,
        name=input.name,
        replace_with=given(input.replace_with),
    )
