"""The comments of a file: which of them are new or changed, and how they are written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from gql_tickets.domain.tickets import FieldChange, TicketField
from gql_tickets.domain.transfer import CommentRow
from gql_tickets.service.importing.plan import Plan, batches
from gql_tickets.store import imported, search
from gql_tickets.store.engine import Connection


def changed(plan: Plan) -> list[CommentRow]:
    """The comments that are not there, or not so."""
    there = plan.said
    return [row for row in plan.comments if row.id not in there or there[row.id].body != row.body]


def said(plan: Plan) -> dict[int, list[FieldChange]]:
    """What they do to tickets that are there, by id: each comment is a write to its ticket."""
    changes: dict[int, list[FieldChange]] = {}
    for row in changed(plan):
        node = plan.node((None, row.ticket))
        if node is not None and node > 0:
            before = plan.said.get(row.id)
            change = FieldChange(TicketField.COMMENTS, before.body if before else None, row.body)
            changes.setdefault(node, []).append(change)
    return changes


async def write(
    db: Connection, org: int, at: dt.datetime, plan: Plan, tickets: Mapping[str, int]
) -> int:
    """Store them, and make the documents of their tickets (ids by slug) anew; gives how many."""
    rows = changed(plan)
    for batch in batches(rows):
        new = [row for row in batch if row.id not in plan.said]
        await imported.add_comments(db, org, [_values(row, tickets[row.ticket]) for row in new])
        again = [
            {"id": row.id, "body": row.body, "version": plan.said[row.id].version + 1}
            for row in batch
            if row.id in plan.said
        ]
        await imported.change_comments(db, org, at, again)
    await search.change_documents(db, org, {tickets[row.ticket] for row in rows})
    return len(rows)


def _values(row: CommentRow, ticket_id: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "ticket_id": ticket_id,
        "author_user_id": row.author,
        "author_key_id": None,  # keys are not exported
        "author_name": row.author_name,
        "body": row.body,
        "reply_to_id": row.reply_to,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
