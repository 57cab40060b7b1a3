"""Pages: what is asked for, what comes back, and the opaque cursors between the two."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from gql_tickets.domain.vocabulary import Vocabulary
from gql_tickets.errors import ValidationFailed

T = TypeVar("T")

CursorKey = tuple[int | str, ...]


class OrderField(Vocabulary):
    """What tickets can be sorted by; the values are the record's attributes.

    Never completed counts as before any completion. Titles compare by their UTF-8 bytes. Relevance
    is domain/search.py's rank(), to the filter's text.
    """

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    COMPLETED_AT = "completed_at"
    PRIORITY = "priority"
    STATUS = "status"
    TITLE = "title"
    NUMBER = "number"
    POSITION = "position"
    RELEVANCE = "relevance"


class Order(Struct, frozen=True):
    """One sort key. Every sort ends with the ticket's id, in the direction of the last key (R7).

    Where priority and status are all that is compared, creation comes before the id.
    """

    field: OrderField
    descending: bool = True


NEWEST_FIRST = (Order(OrderField.CREATED_AT),)
BOARD_ORDER = (Order(OrderField.POSITION, descending=False),)
"""Newest first, until somebody moves a ticket (R9)."""


class PageRequest(Struct, frozen=True):
    """`size` items after or before a cursor, or after skipping `offset`; backward from the end."""

    size: int
    after: str | None = None
    before: str | None = None
    offset: int = 0
    backward: bool = False


class Page(Struct, Generic[T], frozen=True):
    """A stretch of a list. `cursors` runs beside `items`; `total` is of the list, if it was counted."""

    items: list[T]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    total: int | None = None


def write_cursor(order: str, key: CursorKey) -> str:
    """An opaque cursor: the order it belongs to, and the sort key of the item it points at."""
    return base64.urlsafe_b64encode(msgspec.json.encode((order, *key))).decode().rstrip("=")


def read_cursor(text: str, order: str, kinds: Sequence[type], path: str) -> CursorKey:
    """The sort key in a cursor. Raises ValidationFailed for anything this list did not hand out."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        values = msgspec.json.decode(raw, type=tuple[int | str, ...])
    except (binascii.Error, ValueError, RecursionError) as error:
        raise ValidationFailed.of(path, "This cursor is not one of ours.") from error
    if not values or values[0] != order:
        raise ValidationFailed.of(path, "This cursor belongs to a list in another order.")
    key = values[1:]
    if tuple(map(type, key)) != tuple(kinds) or not all(map(_storable, key)):
        raise ValidationFailed.of(path, "This cursor is not one of ours.")
    return key


def _storable(value: int | str) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return "\0" not in value
