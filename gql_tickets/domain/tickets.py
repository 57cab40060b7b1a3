"""Tickets: their vocabulary, the record that services return, and what callers ask to change."""

from __future__ import annotations

import datetime as dt

from msgspec import UNSET, Struct, UnsetType

from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.ids import Kind, node_id
from gql_tickets.domain.vocabulary import Vocabulary

TITLE_LENGTH_MAX = 500
DESCRIPTION_LENGTH_MAX = 100_000
LABELS_MAX = 50
LABEL_LENGTH_MAX = 100
PARENT_DEPTH_MAX = 10


class TicketStatus(Vocabulary):
    """Where a ticket is in its workflow, in the order of the board's columns (C15, R3)."""

    BACKLOG = "backlog"
    TODO = "todo"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    DONE = "done"


class TicketType(Vocabulary):
    """What kind of work a ticket is (R2)."""

    TASK = "task"
    BUG = "bug"
    FEATURE = "feature"
    IMPROVEMENT = "improvement"
    EPIC = "epic"
    STORY = "story"
    SUBTASK = "subtask"


class TicketPriority(Vocabulary):
    """How urgent a ticket is, lowest first. NONE is unset: REST, which knows four values, says null."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class TicketField(Vocabulary):
    """The fields that history names."""

    TITLE = "title"
    DESCRIPTION = "description"
    TYPE = "type"
    STATUS = "status"
    PRIORITY = "priority"
    ASSIGNEE = "assignee_id"
    REPOSITORY = "repository_id"
    LABELS = "labels"
    PARENT = "parent_slug"
    POSITION = "position"
    COMMENTS = "comments"


class ChangeKind(Vocabulary):
    """What happened to a ticket."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


class ChildrenPolicy(Vocabulary):
    """What happens to the direct children of a deleted ticket (R24: DETACH)."""

    DETACH = "detach"
    REPARENT = "reparent"
    CASCADE = "cascade"
    REFUSE = "refuse"


class Ticket(Struct, frozen=True, gc=False):
    """A ticket as it is stored. Times are UTC with microseconds; labels keep their given order."""

    org_id: int
    id: int
    number: int
    slug: str
    title: str
    description: str | None
    type: TicketType
    status: TicketStatus
    priority: TicketPriority
    assignee_id: int | None
    creator_id: int | None
    repository_id: int | None
    parent_id: int | None
    parent_slug: str | None
    labels: tuple[str, ...]
    position: str
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    started_at: dt.datetime | None
    completed_at: dt.datetime | None

    @property
    def node_id(self) -> str:
        """The id that is unique in the service."""
        return node_id(Kind.TICKET, self.org_id, self.id)


class TicketRef(Struct, frozen=True):
    """A ticket by its number in the organization or by its slug, whichever is given."""

    id: int | None = None
    slug: str | None = None


class Place(Struct, frozen=True):
    """A place in a column of the board: beside a ticket, or at one of its ends, whichever is given."""

    before: TicketRef | None = None
    after: TicketRef | None = None
    first: bool = False
    last: bool = False


class ChildProgress(Struct, frozen=True):
    """Counts over the direct children of a ticket."""

    total: int = 0
    done: int = 0


class LabelsPatch(Struct, frozen=True):
    """Replace all labels (`set`), or add and remove some without touching the others."""

    set: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class TicketDraft(Struct, frozen=True):
    """A ticket to be. Defaults: R1 (type), C13 (status), R22 (priority)."""

    title: str
    description: str | None = None
    type: TicketType = TicketType.TASK
    status: TicketStatus = TicketStatus.BACKLOG
    priority: TicketPriority = TicketPriority.MEDIUM
    assignee: UserRef | None = None
    repository: RepositoryRef | None = None
    labels: tuple[str, ...] = ()
    parent: TicketRef | None = None


class TicketPatch(Struct, frozen=True):
    """The columns to change: UNSET stays as it is, None clears (R16)."""

    title: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    type: TicketType | UnsetType = UNSET
    status: TicketStatus | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    assignee: UserRef | UnsetType | None = UNSET
    repository: RepositoryRef | UnsetType | None = UNSET
    labels: LabelsPatch | UnsetType = UNSET
    parent: TicketRef | UnsetType | None = UNSET


class TicketDeletion(Struct, frozen=True):
    """What a delete removed."""

    ticket: Ticket
    cascaded_count: int = 0


class FieldChange(Struct, frozen=True):
    """A field before and after, in the values of the REST representation."""

    field: TicketField
    before: str | int | tuple[str, ...] | None
    after: str | int | tuple[str, ...] | None
