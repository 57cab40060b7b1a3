"""Identifiers: the opaque node ids of GraphQL and the slugs of tickets.

A node id is base64url of `Kind:organization:id`. Clients treat it as opaque; the organization in
it lets a service refuse a foreign id without asking the database.
"""

from __future__ import annotations

import base64
import binascii
import re

from gql_tickets.domain.vocabulary import Vocabulary

INT32_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1

_SLUG = re.compile(r"[A-Z][A-Z0-9]{0,9}-[1-9][0-9]{0,9}")
_NODE = re.compile(r"([A-Za-z]+):([1-9][0-9]{0,9}):([0-9a-z]{1,32})")


class Kind(Vocabulary):
    """The object types that have a node id."""

    ORGANIZATION = "Organization"
    USER = "User"
    REPOSITORY = "Repository"
    LABEL = "Label"
    TICKET = "Ticket"
    COMMENT = "Comment"
    TICKET_EVENT = "TicketEvent"
    API_KEY = "ApiKey"


_KINDS = {kind.value: kind for kind in Kind}
_NUMBERED = {Kind.ORGANIZATION, Kind.USER, Kind.REPOSITORY, Kind.TICKET, Kind.COMMENT}


def node_id(kind: Kind, org_id: int, local_id: int | str) -> str:
    """The opaque id of an object."""
    return (
        base64.urlsafe_b64encode(f"{kind.value}:{org_id}:{local_id}".encode()).decode().rstrip("=")
    )


def read_node_id(text: str) -> tuple[Kind, int, str] | None:
    """Kind, organization and local id of a node id; None for anything that is not one."""
    try:
        plain = base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
        ).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    match = _NODE.fullmatch(plain)
    if match is None or match[1] not in _KINDS:
        return None
    kind, org_id, local = _KINDS[match[1]], int(match[2]), match[3]
    if kind in _NUMBERED and number(local) is None:
        return None
    # One object, one id: no other spelling of it is an id.
    return (kind, org_id, local) if node_id(kind, org_id, local) == text else None


def local_id(text: str, kind: Kind, org_id: int) -> str | None:
    """The id within the organization; None when the node is of another kind or another tenant."""
    node = read_node_id(text)
    return node[2] if node is not None and node[:2] == (kind, org_id) else None


def local_number(text: str, kind: Kind, org_id: int) -> int | None:
    """As local_id, for kinds whose ids are integers."""
    local = local_id(text, kind, org_id)
    return None if local is None else number(local)


def number(text: str) -> int | None:
    """A positive 32-bit integer in plain ASCII digits, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10) or text[0] == "0":
        return None
    value = int(text)
    return value if 0 < value <= INT32_MAX else None


def read_slug(text: str) -> str | None:
    """The stored spelling of a slug, found without regard to case (R25); None for what is no slug."""
    if not text.isascii():
        return None
    upper = text.upper()
    return upper if _SLUG.fullmatch(upper) else None
