"""The edges between objects: each loads what another record points at, together with its siblings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
from strawberry import UNSET, Parent

from gql_tickets.auth import Actor, Scope
from gql_tickets.context import Info
from gql_tickets.domain import directory, history, tickets
from gql_tickets.execution import Load, Loader, relation
from gql_tickets.inputs import read_filter, read_order
from gql_tickets.inputs.arguments import After, Before, Fields, Filter, First, Last, OrderBy
from gql_tickets.inputs.fields import given_tuple
from gql_tickets.loaders import Loaders
from gql_tickets.resolvers import comments as comments_of
from gql_tickets.resolvers import history as history_of
from gql_tickets.resolvers.paging import Connection, page_request
from gql_tickets.resolvers.tickets import PAGE_SIZE, TicketEdge, grouped
from gql_tickets.service.board import Group
from gql_tickets.service.budgets import Budget


def _by(
    key: str, loader: Callable[[Loaders], Loader[Any, Any]], *, many: bool = False
) -> Callable[..., Any]:
    """Makes fields that are loaded by a key which their object holds."""
    return partial(relation, key=key, loader=lambda context: loader(context.loaders), many=many)


assignee = _by("assignee_id", lambda loaders: loaders.users)
creator = _by("creator_id", lambda loaders: loaders.users)
repository = _by("repository_id", lambda loaders: loaders.repositories)
parent = _by("parent_id", lambda loaders: loaders.tickets)
labels = _by("labels", lambda loaders: loaders.labels, many=True)
child_progress = _by("id", lambda loaders: loaders.progress)
ticket_count = _by("name", lambda loaders: loaders.label_counts)
organization = _by("org_id", lambda loaders: loaders.organizations)
commented = _by("ticket_id", lambda loaders: loaders.tickets)
author = _by("author_user_id", lambda loaders: loaders.users)
reply_to = _by("reply_to_id", lambda loaders: loaders.comments)
event_actor = _by("actor_user_id", lambda loaders: loaders.users)


def children(
    ticket: Parent[tickets.Ticket],
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    filter: Filter = UNSET,
    order_by: OrderBy = UNSET,
) -> Load[Connection[tickets.Ticket]]:
    """A page of its direct children."""
    return grouped(
        info,
        Group.PARENT,
        ticket.id,
        filter=read_filter(filter, info.context.actor.org_id),
        order=read_order(order_by),
        page=page_request(info.context.limits, first=first, after=after),
    )


def comments(
    ticket: Parent[tickets.Ticket],
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Load[Connection[history.Comment]]:
    """A page of what was said about it."""
    page = page_request(info.context.limits, first=first, after=after, last=last, before=before)
    return comments_of.of_ticket(info, ticket.id, page)


def events(
    ticket: Parent[tickets.Ticket],
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    fields: Fields = UNSET,
) -> Load[Connection[history.TicketEvent]]:
    """A page of its history."""
    page = page_request(info.context.limits, first=first, after=after)
    return history_of.of_ticket(info, ticket.id, page, given_tuple(fields))


def assigned(
    user: Parent[directory.User],
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    filter: Filter = UNSET,
    order_by: OrderBy = UNSET,
) -> Load[Connection[tickets.Ticket]]:
    """A page of the tickets assigned to the user."""
    return grouped(
        info,
        Group.ASSIGNEE,
        user.id,
        filter=read_filter(filter, info.context.actor.org_id),
        order=read_order(order_by),
        page=page_request(info.context.limits, first=first, after=after),
    )


async def caller(actor: Parent[Actor], info: Info) -> directory.User | None:
    """The user behind the credential, as far as the credential may read users."""
    if Scope.TICKETS_READ not in actor.scopes:
        return None
    if actor.user_id is None:
        return None
    return await info.context.loaders.users.load(actor.user_id)


def before(change: Parent[tickets.FieldChange]) -> str | None:
    """What the field was."""
    return _in_json(change.before)


def after(change: Parent[tickets.FieldChange]) -> str | None:
    """What the field is."""
    return _in_json(change.after)


def _in_json(value: str | int | tuple[str, ...] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


async def highlights(edge: Parent[TicketEdge]) -> list[str]:
    """The passages that match the filter's text."""
    return await edge.highlights()


def total_count(connection: Parent[Connection[Any]]) -> Awaitable[int]:
    """How many items there are, on all pages."""
    return connection.total_count()


def key_scopes(key: Parent[directory.ApiKey]) -> list[Scope]:
    """What the key may do, in the order of the enum."""
    return [scope for scope in Scope if scope.value in key.scopes]


def key_enabled(key: Parent[directory.ApiKey]) -> bool:
    """Whether the key is accepted, as far as revocation goes."""
    return key.revoked_at is None


def actor_scopes(actor: Parent[Actor]) -> list[Scope]:
    """What the caller may do, in the order of the enum."""
    return [scope for scope in Scope if scope in actor.scopes]


def rate_limit(info: Info) -> Budget:
    """The caller's budget, and what this operation has been charged."""
    spending = info.context.spending
    return msgspec.structs.replace(spending.budget, cost=spending.cost)
