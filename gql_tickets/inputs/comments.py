"""The one `input` of each mutation of comments."""

from __future__ import annotations

import strawberry
from strawberry import ID

from gql_tickets.inputs.fields import optional, required
from gql_tickets.inputs.references import TicketRef

_BODY = "Markdown, 1 to 100,000 characters."


@strawberry.input(description="A new comment.")
class CommentCreateInput:
    """About what, and what."""

    ticket: TicketRef = required("The ticket that it is about.")
    body: str = required(_BODY)
    reply_to: ID | None = optional("The `id` of the comment that it answers, on the same ticket.")
    idempotency_key: str | None = optional(
        "1 to 255 characters. For 24 hours the same key with the same input returns the first "
        "result instead of a second comment."
    )


@strawberry.input(description="A change to one comment.")
class CommentUpdateInput:
    """Which, and what."""

    id: ID = required("The comment's `id`.")
    body: str = required(_BODY)
    expected_version: int | None = optional(
        "Fail with VERSION_CONFLICT unless this is the comment's current version."
    )


@strawberry.input(description="A comment to delete, for good. The replies to it stay.")
class CommentDeleteInput:
    """Which."""

    id: ID = required("The comment's `id`.")
