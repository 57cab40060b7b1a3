"""What goes out of an organization as a file, and what comes in: rows, and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from gql_tickets.domain.directory import Label, Repository, User
from gql_tickets.domain.history import Comment
from gql_tickets.domain.tickets import Ticket, TicketPriority, TicketStatus, TicketType

ExternalId = tuple[str, str]
"""A source, such as `github`, and what it calls a ticket."""


class Counters(Struct, frozen=True):
    """The highest ids and number that an organization has given out; those of deleted tickets too."""

    ticket_id: int = 0
    number: int = 0
    comment_id: int = 0


class ExportedTicket(Struct, frozen=True):
    """A ticket, and what it is called elsewhere."""

    ticket: Ticket
    external_ids: tuple[ExternalId, ...]


class ExportedComment(Struct, frozen=True):
    """A comment, and the slug of its ticket."""

    comment: Comment
    ticket_slug: str


Exported = Counters | User | Repository | Label | ExportedTicket | ExportedComment


class Person(Struct, frozen=True):
    """A user as other programs name one: by username, or by name where they know no username."""

    username: str | None = None
    name: str | None = None
    avatar_url: str | None = None


class Project(Struct, frozen=True):
    """A repository as other programs name one."""

    name: str
    url: str | None = None


class UserRow(Struct, frozen=True, gc=False):
    """A user of a file, on its line."""

    line: int
    id: int
    username: str | None
    name: str | None
    avatar_url: str | None


class RepositoryRow(Struct, frozen=True, gc=False):
    """A repository of a file."""

    line: int
    id: int
    name: str | None
    url: str | None


class LabelRow(Struct, frozen=True, gc=False):
    """A label of a file."""

    line: int
    name: str
    color: str
    description: str | None


class TicketRow(Struct, frozen=True, gc=False):
    """A ticket of a file. UNSET is what the file does not say; no `source` means that `key` is a slug.

    `parent` is the parent's key. `id`, `position` and `version` come from our own files.
    """

    line: int
    source: str | None
    key: str
    title: str
    description: str | UnsetType | None = UNSET
    type: TicketType | UnsetType = UNSET
    status: TicketStatus | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    assignee: int | Person | UnsetType | None = UNSET
    creator: int | Person | None = None
    repository: int | Project | UnsetType | None = UNSET
    parent: str | UnsetType | None = UNSET
    labels: tuple[str, ...] | UnsetType = UNSET
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    started_at: dt.datetime | UnsetType | None = UNSET
    completed_at: dt.datetime | UnsetType | None = UNSET
    id: int | None = None
    position: str | UnsetType = UNSET
    version: int = 1
    external_ids: tuple[ExternalId, ...] = ()


class CommentRow(Struct, frozen=True, gc=False):
    """A comment of a file; `ticket` is the slug of its ticket, `author` the id of a user."""

    line: int
    id: int
    ticket: str
    author: int | None
    author_name: str | None
    body: str
    reply_to: int | None
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime


class Refusal(Struct, frozen=True):
    """A row that cannot be taken: what it is called, where it stands, and why not."""

    line: int
    name: str
    message: str


class Incoming(Struct, frozen=True):
    """A whole file, read; `refused` are the rows that are no rows."""

    tickets: Sequence[TicketRow]
    users: Sequence[UserRow] = ()
    repositories: Sequence[RepositoryRow] = ()
    labels: Sequence[LabelRow] = ()
    comments: Sequence[CommentRow] = ()
    counters: Counters = Counters()
    refused: Sequence[Refusal] = ()


class ImportReport(Struct, frozen=True):
    """What an import did, or, if it is not `written`, what it would have done.

    `users`, `repositories`, `labels` and `comments` are those that were added or changed.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    users: int = 0
    repositories: int = 0
    labels: int = 0
    comments: int = 0
    refused: tuple[Refusal, ...] = ()
    written: bool = False
