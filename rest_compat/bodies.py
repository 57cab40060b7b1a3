"""The documented request bodies and the one error body, as types: what the OpenAPI document shows.

Requests are not decoded into these. reading.py reads them field by field, since it tells everything
that is wrong at once, and forgives what the contract forgives (R15, R16, R27).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.errors import ErrorCode
from rest_compat.values import INT32_MIN

# Neither NUL nor white space alone.
Title = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        pattern=r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        examples=["Implement user auth"],
    ),
]
Label = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"^[^,\u0000]*[^\s,\u0000][^,\u0000]*$")
]
Labels = Annotated[
    list[Label],
    Meta(max_length=50, description="Unknown labels are created; order and case are kept."),
]
Reference = Annotated[int, Meta(ge=INT32_MIN, le=INT32_MAX)]
Slug = Annotated[str, Meta(description="Found without regard to case.", examples=["AM-42"])]


class NewTicket(Struct, frozen=True):
    """The ticket to create. Fields that are not named here are ignored."""

    title: Title
    type: TicketType = TicketType.TASK
    priority: TicketPriority = TicketPriority.MEDIUM
    status: TicketStatus = TicketStatus.BACKLOG
    assignee_id: Reference | None = None
    repository_id: Reference | None = None
    labels: Labels | UnsetType = UNSET
    parent_slug: Slug | None = None


class TicketChanges(Struct, frozen=True):
    """What to change: only what is given changes, and null clears a reference.

    Fields that are not named here are ignored, so that a ticket that was read can be put back.
    """

    title: Title | UnsetType = UNSET
    type: TicketType | UnsetType = UNSET
    priority: TicketPriority | UnsetType | None = UNSET
    status: TicketStatus | UnsetType = UNSET
    assignee_id: Reference | UnsetType | None = UNSET
    repository_id: Reference | UnsetType | None = UNSET
    labels: Labels | UnsetType = UNSET
    parent_slug: Slug | UnsetType | None = UNSET


class NewStatus(Struct, frozen=True):
    """The status to give the ticket; any may follow any."""

    status: TicketStatus


class FieldError(Struct, frozen=True):
    """One field that is wrong, by its documented name."""

    field: str
    message: str


class Error(Struct, frozen=True):
    """Every failure. Decide by `code`; messages may change, and codes may be added."""

    error: str
    code: ErrorCode
    request_id: str
    details: list[FieldError] | UnsetType = UNSET
    required_scopes: list[str] | UnsetType = UNSET
