"""The object types: windows over the domain's records. A field that names an attribute reads it.

`databaseId` is a record's `id`, and `id` is its `node_id`. Nobody makes instances of these classes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import strawberry
from strawberry import ID

from gql_tickets.auth import Scope
from gql_tickets.domain import directory, history, tickets
from gql_tickets.domain.tickets import (
    ChangeKind,
    TicketField,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from gql_tickets.execution import InstanceOf
from gql_tickets.execution.directives import Cost, ListSize
from gql_tickets.inputs import Url
from gql_tickets.schema import edges as load


def says(description: str, name: str | None = None) -> Any:
    """A field that reads the attribute of its own name."""
    return strawberry.field(description=description, name=name)


CURSOR = "Where the item lies; pass it as `after` or `before`."
NODE = "The item."
EDGES = "The items of the page, each with its cursor."
NODES = "The items of the page."
PAGE_INFO = "Where the page lies in its connection."
TOTAL = "{} that match, on all pages. Computed only when selected."


def loads(resolver: Any, description: str, *costs: Cost | ListSize) -> Any:
    """A field that asks a resolver, whose record the field's type is a window over."""
    return strawberry.field(resolver=resolver, description=description, directives=costs)


def paged(*arguments: str) -> ListSize:
    """That the arguments say how long a connection's page is."""
    return ListSize(slicing_arguments=list(arguments), sized_fields=["edges", "nodes"])


COUNTED = Cost(weight="5")
"""An exact total reads an index from end to end."""


@strawberry.type(description="Where a page lies in its connection.")
class PageInfo:
    """A window over paging.PageInfo."""

    has_next_page: bool = says("Whether there is more after this page.")
    has_previous_page: bool = says("Whether there is more before this page.")
    start_cursor: str | None = says("The cursor of the first item; null on an empty page.")
    end_cursor: str | None = says("The cursor of the last item; null on an empty page.")


@strawberry.type(description="A ticket in a connection.")
class TicketEdge:
    """A window over resolvers.tickets.TicketEdge."""

    cursor: str = says(CURSOR)
    node: Ticket = says(NODE)
    highlights: list[str] = loads(
        load.highlights,
        "Matching passages with `<mark>`, when `filter.text` is set. Everything else in them is escaped for HTML.",
    )


@strawberry.type(description="A page of tickets.")
class TicketConnection:
    """A window over resolvers.tickets.TicketConnection."""

    edges: list[TicketEdge] = says(EDGES)
    nodes: list[Ticket] = says(NODES)
    page_info: PageInfo = says(PAGE_INFO)
    total_count: int = loads(load.total_count, TOTAL.format("Tickets"), COUNTED)


@strawberry.interface(
    description="An object with an id that is unique in the service and stable for the object's life."
)
class Node:
    """What has a node id."""

    node_id: ID = says("Opaque; compare only for equality.", name="id")


@strawberry.type(description="The tenant that a credential belongs to.")
class Organization(Node):
    """A window over directory.Organization."""

    slug: str = says("The `{org}` of the REST path.")
    name: str = says("What people call it.")
    ticket_prefix: str = says("Prefix of the slugs of its tickets.")
    created_at: dt.datetime = says("When it was created.")

    is_type_of = InstanceOf(directory.Organization)


@strawberry.type(description="A person that tickets can be assigned to.")
class User(Node):
    """A window over directory.User."""

    id: int = says("The integer that REST calls `assignee_id`.", name="databaseId")
    username: str | None = says("Unique in the organization.")
    name: str | None = says("What people call them.")
    avatar_url: Url | None = says("A picture.")
    tickets: TicketConnection = loads(
        load.assigned, "Tickets assigned to this user.", paged("first")
    )

    is_type_of = InstanceOf(directory.User)


@strawberry.type(description="A code repository that tickets can belong to.")
class Repository(Node):
    """A window over directory.Repository."""

    id: int = says("The integer that REST calls `repository_id`.", name="databaseId")
    name: str | None = says("What people call it.")
    url: Url | None = says("Where it is.")

    is_type_of = InstanceOf(directory.Repository)


@strawberry.type(description="A label. Naming an unknown label on a ticket creates it.")
class Label(Node):
    """A window over directory.Label."""

    name: str = says("Unique in the organization, case-sensitive, 1 to 100 characters, no comma.")
    color: str = says("`#RRGGBB`.")
    description: str | None = says("What it stands for.")
    ticket_count: int = load.ticket_count(
        description="Live tickets that carry it.", directives=[Cost(weight="2")]
    )

    is_type_of = InstanceOf(directory.Label)


@strawberry.type(description="Counts over the direct children of a ticket.")
class ChildProgress:
    """A window over tickets.ChildProgress."""

    total: int = says("Direct children.")
    done: int = says("Those of them that are DONE.")


@strawberry.type(description="A unit of work.")
class Ticket(Node):
    """A window over tickets.Ticket."""

    id: int = says("The integer that REST calls `id`.", name="databaseId")
    slug: str = says(
        "Human-readable, e.g. `AM-42`; unique in the organization, never reused, looked up without regard to case."
    )
    number: int = says("The digits of the slug.")
    title: str = says("1 to 500 characters.")
    description: str | None = says("Markdown, at most 100,000 characters.")
    type: TicketType = says("What kind of work it is.")
    status: TicketStatus = says("The column it is in.")
    priority: TicketPriority = says("How urgent it is.")
    assignee: User | None = load.assignee(description="The one person accountable.")
    creator: User | None = load.creator(
        description="Null when an API key with no user behind it created it."
    )
    repository: Repository | None = load.repository(description="The repository it belongs to.")
    labels: list[Label] = load.labels(
        description="At most 50, in the order they were given.",
        directives=[ListSize(assumed_size=5)],
    )
    parent: Ticket | None = load.parent(
        description="The ticket it is a part of; null at the top level."
    )
    children: TicketConnection = loads(
        load.children, "The tickets that are parts of it.", paged("first")
    )
    child_progress: ChildProgress = load.child_progress(
        description="Counts over the direct children."
    )
    comments: CommentConnection = loads(
        load.comments, "What people say about it; oldest first.", paged("first", "last")
    )
    history: TicketEventConnection = loads(
        load.events, "What changed, who changed it and when; newest first.", paged("first")
    )
    position: str = says(
        "Order within the status column: compare bytewise, lowest first. A new ticket comes first."
    )
    version: int = says('Goes up by one with each write. The REST ETag is `"<version>"`.')
    created_at: dt.datetime = says("When it was created.")
    updated_at: dt.datetime = says("When it was last written.")
    started_at: dt.datetime | None = says("When it first went to IN_PROGRESS.")
    completed_at: dt.datetime | None = says(
        "When it last went to DONE; null again if it left DONE."
    )

    is_type_of = InstanceOf(tickets.Ticket)


@strawberry.type(description="What somebody says about a ticket.")
class Comment(Node):
    """A window over history.Comment."""

    ticket: Ticket = load.commented(description="What it is about.")
    author: User | None = load.author(
        description="Null when an API key with no user behind it wrote it."
    )
    body: str = says("Markdown, 1 to 100,000 characters.")
    reply_to: Comment | None = load.reply_to(
        description="The comment that it answers; null also when that was deleted."
    )
    version: int = says("Goes up by one with each write.")
    created_at: dt.datetime = says("When it was written.")
    updated_at: dt.datetime = says("When it was last changed.")

    is_type_of = InstanceOf(history.Comment)


@strawberry.type(description="A comment in a connection.")
class CommentEdge:
    """A window over paging.Edge."""

    cursor: str = says(CURSOR)
    node: Comment = says(NODE)


@strawberry.type(description="A page of comments.")
class CommentConnection:
    """A window over paging.Connection."""

    edges: list[CommentEdge] = says(EDGES)
    nodes: list[Comment] = says(NODES)
    page_info: PageInfo = says(PAGE_INFO)
    total_count: int = loads(
        load.total_count, "Comments on all pages. Computed only when selected."
    )


@strawberry.type(
    description="A field before and after, as JSON-encoded values of the REST representation."
)
class FieldChange:
    """A window over tickets.FieldChange."""

    field: TicketField = says("What changed.")
    before: str | None = loads(load.before, "What it was; null when it was unset.")
    after: str | None = loads(load.after, "What it became; null when it is unset.")


@strawberry.type(description="One write to one ticket.")
class TicketEvent(Node):
    """A window over history.TicketEvent."""

    kind: ChangeKind = says("What happened.")
    actor: User | None = load.event_actor(
        description="Null when an API key with no user behind it made the change."
    )
    actor_name: str | None = says(
        "The name of the API key that made the change; of the tool, when it was no key.",
        name="apiKeyName",
    )
    occurred_at: dt.datetime = says("When.")
    changes: list[FieldChange] = strawberry.field(
        description="The fields that are not what they were.",
        directives=[ListSize(assumed_size=3)],
    )
    version: int = says("The ticket's version after the write.")

    is_type_of = InstanceOf(history.TicketEvent)


@strawberry.type(description="An event in a connection.")
class TicketEventEdge:
    """A window over paging.Edge."""

    cursor: str = says(CURSOR)
    node: TicketEvent = says(NODE)


@strawberry.type(description="A page of a ticket's history.")
class TicketEventConnection:
    """A window over paging.Connection."""

    edges: list[TicketEventEdge] = says(EDGES)
    nodes: list[TicketEvent] = says(NODES)
    page_info: PageInfo = says(PAGE_INFO)
    total_count: int = loads(load.total_count, "Events on all pages. Computed only when selected.")


@strawberry.type(description="A credential of the organization, without its secret.")
class ApiKey(Node):
    """A window over directory.ApiKey."""

    name: str = says("For people, to tell keys apart.")
    prefix: str = says("The first 12 characters of the key.")
    expires_at: dt.datetime | None = says("When it stops working; null for never.")
    last_used_at: dt.datetime | None = says("When it was last used, to within 10 seconds.")
    created_at: dt.datetime = says("When it was created.")

    scopes: list[Scope] = loads(load.key_scopes, "What it may do.")
    enabled: bool = loads(load.key_enabled, "False once it was revoked.")

    is_type_of = InstanceOf(directory.ApiKey)


@strawberry.type(
    description="The caller's budget after this operation; also in the `RateLimit` response header.\n\n"
    "A `limit` of 0 says that there is none, and the other numbers nothing."
)
class RateLimit:
    """A window over budgets.Budget."""

    limit: int = says("Points a full bucket holds.")
    remaining: int = says("Points left now.")
    restore_rate: float = says("Points restored each second.")
    reset_at: dt.datetime = says("When the bucket is full again.")
    cost: int = says("Points this operation was charged.")


@strawberry.type(description="Who is calling, and what they may do.")
class Viewer:
    """A window over auth.Actor."""

    organization: Organization = load.organization(
        description="The organization that everything is scoped to."
    )
    user: User | None = loads(
        load.caller, "Null when the credential is an API key with no user behind it."
    )

    scopes: list[Scope] = loads(load.actor_scopes, "What the credential may do.")
    rate_limit: RateLimit = loads(load.rate_limit, "What may still be asked for.")
