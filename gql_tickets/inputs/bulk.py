"""The one `input` of each mutation of many tickets."""

from __future__ import annotations

import strawberry

from gql_tickets.domain import bulk
from gql_tickets.domain.bulk import BulkErrorPolicy
from gql_tickets.domain.tickets import ChildrenPolicy, TicketDraft
from gql_tickets.errors import ValidationFailed
from gql_tickets.inputs.fields import all_within, given, optional, required, within
from gql_tickets.inputs.filters import TicketFilter, read_filter
from gql_tickets.inputs.mutations import TicketCreateInput, TicketPatch
from gql_tickets.inputs.references import TicketRef

_ON_ERROR = "What an item that fails means for the others."
_KEY = (
    "1 to 255 characters. For 24 hours the same key with the same input returns the first result "
    "instead of a second write."
)


@strawberry.input(description="Everything that a filter matches.")
class BulkMatch:
    """A filter, and a guard against a wrong one."""

    filter: TicketFilter = required("What the tickets must match.")
    at_most: int = required(
        "0 to 500. The bulk operation fails with LIMIT_EXCEEDED when more tickets match."
    )

    def to_domain(self, org: int) -> bulk.Match:
        """The filter, within the organization."""
        return bulk.Match(read_filter(self.filter, org), self.at_most)


@strawberry.input(
    description=(
        "Up to 500 named tickets, or everything a filter matches (with the number you expect, "
        "so that a wrong filter cannot rewrite the tracker)."
    ),
    one_of=True,
)
class BulkTargets:
    """Names, or a filter."""

    tickets: list[TicketRef] | None = optional("These; one that is named twice is written once.")
    matching: BulkMatch | None = optional("Those that match, in the order they were created.")

    def to_domain(self, org: int) -> bulk.Targets:
        """The targets, within the organization."""
        matching = within(self.matching, org, "targets", "matching")
        return bulk.Targets(all_within(self.tickets, org) or (), matching)


@strawberry.input(description="Many new tickets.")
class TicketBulkCreateInput:
    """At most 500; they cannot be parents of one another."""

    tickets: list[TicketCreateInput] = required(
        "At most 500, which get consecutive slugs in this order. None has an `idempotencyKey` of "
        "its own."
    )
    on_error: BulkErrorPolicy = required(_ON_ERROR, BulkErrorPolicy.ABORT)
    idempotency_key: str | None = optional(_KEY)

    def to_domain(self, org: int) -> tuple[TicketDraft, ...]:
        """The tickets to be."""
        for place, ticket in enumerate(self.tickets):
            if given(ticket.idempotency_key) is not None:
                path = ("tickets", str(place), "idempotency_key")
                raise ValidationFailed.of(path, "The key belongs to the whole call.")
        return tuple(ticket.to_domain(org) for ticket in self.tickets)


@strawberry.input(description="The same change to many tickets.")
class TicketBulkUpdateInput:
    """Which, and what."""

    targets: BulkTargets = required("The tickets to change.")
    patch: TicketPatch = required("What to change.")
    on_error: BulkErrorPolicy = required(_ON_ERROR, BulkErrorPolicy.ABORT)
    idempotency_key: str | None = optional(_KEY)


@strawberry.input(description="A deletion of many tickets, which is permanent.")
class TicketBulkDeleteInput:
    """Which, and what becomes of their children."""

    targets: BulkTargets = required("The tickets to delete.")
    children: ChildrenPolicy = required(
        "What happens to children that are not to be deleted themselves.", ChildrenPolicy.DETACH
    )
    on_error: BulkErrorPolicy = required(_ON_ERROR, BulkErrorPolicy.ABORT)
    idempotency_key: str | None = optional(_KEY)
