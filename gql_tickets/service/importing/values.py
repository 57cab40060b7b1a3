"""The columns of a ticket as its row has them: all of a new one, or what a row changes of another."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from msgspec import UNSET

from gql_tickets.domain import positions
from gql_tickets.domain.tickets import Ticket, TicketDraft, TicketStatus
from gql_tickets.domain.transfer import TicketRow
from gql_tickets.service import writing

Values = dict[str, Any]

_PLAIN = ("title", "description", "type", "priority", "labels", "position")
_DEFAULTS = TicketDraft(title="")


class Parent(NamedTuple):
    """The parent of a ticket, as it will be."""

    id: int
    slug: str


def values_of_new(
    row: TicketRow, referred: Values, parent: Parent | None, number: int, now: dt.datetime
) -> Values:
    """The columns of a new ticket but for its id and slug.

    Where the row does not say when work started or ended, its last change is the time.
    """
    created = row.created_at or row.updated_at or now
    updated = row.updated_at or created
    status = _DEFAULTS.status if row.status is UNSET else row.status
    started = updated if status is TicketStatus.IN_PROGRESS else None
    completed = updated if status is TicketStatus.DONE else None
    return {
        **{name: getattr(_DEFAULTS, name, None) for name in _PLAIN},
        "assignee_id": None,
        "repository_id": None,
        "position": positions.of_new(number),
        **_given(row),
        **referred,
        "status": status,
        "number": number,
        "parent_id": parent and parent.id,
        "version": row.version,
        "created_at": created,
        "updated_at": updated,
        "started_at": started if row.started_at is UNSET else row.started_at,
        "completed_at": completed if row.completed_at is UNSET else row.completed_at,
    }


def differences(
    before: Ticket, row: TicketRow, referred: Values, parent: Parent | None, now: dt.datetime
) -> Values:
    """What the row says otherwise than the ticket is. Who created it, and when, stays as it is."""
    given = _given(row) | {name: referred[name] for name in referred if name != "creator_id"}
    if row.parent is not UNSET:
        given |= {"parent_id": parent and parent.id, "parent_slug": parent and parent.slug}
    if row.status not in (UNSET, before.status):
        given |= writing.with_status(before, row.status, now)
    for name in ("started_at", "completed_at"):
        if (at := getattr(row, name)) is not UNSET:
            given[name] = at
    if not given.get("description") and not before.description:
        given.pop("description", None)  # No table can tell an empty one from none.
    return {name: value for name, value in given.items() if value != getattr(before, name)}


def _given(row: TicketRow) -> Values:
    return {name: value for name in _PLAIN if (value := getattr(row, name)) is not UNSET}
