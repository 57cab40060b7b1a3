"""Any object by its node id. Ids of other tenants answer as ids of nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from gql_tickets.auth import Scope
from gql_tickets.context import Info
from gql_tickets.domain.directory import ApiKey, Label, Organization, Repository, User
from gql_tickets.domain.history import Comment, TicketEvent, read_event_id
from gql_tickets.domain.ids import Kind, read_node_id
from gql_tickets.domain.tickets import Ticket
from gql_tickets.errors import LimitExceeded, Problem
from gql_tickets.inputs.arguments import NodeId, NodeIds
from gql_tickets.loaders import Loaders

NODES_MAX = 100

Record = Organization | User | Repository | Label | Ticket | Comment | TicketEvent | ApiKey


async def _event(loaders: Loaders, local: str) -> TicketEvent | None:
    key = read_event_id(local)
    return None if key is None else await loaders.events.load(key)


_LOAD: dict[Kind, Callable[[Loaders, str], Awaitable[Any]]] = {
    Kind.ORGANIZATION: lambda loaders, local: loaders.organizations.load(int(local)),
    Kind.USER: lambda loaders, local: loaders.users.load(int(local)),
    Kind.REPOSITORY: lambda loaders, local: loaders.repositories.load(int(local)),
    Kind.LABEL: lambda loaders, local: loaders.labels_by_id.load(local),
    Kind.TICKET: lambda loaders, local: loaders.tickets.load(int(local)),
    Kind.COMMENT: lambda loaders, local: loaders.comments.load(int(local)),
    Kind.TICKET_EVENT: _event,
    Kind.API_KEY: lambda loaders, local: loaders.api_keys.load(local),
}


async def node(info: Info, id: NodeId) -> Record | None:
    """The object, or None."""
    actor = info.context.actor
    actor.require(Scope.TICKETS_READ)
    found = read_node_id(id)
    if found is None or found[1] != actor.org_id:
        return None
    kind, _, local = found
    if kind is Kind.API_KEY and Scope.API_KEYS_MANAGE not in actor.scopes:
        return None
    record: Record | None = await _LOAD[kind](info.context.loaders, local)
    return record


async def nodes(info: Info, ids: NodeIds) -> list[Record | None]:
    """The objects in the order of their ids, None where there is none; one statement a type."""
    info.context.actor.require(Scope.TICKETS_READ)
    if len(ids) > NODES_MAX:
        problem = Problem(("ids",), f"At most {NODES_MAX} ids at a time.")
        raise LimitExceeded([problem])
    return list(await asyncio.gather(*(node(info, id) for id in ids)))
