"""The change log: what happened to the tickets of an organization, in the order it was committed."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from typing import NamedTuple

from msgspec import Struct

from gql_tickets.domain.ids import INT64_MAX, Kind, node_id
from gql_tickets.domain.tickets import ChangeKind, Ticket, TicketField

_CURSOR = re.compile(r"c([1-9][0-9]{0,9})\.([0-9]{1,19})\.([0-9]{1,19})")


class Position(NamedTuple):
    """A place in the log of one organization: `epoch` first, then `sequence` (store/events.py).

    Every entry that will ever be added lies after every place that was ever read.
    """

    epoch: int
    sequence: int


START = Position(0, 0)
"""Before the first entry."""


class Change(Struct, frozen=True):
    """One entry. `ticket` is the ticket as it was when the entry was read, None once it is deleted."""

    org_id: int
    position: Position
    ticket_id: int
    version: int
    slug: str
    kind: ChangeKind
    fields: tuple[TicketField, ...]
    occurred_at: dt.datetime
    ticket: Ticket | None = None

    @property
    def cursor(self) -> str:
        """The place right after the entry, for callers."""
        return write_position(self.org_id, self.position)

    @property
    def ticket_node_id(self) -> str:
        """The node id that the ticket has, or had."""
        return node_id(Kind.TICKET, self.org_id, self.ticket_id)


class ChangeFeed(Struct, frozen=True):
    """A stretch of the log. `position` is where to go on: past everything that was looked at."""

    org_id: int
    changes: list[Change]
    position: Position
    has_more: bool

    @property
    def cursor(self) -> str:
        """Where to go on, for callers."""
        return write_position(self.org_id, self.position)


def write_position(org_id: int, position: Position) -> str:
    """The opaque cursor of a place in the log."""
    plain = f"c{org_id}.{position.epoch}.{position.sequence}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_position(cursor: str, org_id: int) -> Position | None:
    """The place that a cursor names; None for anything that this organization did not hand out."""
    try:
        plain = base64.b64decode(
            cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        ).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    match = _CURSOR.fullmatch(plain)
    if match is None or int(match[1]) != org_id:
        return None
    position = Position(int(match[2]), int(match[3]))
    return position if max(position) <= INT64_MAX else None
