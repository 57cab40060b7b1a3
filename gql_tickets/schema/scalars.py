"""The custom scalars, what they accept, and the directive that names the scopes of a field."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

import strawberry
from graphql import GraphQLError
from strawberry.schema_directive import Location
from strawberry.types.scalar import ScalarDefinition

from gql_tickets.auth import Scope
from gql_tickets.execution import rfc3339
from gql_tickets.inputs.fields import Cursor, Url

URL_LENGTH_MAX = 2_048

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


@rfc3339
def show_instant(moment: dt.datetime) -> str:
    """RFC 3339 with `Z`; microseconds only when there are any."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def read_instant(value: Any) -> dt.datetime:
    """The instant of an RFC 3339 text, in UTC."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError("DateTime must be an RFC 3339 instant, e.g. 2025-01-10T08:00:00Z.")


def read_url(value: Any) -> str:
    """An absolute http or https URL."""
    if isinstance(value, str) and len(value) <= URL_LENGTH_MAX and _is_url(value):
        return value
    raise GraphQLError("URL must be an absolute http or https URL.")


def read_cursor(value: Any) -> str:
    """Any text: whether it is a cursor of ours, the service says."""
    if isinstance(value, str):
        return value
    raise GraphQLError("SyncCursor must be a string that this service gave out.")


def _is_url(text: str) -> bool:
    if any(ord(character) <= 32 for character in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


SCALARS: dict[object, ScalarDefinition] = {
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An RFC 3339 instant in UTC, e.g. `2025-01-10T08:00:00Z`. "
            "Microseconds are printed only when they are not zero."
        ),
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=show_instant,
        parse_value=read_instant,
    ),
    Url: strawberry.scalar(
        name="URL",
        description="An absolute http or https URL.",
        specified_by_url="https://url.spec.whatwg.org/",
        serialize=str,
        parse_value=read_url,
    ),
    Cursor: strawberry.scalar(
        name="SyncCursor",
        description=(
            "An opaque position in the organization's change log. Totally ordered, never reused, "
            "safe to store. Compare only for equality."
        ),
        specified_by_url="docs/graphql.md#sync-cursor",
        serialize=str,
        parse_value=read_cursor,
    ),
}


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    name="requiresScope",
    description=(
        "Any one of these scopes lets a credential select the field. "
        "A write scope includes the read scope of the same resource."
    ),
)
class RequiresScope:
    """Says what the service demands; it enforces nothing."""

    any_of: list[Scope]
