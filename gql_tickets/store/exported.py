"""Reading all of an organization, piece by piece, for an export. Its caller holds a snapshot."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from gql_tickets.domain.directory import Label
from gql_tickets.domain.history import Comment
from gql_tickets.domain.tickets import Ticket
from gql_tickets.domain.transfer import Counters, ExportedComment, ExternalId
from gql_tickets.store.columns import ticket_columns
from gql_tickets.store.engine import Connection
from gql_tickets.store.parameters import among, org
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import comments, external_ids, labels, organizations, tickets

_after = sa.bindparam("after", type_=sa.Integer)
_limit = sa.bindparam("limit", type_=sa.Integer)

_COUNTERS = Statement(
    sa.select(
        organizations.c.last_ticket_id,
        organizations.c.last_ticket_number,
        organizations.c.last_comment_id,
    ).where(organizations.c.id == org())
)
_LABELS = Statement(
    sa.select(*(labels.c[name] for name in Label.__struct_fields__)).where(labels.c.org_id == org())
)
_TICKETS = Statement(
    sa.select(*ticket_columns(tickets))
    .where(tickets.c.org_id == org(), tickets.c.id > _after)
    .order_by(tickets.c.id)
    .limit(_limit)
)
_EXTERNAL_IDS = Statement(
    lambda dialect: sa.select(
        external_ids.c.ticket_id, external_ids.c.source, external_ids.c.external_id
    ).where(
        external_ids.c.org_id == org(),
        among(external_ids.c.ticket_id, "ids", sa.Integer(), dialect),
    )
)
_COMMENTS = Statement(
    sa.select(*(comments.c[name] for name in Comment.__struct_fields__), tickets.c.slug)
    .select_from(
        comments.join(
            tickets,
            sa.and_(tickets.c.org_id == comments.c.org_id, tickets.c.id == comments.c.ticket_id),
        )
    )
    .where(comments.c.org_id == org(), comments.c.id > _after)
    .order_by(comments.c.id)
    .limit(_limit)
)


async def find_counters(db: Connection, org: int) -> Counters:
    """The highest ids and number that were given out."""
    return await db.record(_COUNTERS, Counters, org=org) or Counters()


async def find_all_labels(db: Connection, org: int) -> list[Label]:
    """Every label, in the order of its name's code points, whatever the database thinks of letters."""
    found = await db.records(_LABELS, Label, org=org)
    return sorted(found, key=lambda label: label.name)


async def find_tickets_after(db: Connection, org: int, after: int, *, limit: int) -> list[Ticket]:
    """The next tickets, by id."""
    return await db.records(_TICKETS, Ticket, org=org, after=after, limit=limit)


async def find_external_ids(
    db: Connection, org: int, ids: Collection[int]
) -> dict[int, tuple[ExternalId, ...]]:
    """What tickets are called elsewhere, sorted; those that have no other name are left out."""
    found: dict[int, list[ExternalId]] = {}
    for ticket, *external_id in await db.rows(_EXTERNAL_IDS, org=org, ids=tuple(ids)):
        found.setdefault(ticket, []).append((external_id[0], external_id[1]))
    return {ticket: tuple(sorted(names)) for ticket, names in found.items()}


def _comment(*values: Any) -> ExportedComment:
    return ExportedComment(Comment(*values[:-1]), values[-1])


async def find_comments_after(
    db: Connection, org: int, after: int, *, limit: int
) -> list[ExportedComment]:
    """The next comments, by id, each with the slug of its ticket."""
    return await db.records(_COMMENTS, _comment, org=org, after=after, limit=limit)
