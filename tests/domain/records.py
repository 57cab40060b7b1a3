"""Records that the tests of the domain share."""

from __future__ import annotations

import datetime as dt

from gql_tickets.domain.tickets import Ticket, TicketPriority, TicketStatus, TicketType

NOON = dt.datetime(2025, 1, 2, 12, tzinfo=dt.UTC)

TICKET = Ticket(
    org_id=5,
    id=42,
    number=7,
    slug="AM-7",
    title="A title",
    description=None,
    type=TicketType.TASK,
    status=TicketStatus.TODO,
    priority=TicketPriority.NONE,
    assignee_id=None,
    creator_id=None,
    repository_id=None,
    parent_id=None,
    parent_slug=None,
    labels=(),
    position="7ffffff8",
    version=1,
    created_at=NOON,
    updated_at=NOON,
    started_at=None,
    completed_at=None,
)
