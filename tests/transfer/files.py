"""How the tests of exports and imports hand files around."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from gql_tickets.auth import Actor
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import Order, OrderField, PageRequest
from gql_tickets.domain.tickets import Ticket
from gql_tickets.domain.transfer import ImportReport
from gql_tickets.service import exporting, importing, tickets
from gql_tickets.store.engine import Store
from gql_tickets.transfer import formats
from gql_tickets.transfer.formats import ExportFormat

SAMPLES = Path(__file__).parent / "samples"
NDJSON, CSV = ExportFormat.NDJSON, ExportFormat.CSV

HEADER = {
    "kind": "header",
    "format": "gql-tickets",
    "version": 1,
    "last_ticket_id": 0,
    "last_ticket_number": 0,
    "last_comment_id": 0,
}
TICKET = {
    "kind": "ticket",
    "id": 1,
    "slug": "AM-1",
    "title": "A ticket",
    "description": None,
    "type": "task",
    "status": "todo",
    "priority": "medium",
    "assignee": None,
    "creator": None,
    "repository": None,
    "parent": None,
    "labels": [],
    "position": "7ffffffe",
    "version": 1,
    "created_at": "2025-01-10T08:00:00Z",
    "updated_at": "2025-01-11T08:00:00Z",
    "started_at": None,
    "completed_at": None,
    "external_ids": [],
}
COMMENT = {
    "kind": "comment",
    "id": 1,
    "ticket": "AM-1",
    "author": None,
    "author_name": "ci",
    "body": "Said.",
    "reply_to": None,
    "version": 1,
    "created_at": "2025-01-10T08:00:00Z",
    "updated_at": "2025-01-10T08:00:00Z",
}


def ticket(number: int, **given: Any) -> dict[str, Any]:
    """A line for the ticket of that id and number."""
    return {**TICKET, "id": number, "slug": f"AM-{number}", **given}


def comment(id: int, **given: Any) -> dict[str, Any]:
    """A line for a comment."""
    return {**COMMENT, "id": id, **given}


def lines(*objects: dict[str, Any], **header: int) -> bytes:
    """A file of our own format."""
    whole = ({**HEADER, **header}, *objects)
    return b"".join(json.dumps(each).encode() + b"\n" for each in whole)


async def exported(store: Store, actor: Actor, form: ExportFormat = NDJSON) -> tuple[bytes, str]:
    """The export, and its cursor."""
    file = io.BytesIO()
    cursor = await exporting.export(store, actor, formats.writer(form, file))
    return file.getvalue(), cursor


async def taken(store: Store, actor: Actor, content: bytes, **options: Any) -> ImportReport:
    """What an import of the file did; its format is told from its content."""
    form = formats.guess(content)
    assert form is not None
    return await importing.run(store, actor, formats.read(form, content), **options)


def counts(report: ImportReport) -> tuple[int, int, int]:
    """How many tickets were created, updated and left alone."""
    return report.created, report.updated, report.unchanged


def refused(report: ImportReport) -> list[tuple[int, str]]:
    """Which lines were refused, and why."""
    return [(each.line, each.message) for each in report.refused]


async def all_tickets(store: Store, actor: Actor) -> dict[str, Ticket]:
    """Every ticket by its slug, in the order of numbers."""
    by_number = (Order(OrderField.NUMBER, descending=False),)
    page = await tickets.list_page(
        store, actor, filter=TicketFilter(), order=by_number, page=PageRequest(size=500)
    )
    return {each.slug: each for each in page.items}
