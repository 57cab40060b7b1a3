"""The domain's enums, made known to the schema with a sentence for each value."""

from __future__ import annotations

import enum
from typing import Any

import strawberry

from gql_tickets.auth import Scope
from gql_tickets.domain.bulk import BulkErrorPolicy
from gql_tickets.domain.paging import OrderField
from gql_tickets.domain.tickets import (
    ChangeKind,
    ChildrenPolicy,
    TicketField,
    TicketPriority,
    TicketStatus,
    TicketType,
)


class OrderDirection(enum.Enum):
    """Which end of a sort comes first."""

    ASC = "asc"
    DESC = "desc"


def describe(
    members: type[enum.Enum], description: str, values: dict[str, str], name: str = ""
) -> None:
    """Register an enum with the schema. Every member needs its sentence."""
    definition: Any = strawberry.enum(members, name=name or None, description=description)
    for value in definition.__strawberry_definition__.values:
        value.description = values[value.name]


describe(
    TicketStatus,
    "Where a ticket is in its workflow; board columns are in this order. REST: the same words in lower case.",
    {
        "BACKLOG": "Known, and not planned yet.",
        "TODO": "Planned, and not begun.",
        "IN_PROGRESS": "Being worked on.",
        "IN_REVIEW": "Done by its author's lights, and being looked at.",
        "DONE": "Finished.",
    },
)
describe(
    TicketType,
    "What kind of work a ticket is. Open enum, fallback TASK. REST: the same words in lower case.",
    {
        "TASK": "Something to do; the default.",
        "BUG": "Something that does not work as it should.",
        "FEATURE": "Something new.",
        "IMPROVEMENT": "Something that works, and should work better.",
        "EPIC": "A body of work that holds other tickets.",
        "STORY": "Something a user wants, in the user's words.",
        "SUBTASK": "A part of another ticket.",
    },
)
describe(
    TicketPriority,
    "How urgent a ticket is. Sorts NONE < LOW < MEDIUM < HIGH < URGENT.",
    {
        "NONE": "Nobody has said yet. REST answers null.",
        "LOW": "When there is time.",
        "MEDIUM": "In its turn; the default.",
        "HIGH": "Before the others.",
        "URGENT": "Now.",
    },
)
describe(
    TicketField,
    "The ticket fields that history and change events can name. Open enum; an unknown field may be ignored.",
    {
        "TITLE": "The title.",
        "DESCRIPTION": "The description.",
        "TYPE": "The type.",
        "STATUS": "The status.",
        "PRIORITY": "The priority.",
        "ASSIGNEE": "The assignee, by the integer that REST calls `assignee_id`.",
        "REPOSITORY": "The repository, by the integer that REST calls `repository_id`.",
        "LABELS": "The labels, by their names.",
        "PARENT": "The parent, by its slug.",
        "POSITION": "The position within the column of the board.",
        "COMMENTS": "A comment: its body, null before it was written and after it was deleted.",
    },
)
describe(
    ChangeKind,
    "What happened to a ticket. Open enum; treat an unknown value as UPDATED.",
    {
        "CREATED": "It was created.",
        "UPDATED": "It was written, or a comment on it was.",
        "DELETED": "It was deleted.",
    },
)
describe(
    ChildrenPolicy,
    "What happens to the direct children of a deleted ticket.",
    {
        "DETACH": "They become top-level tickets.",
        "REPARENT": "They take the deleted ticket's parent.",
        "CASCADE": "They are deleted too, at every depth.",
        "REFUSE": "The delete fails with HAS_CHILDREN.",
    },
)
describe(
    BulkErrorPolicy,
    "What an item that fails means for the others of a bulk mutation.",
    {
        "ABORT": "All or nothing, in one transaction.",
        "CONTINUE": "Each item on its own; `results` says which failed.",
    },
)
describe(
    OrderField,
    "What a sort key reads. Every sort ends with the ticket's id, so order is total and cursors never skip or repeat.",
    {
        "CREATED_AT": "When the ticket was created.",
        "UPDATED_AT": "When the ticket was last written.",
        "COMPLETED_AT": "When the ticket went to DONE. One that is not DONE counts as before all others: last when descending.",
        "PRIORITY": "How urgent the ticket is; of two alike the newer counts as higher.",
        "STATUS": "The column the ticket is in; of two alike the newer counts as higher.",
        "TITLE": "The title, compared bytewise: upper case before lower case before accents.",
        "NUMBER": "The digits of the slug.",
        "POSITION": "The manual order within a board column.",
        "RELEVANCE": "Relevance; only meaningful with `filter.text`. Titles with all that is wanted, then with some of it, then the rest; of two alike the newer counts as higher.",
    },
    name="TicketOrderField",
)
describe(
    OrderDirection,
    "Which end of a sort comes first.",
    {"ASC": "Lowest, or oldest, first.", "DESC": "Highest, or newest, first."},
)
describe(
    Scope,
    "What a credential may do. REST documents the tickets scopes as `tickets:read` and `tickets:write`.",
    {
        "TICKETS_READ": "Read tickets, labels, users and repositories.",
        "TICKETS_WRITE": "Write tickets and labels; includes TICKETS_READ.",
        "API_KEYS_MANAGE": "List, create and revoke API keys.",
        "ORGANIZATION_MANAGE": "Keep the organization's users and repositories.",
    },
)
