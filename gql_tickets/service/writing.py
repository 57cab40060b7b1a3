"""What every write of a ticket shares: the version it expects, what follows, and what history says."""

from __future__ import annotations

import datetime as dt
import enum

from msgspec import UNSET
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import (
    ChangeKind,
    FieldChange,
    LabelsPatch,
    Ticket,
    TicketField,
    TicketPatch,
    TicketPriority,
    TicketRef,
    TicketStatus,
)
from gql_tickets.errors import Conflict, ErrorCode, NotFound
from gql_tickets.service.drafts import Values
from gql_tickets.service.text import Problems
from gql_tickets.store import tickets
from gql_tickets.store.engine import Connection
from gql_tickets.store.events import Event

Plain = str | int | tuple[str, ...] | None

_COMPARED = tuple(field for field in TicketField if field.value in Ticket.__struct_fields__)


async def current(
    db: Connection, actor: Actor, ref: TicketRef, expected_version: int | None = None
) -> Ticket:
    """The ticket, locked, in the version that the caller knows. Raises NotFound and Conflict."""
    found = await tickets.find_ticket(db, actor.org_id, ref, lock=True)
    if found is None:
        raise NotFound("There is no such ticket.", path=("ticket",))
    if expected_version not in {None, found.version}:
        raise version_conflict("ticket", found, found.version)
    return found


def version_conflict(noun: str, found: object, version: int) -> Conflict:
    """The object has been written since the caller read it."""
    return Conflict(
        f"The {noun} is at version {version}, which is not the expected one.",
        code=ErrorCode.VERSION_CONFLICT,
        path=("expected_version",),
        current=found,
    )


async def rewrite(
    db: Connection,
    actor: Actor,
    before: Ticket,
    given: Values,
    now: dt.datetime,
    *said: FieldChange,
) -> Ticket:
    """Write the given attributes: a version more, and an event with what changed, and what is `said`."""
    after = rewritten(before, given, now)
    values = {name: value for name, value in given.items() if name != "parent_slug"}
    await tickets.change_ticket(
        db,
        actor.org_id,
        actor,
        now,
        {**values, "version": after.version, "updated_at": now},
        event(before, after, *said),
    )
    return after


def rewritten(before: Ticket, given: Values, now: dt.datetime) -> Ticket:
    """The ticket with the given attributes, a version later."""
    return replace(before, version=before.version + 1, updated_at=now, **given)


def event(before: Ticket, after: Ticket, *said: FieldChange) -> Event:
    """What history says of the write: the fields it names that are not what they were."""
    changes = (
        FieldChange(field, _plain(old), _plain(new))
        for field in _COMPARED
        if (old := getattr(before, field.value)) != (new := getattr(after, field.value))
    )
    return Event(after.id, after.version, after.slug, ChangeKind.UPDATED, (*changes, *said))


def values_of_one(
    before: Ticket, patch: TicketPatch, now: dt.datetime, problems: Problems
) -> Values:
    """What the patch sets for this ticket, because of what it was: its status and its labels."""
    values: Values = {}
    if patch.status is not UNSET:
        values |= with_status(before, patch.status, now)
    if patch.labels is not UNSET:
        values["labels"] = _relabelled(before, patch.labels, problems)
    return values


def with_status(before: Ticket, status: TicketStatus, now: dt.datetime) -> Values:
    """Work starts once; it is complete for as long as the ticket stays DONE."""
    started = now if status is TicketStatus.IN_PROGRESS else None
    completed = before.completed_at or now if status is TicketStatus.DONE else None
    return {
        "status": status,
        "started_at": before.started_at or started,
        "completed_at": completed,
    }


def _relabelled(before: Ticket, patch: LabelsPatch, problems: Problems) -> tuple[str, ...]:
    if patch.set is not None:
        return patch.set
    kept = tuple(name for name in before.labels if name not in patch.remove)
    return problems.labels(("patch", "labels"), (*kept, *patch.add))


def _plain(value: Plain | enum.Enum) -> Plain:
    """The value as REST says it: enums by their word, and no priority as null."""
    if value is TicketPriority.NONE:
        return None
    return value.value if isinstance(value, enum.Enum) else value
