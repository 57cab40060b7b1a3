"""The edges between objects: each loads what another record points at, together with its siblings."""

from __future__ import annotations

from typing import Any

import msgspec
from strawberry import UNSET, Parent

from gql_tickets.auth import Actor, Scope
from gql_tickets.context import Info
from gql_tickets.domain import directory, history, tickets
from gql_tickets.inputs import read_filter, read_order
from gql_tickets.inputs.arguments import After, Before, Fields, Filter, First, Last, OrderBy
from gql_tickets.inputs.fields import given_tuple
from gql_tickets.resolvers import comments as comments_of
from gql_tickets.resolvers import history as history_of
from gql_tickets.resolvers.paging import Connection, page_request
from gql_tickets.resolvers.tickets import PAGE_SIZE, grouped
from gql_tickets.service.board import Group


async def assignee(ticket: Parent[tickets.Ticket], info: Info) -> directory.User | None:
    """Who is accountable."""
    return await _user(info, ticket.assignee_id)


async def creator(ticket: Parent[tickets.Ticket], info: Info) -> directory.User | None:
    """Who created it."""
    return await _user(info, ticket.creator_id)


async def repository(ticket: Parent[tickets.Ticket], info: Info) -> directory.Repository | None:
    """Where it belongs."""
    if ticket.repository_id is None:
        return None
    return await info.context.loaders.repositories.load(ticket.repository_id)


async def parent(ticket: Parent[tickets.Ticket], info: Info) -> tickets.Ticket | None:
    """What it is a part of."""
    if ticket.parent_id is None:
        return None
    return await info.context.loaders.tickets.load(ticket.parent_id)


async def labels(ticket: Parent[tickets.Ticket], info: Info) -> list[directory.Label]:
    """Its labels, in order. One that was deleted a moment ago is left out."""
    found = await info.context.loaders.labels.load_many(ticket.labels)
    return [label for label in found if label is not None]


async def children(
    ticket: Parent[tickets.Ticket],
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    filter: Filter = UNSET,
    order_by: OrderBy = UNSET,
) -> Connection[tickets.Ticket]:
    """A page of its direct children."""
    return await grouped(
        info,
        Group.PARENT,
        ticket.id,
        filter=read_filter(filter, info.context.actor.org_id),
        order=read_order(order_by),
        page=page_request(info.context.limits, first=first, after=after),
    )


async def child_progress(ticket: Parent[tickets.Ticket], info: Info) -> tickets.ChildProgress:
    """Counts over its direct children."""
    return await info.context.loaders.progress.load(ticket.id)


async def comments(
    ticket: Parent[tickets.Ticket],
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Connection[history.Comment]:
    """A page of what was said about it."""
    page = page_request(info.context.limits, first=first, after=after, last=last, before=before)
    return await comments_of.of_ticket(info, ticket.id, page)


async def events(
    ticket: Parent[tickets.Ticket],
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    fields: Fields = UNSET,
) -> Connection[history.TicketEvent]:
    """A page of its history."""
    page = page_request(info.context.limits, first=first, after=after)
    return await history_of.of_ticket(info, ticket.id, page, given_tuple(fields))


async def commented(comment: Parent[history.Comment], info: Info) -> tickets.Ticket | None:
    """What the comment is about."""
    return await info.context.loaders.tickets.load(comment.ticket_id)


async def author(comment: Parent[history.Comment], info: Info) -> directory.User | None:
    """Who wrote it."""
    return await _user(info, comment.author_user_id)


async def reply_to(comment: Parent[history.Comment], info: Info) -> history.Comment | None:
    """What it answers."""
    if comment.reply_to_id is None:
        return None
    return await info.context.loaders.comments.load(comment.reply_to_id)


async def event_actor(event: Parent[history.TicketEvent], info: Info) -> directory.User | None:
    """Who made the change."""
    return await _user(info, event.actor_user_id)


async def assigned(
    user: Parent[directory.User],
    info: Info,
    first: First = PAGE_SIZE,
    after: After = UNSET,
    filter: Filter = UNSET,
    order_by: OrderBy = UNSET,
) -> Connection[tickets.Ticket]:
    """A page of the tickets assigned to the user."""
    return await grouped(
        info,
        Group.ASSIGNEE,
        user.id,
        filter=read_filter(filter, info.context.actor.org_id),
        order=read_order(order_by),
        page=page_request(info.context.limits, first=first, after=after),
    )


async def ticket_count(label: Parent[directory.Label], info: Info) -> int:
    """How many tickets carry the label."""
    return await info.context.loaders.label_counts.load(label.name)


async def organization(actor: Parent[Actor], info: Info) -> directory.Organization | None:
    """The caller's organization."""
    return await info.context.loaders.organizations.load(actor.org_id)


async def caller(actor: Parent[Actor], info: Info) -> directory.User | None:
    """The user behind the credential, as far as the credential may read users."""
    if Scope.TICKETS_READ not in actor.scopes:
        return None
    return await _user(info, actor.user_id)


def before(change: Parent[tickets.FieldChange]) -> str | None:
    """What the field was."""
    return _in_json(change.before)


def after(change: Parent[tickets.FieldChange]) -> str | None:
    """What the field is."""
    return _in_json(change.after)


def _in_json(value: str | int | tuple[str, ...] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


async def total_count(connection: Parent[Connection[Any]]) -> int:
    """How many items there are, on all pages."""
    return await connection.total_count()


def key_scopes(key: Parent[directory.ApiKey]) -> list[Scope]:
    """What the key may do, in the order of the enum."""
    return [scope for scope in Scope if scope.value in key.scopes]


def key_enabled(key: Parent[directory.ApiKey]) -> bool:
    """Whether the key is accepted, as far as revocation goes."""
    return key.revoked_at is None


def actor_scopes(actor: Parent[Actor]) -> list[Scope]:
    """What the caller may do, in the order of the enum."""
    return [scope for scope in Scope if scope in actor.scopes]


async def _user(info: Info, user_id: int | None) -> directory.User | None:
    return None if user_id is None else await info.context.loaders.users.load(user_id)
