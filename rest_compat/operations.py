"""The routes in words, for the OpenAPI document: parameters, bodies, examples, ways to fail."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gql_tickets.domain.ids import INT32_MAX, INT64_MAX
from gql_tickets.errors import ErrorCode
from rest_compat import bodies, reading, shapes
from rest_compat.values import INT32_MIN

TICKET: dict[str, Any] = {
    "id": 1,
    "slug": "AM-42",
    "type": "feature",
    "title": "Implement user authentication",
    "status": "in_progress",
    "priority": "high",
    "assignee_id": 10,
    "repository_id": 1,
    "labels": ["backend", "auth"],
    "parent_slug": None,
    "created_at": "2025-01-10T08:00:00Z",
    "updated_at": "2025-01-15T14:20:00Z",
}
_ITEM = {name: value for name, value in TICKET.items() if name != "parent_slug"}
_CARD = {
    "id": 2,
    "slug": "AM-43",
    "title": "Fix CSS layout issue",
    "type": "bug",
    "priority": "medium",
    "assignee_id": 5,
}


class Parameter(Struct, frozen=True):
    """A query parameter: its name, its JSON schema, and a sentence."""

    name: str
    schema: dict[str, Any]
    description: str


class Operation(Struct, frozen=True):
    """A row of the table in words; `headers` are those of its success."""

    id: str
    summary: str
    answer: type[Struct]
    example: Any
    description: str = ""
    status: int = 200
    query: tuple[Parameter, ...] = ()
    body: type[Struct] | None = None
    body_examples: dict[str, Any] = {}
    headers: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    codes: tuple[ErrorCode, ...] = ()
    has_304: bool = False


_ANYONE = (
    ErrorCode.AUTH_REQUIRED,
    ErrorCode.INVALID_TOKEN,
    ErrorCode.API_KEY_EXPIRED,
    ErrorCode.API_KEY_DISABLED,
    ErrorCode.API_KEY_ORG_MISMATCH,
    ErrorCode.INSUFFICIENT_SCOPE,
    ErrorCode.RATE_LIMITED,
    ErrorCode.INTERNAL_ERROR,
    ErrorCode.UNAVAILABLE,
)
_READ = (ErrorCode.VALIDATION_FAILED, *_ANYONE)
_WRITE = (
    ErrorCode.VALIDATION_FAILED,
    *_ANYONE,
    ErrorCode.IDEMPOTENCY_IN_PROGRESS,
    ErrorCode.IDEMPOTENCY_KEY_REUSED,
)
_CHANGE = (*_WRITE, ErrorCode.RESOURCE_NOT_FOUND, ErrorCode.VERSION_CONFLICT)
_BODY = ErrorCode.PAYLOAD_TOO_LARGE

_INT32 = {"type": "integer", "minimum": INT32_MIN, "maximum": INT32_MAX}
_REPOSITORY = Parameter("repository_id", _INT32, "Only tickets of this repository.")


def _words(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _window(default: int, maximum: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": maximum, "default": default}


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "/tickets"): Operation(
        id="listTickets",
        summary="List tickets",
        description="Newest first. `total` counts every match, not the page; the `Link` header "
        "leads to the pages beside it. An empty parameter is an absent one.",
        query=(
            _REPOSITORY,
            Parameter("status", _words("TicketStatus"), "Only tickets in this status."),
            Parameter("type", _words("TicketType"), "Only tickets of this type."),
            Parameter("assignee_id", _INT32, "Only tickets of this assignee."),
            Parameter("labels", {"type": "string"}, "Comma-separated; a ticket must carry all."),
            Parameter("limit", _window(reading.LIMIT_DEFAULT, reading.LIMIT_MAX), "Page size."),
            Parameter(
                "offset",
                {"type": "integer", "minimum": 0, "maximum": INT64_MAX, "default": 0},
                "How many to skip.",
            ),
        ),
        answer=shapes.TicketPage,
        example={"tickets": [_ITEM], "total": 156, "limit": 20, "offset": 0},
        headers=("Link",),
        codes=_READ,
    ),
    ("GET", "/tickets/board"): Operation(
        id="getBoard",
        summary="Get Kanban board view",
        description="Always the five columns, in workflow order, an empty one with `[]`.",
        query=(
            _REPOSITORY,
            Parameter(
                "limit",
                _window(reading.COLUMN_LIMIT_DEFAULT, reading.LIMIT_MAX),
                "The most cards that a column shows.",
            ),
        ),
        answer=shapes.BoardBody,
        example={
            "board": {
                "columns": [
                    {"status": status.value, "tickets": [_CARD] if status.value == "todo" else []}
                    for status in reading.STATUSES
                ]
            }
        },
        headers=("X-Column-Counts", "X-Board-Truncated"),
        codes=_READ,
    ),
    ("GET", "/tickets/{slug}"): Operation(
        id="getTicket",
        summary="Get ticket by slug",
        answer=shapes.DetailBody,
        example={"ticket": TICKET},
        headers=("ETag",),
        asks=("If-None-Match",),
        codes=(*_ANYONE, ErrorCode.RESOURCE_NOT_FOUND),
        has_304=True,
    ),
    ("POST", "/tickets"): Operation(
        id="createTicket",
        summary="Create a new ticket",
        description="Requires a title at minimum.",
        body=bodies.NewTicket,
        body_examples={
            "documented": {"title": "Implement user auth", "type": "feature", "priority": "high"},
            "titleOnly": {"title": "Fix CSS layout issue"},
        },
        answer=shapes.DetailBody,
        example={"ticket": TICKET},
        status=201,
        headers=("ETag", "Location"),
        asks=("Idempotency-Key",),
        codes=(*_WRITE, _BODY, ErrorCode.INVALID_PARENT),
    ),
    ("PUT", "/tickets/{slug}"): Operation(
        id="updateTicket",
        summary="Update a ticket",
        description="All fields are optional; only what is given changes.",
        body=bodies.TicketChanges,
        body_examples={
            "some": {"priority": "urgent", "labels": ["backend", "auth"]},
            "unassign": {"assignee_id": None},
        },
        answer=shapes.DetailBody,
        example={"ticket": TICKET},
        headers=("ETag",),
        asks=("If-Match", "Idempotency-Key"),
        codes=(*_CHANGE, _BODY, ErrorCode.INVALID_PARENT),
    ),
    ("PATCH", "/tickets/{slug}/status"): Operation(
        id="updateTicketStatus",
        summary="Update ticket status",
        description="A convenience for status transitions. Any status may follow any other.",
        body=bodies.NewStatus,
        body_examples={"documented": {"status": "in_review"}},
        answer=shapes.Message,
        example={"message": "Status updated"},
        asks=("If-Match", "Idempotency-Key"),
        codes=(*_CHANGE, _BODY),
    ),
    ("DELETE", "/tickets/{slug}"): Operation(
        id="deleteTicket",
        summary="Delete a ticket",
        description="Permanent. Its children become top-level tickets.",
        answer=shapes.Message,
        example={"message": "Ticket deleted"},
        asks=("If-Match", "Idempotency-Key"),
        codes=_CHANGE,
    ),
}

# Codes that only GraphQL has are not here.
WHEN: dict[ErrorCode, str] = {
    ErrorCode.VALIDATION_FAILED: "A value is malformed, too long or not allowed.",
    ErrorCode.INVALID_PARENT: "The parent is the ticket itself or beneath it, or the tree would be too deep.",
    ErrorCode.LIMIT_EXCEEDED: "A list is longer than the operation allows.",
    ErrorCode.AUTH_REQUIRED: "No key was sent.",
    ErrorCode.INVALID_TOKEN: "The key is unknown.",
    ErrorCode.API_KEY_EXPIRED: "The key is past its expiry.",
    ErrorCode.API_KEY_DISABLED: "The key was revoked.",
    ErrorCode.API_KEY_ORG_MISMATCH: "The path names another organization, existing or not.",
    ErrorCode.INSUFFICIENT_SCOPE: "The key lacks a scope; `required_scopes` names what would be enough.",
    ErrorCode.RESOURCE_NOT_FOUND: "There is no such ticket.",
    ErrorCode.METHOD_NOT_ALLOWED: "The path does not take this method.",
    ErrorCode.ALREADY_EXISTS: "The name is taken.",
    ErrorCode.HAS_CHILDREN: "The ticket has children.",
    ErrorCode.IDEMPOTENCY_IN_PROGRESS: "The first request with this idempotency key still runs.",
    ErrorCode.VERSION_CONFLICT: "`If-Match` is not the version any more: read again.",
    ErrorCode.PAYLOAD_TOO_LARGE: "The body is over 256 KiB.",
    ErrorCode.IDEMPOTENCY_KEY_REUSED: "The idempotency key was used for another request.",
    ErrorCode.RATE_LIMITED: "Out of budget.",
    ErrorCode.INTERNAL_ERROR: "Our fault; the request id finds it in the log.",
    ErrorCode.UNAVAILABLE: "The database cannot answer just now: try again.",
}
