"""The one `input` of each mutation."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import ID, Maybe

from gql_tickets.auth import Scope
from gql_tickets.domain import tickets
from gql_tickets.domain.tickets import ChildrenPolicy, TicketPriority, TicketStatus, TicketType
from gql_tickets.errors import ValidationFailed
from gql_tickets.inputs.fields import (
    Url,
    given,
    given_tuple,
    maybe,
    optional,
    patched,
    patched_within,
    required,
    within,
)
from gql_tickets.inputs.references import RepositoryRef, TicketRef, UserRef

_KEY = (
    "1 to 255 characters. For 24 hours the same key with the same input returns the first result "
    "instead of a second {}."
)
_VERSION = "Fail with VERSION_CONFLICT unless this is the current version."
_TITLE = "1 to 500 characters, counted without the white space around it."


@strawberry.input(description="A new ticket.")
class TicketCreateInput:
    """Only the title is required."""

    title: str = required(_TITLE)
    description: str | None = optional("Markdown, at most 100,000 characters.")
    type: TicketType = required("What kind of work it is.", TicketType.TASK)
    status: TicketStatus = required("The column to begin in.", TicketStatus.BACKLOG)
    priority: TicketPriority = required("How urgent it is.", TicketPriority.MEDIUM)
    assignee: UserRef | None = optional("The one person accountable.")
    repository: RepositoryRef | None = optional("The repository it belongs to.")
    labels: list[str] | None = optional("Label names; unknown ones are created.")
    parent: TicketRef | None = optional("The ticket it is a part of.")
    idempotency_key: str | None = optional(_KEY.format("ticket"))

    def to_domain(self, org: int) -> tickets.TicketDraft:
        """The ticket to be."""
        return tickets.TicketDraft(
            title=self.title,
            description=given(self.description),
            type=self.type,
            status=self.status,
            priority=self.priority,
            assignee=within(self.assignee, org),
            repository=within(self.repository, org),
            labels=given_tuple(self.labels) or (),
            parent=within(self.parent, org),
        )


@strawberry.input(description="Labels to put on and take off; the others stay.")
class LabelsEdit:
    """Added after the ones that are there, in order."""

    add: list[str] = strawberry.field(default_factory=list, description="Names to add.")
    remove: list[str] = strawberry.field(default_factory=list, description="Names to remove.")


@strawberry.input(
    description="Replace all labels, or add and remove some without touching the others.",
    one_of=True,
)
class LabelsPatch:
    """All, or some."""

    set: list[str] | None = optional("All the labels, in order; `[]` clears.")
    edit: LabelsEdit | None = optional("Some labels.")

    def to_domain(self, _org: int) -> tickets.LabelsPatch:
        """The change."""
        edit = given(self.edit)
        if edit is not None:
            return tickets.LabelsPatch(add=tuple(edit.add), remove=tuple(edit.remove))
        return tickets.LabelsPatch(set=given_tuple(self.set))


@strawberry.input(description="Absent is unchanged. `null` clears where it says so.")
class TicketPatch:
    """The fields to change."""

    title: Maybe[str] = maybe(_TITLE)
    description: Maybe[str | None] = maybe("`null` clears.")
    type: Maybe[TicketType] = maybe("What kind of work it is.")
    status: Maybe[TicketStatus] = maybe("The column to move to.")
    priority: Maybe[TicketPriority] = maybe("How urgent it is.")
    assignee: Maybe[UserRef | None] = maybe("`null` unassigns.")
    repository: Maybe[RepositoryRef | None] = maybe("`null` clears. The slug does not change.")
    labels: Maybe[LabelsPatch] = maybe("Replace, add or remove labels.")
    parent: Maybe[TicketRef | None] = maybe("`null` makes it a top-level ticket.")

    def to_domain(self, org: int) -> tickets.TicketPatch:
        """The columns to change."""
        return tickets.TicketPatch(
            title=patched(self.title),
            description=patched(self.description),
            type=patched(self.type),
            status=patched(self.status),
            priority=patched(self.priority),
            assignee=patched_within(self.assignee, org),
            repository=patched_within(self.repository, org),
            labels=patched_within(self.labels, org),
            parent=patched_within(self.parent, org),
        )


@strawberry.input(description="A change to one ticket.")
class TicketUpdateInput:
    """Which, and what."""

    ticket: TicketRef = required("The ticket to change.")
    patch: TicketPatch = required("What to change.")
    expected_version: int | None = optional(_VERSION)
    idempotency_key: str | None = optional(_KEY.format("write"))


@strawberry.input(description="A move to another column.")
class TicketSetStatusInput:
    """Which, and where to."""

    ticket: TicketRef = required("The ticket to move.")
    status: TicketStatus = required("The column to move to; any may follow any other.")
    expected_version: int | None = optional(_VERSION)
    idempotency_key: str | None = optional(_KEY.format("write"))


@strawberry.input(description="Exactly one place in a column.", one_of=True)
class BoardPlace:
    """Beside a ticket, or at an end."""

    before: TicketRef | None = optional("Directly above this ticket, which is in the column.")
    after: TicketRef | None = optional("Directly below this ticket, which is in the column.")
    first: bool | None = optional("At the top; only `true` makes sense. New tickets go above it.")
    last: bool | None = optional("At the bottom; only `true` makes sense.")

    def to_domain(self, org: int) -> tickets.Place:
        """The place."""
        for name in ("first", "last"):
            if given(getattr(self, name)) is False:
                message = f"`{name}` is a place, and can only be true."
                raise ValidationFailed.of(("place", name), message)
        return tickets.Place(
            within(self.before, org),
            within(self.after, org),
            bool(given(self.first)),
            bool(given(self.last)),
        )


@strawberry.input(description="A move to a place on the board.")
class TicketMoveInput:
    """Which, and where to."""

    ticket: TicketRef = required("The ticket to move.")
    status: TicketStatus | None = optional("The column to move to; the ticket's own when absent.")
    place: BoardPlace = required("Where in the column.")
    expected_version: int | None = optional(_VERSION)
    idempotency_key: str | None = optional(_KEY.format("write"))


@strawberry.input(description="A deletion, which is permanent.")
class TicketDeleteInput:
    """Which, and what becomes of its children."""

    ticket: TicketRef = required("The ticket to delete.")
    children: ChildrenPolicy = required("What happens to its children.", ChildrenPolicy.DETACH)
    expected_version: int | None = optional(_VERSION)
    idempotency_key: str | None = optional(_KEY.format("attempt"))


@strawberry.input(description="A label to create, or to change when there is one of this name.")
class LabelUpsertInput:
    """A label, by its name."""

    name: str = required("1 to 100 characters, no comma.")
    new_name: str | None = optional("Rename it, on its tickets too.")
    color: str | None = optional("`#RRGGBB`.")
    description: Maybe[str | None] = maybe("`null` clears.")


@strawberry.input(description="A label to delete, and to take off its tickets.")
class LabelDeleteInput:
    """A label, by its name."""

    name: str = required("The label to delete.")
    replace_with: str | None = optional("Give its tickets this label instead.")


@strawberry.input(description="A user to add, or to change when there is one of this number.")
class UserUpsertInput:
    """A user, by their number."""

    database_id: int = required("The integer that REST calls `assignee_id`.")
    username: Maybe[str | None] = maybe("Unique in the organization; `null` clears.")
    name: Maybe[str | None] = maybe("What people call them; `null` clears.")
    avatar_url: Maybe[Url | None] = maybe("A picture; `null` clears.")


@strawberry.input(description="A repository to add, or to change when there is one of this number.")
class RepositoryUpsertInput:
    """A repository, by its number."""

    database_id: int = required("The integer that REST calls `repository_id`.")
    name: Maybe[str | None] = maybe("What people call it; `null` clears.")
    url: Maybe[Url | None] = maybe("Where it is; `null` clears.")


@strawberry.input(description="A new API key.")
class ApiKeyCreateInput:
    """What it is for, and what it may do."""

    name: str = required("For people, to tell keys apart.")
    scopes: list[Scope] = required("What it may do; at least one.")
    expires_at: dt.datetime | None = optional("When it stops working; never when absent.")


@strawberry.input(description="An API key to revoke, for good.")
class ApiKeyRevokeInput:
    """Which."""

    id: ID = required("The key's `id`.")
