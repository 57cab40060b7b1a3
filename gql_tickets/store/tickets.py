"""Tickets: finding them one by one; adding, changing and dropping them.

Pages of them are in pages.py, what asks for many groups at once in groups.py, parents and children in
trees.py.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from gql_tickets.auth import Actor
from gql_tickets.domain import positions
from gql_tickets.domain.ids import INT32_MAX, read_slug
from gql_tickets.domain.tickets import ChangeKind, Ticket, TicketRef
from gql_tickets.store import counters, events, named, search
from gql_tickets.store.columns import (
    EVERY,
    SHAPES_MAX,
    Names,
    ticket_columns,
    ticket_of,
    with_identity,
)
from gql_tickets.store.criteria import among, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import (
    comments,
    organizations,
    ticket_events,
    ticket_labels,
    ticket_search,
    tickets,
)
from gql_tickets.store.types import TextList

Values = dict[str, Any]

_ONE = sa.literal_column("1", sa.Integer)
DRAFTED = tuple(
    name
    for name in Ticket.__struct_fields__
    if name not in {"org_id", "id", "number", "slug", "position", "version", "parent_slug"}
)
"""What a caller of add_ticket() gives: all that is not counted."""


@lru_cache(maxsize=SHAPES_MAX)
def _one(by: str, names: Names, *, lock: bool) -> Statement:
    column = tickets.c[by]
    select = sa.select(*ticket_columns(tickets, names)).where(
        tickets.c.org_id == org(), column == sa.bindparam("value", type_=column.type)
    )
    # FOR NO KEY UPDATE, which lets others refer to the ticket meanwhile; SQLite needs no lock.
    return Statement(select.with_for_update(of=tickets, key_share=True) if lock else select)


async def find_ticket(
    db: Connection, org: int, ref: TicketRef, *, lock: bool = False, names: Names = EVERY
) -> Ticket | None:
    """The ticket, locked against other writers if asked for; None when there is no such ticket.

    Of one that is not locked the columns come that are named, and its identity.
    """
    names = EVERY if lock else with_identity(names)
    if ref.id is not None:
        if not 0 < ref.id <= INT32_MAX:
            return None
        found = await _find(db, org, "id", ref.id, names, lock=lock)
    else:
        slug = read_slug(ref.slug or "")
        if slug is None:
            return None
        found = await _find(db, org, "slug", slug, names, lock=lock)
    if lock and found is not None and found.parent_id is not None and found.parent_slug is None:
        # Locking waited for a writer that moved the ticket beneath a parent that is newer than
        # our look at the table. Now that it is locked, a second look sees both.
        found = await _find(db, org, "id", found.id, names, lock=True)
    return found


async def _find(
    db: Connection, org: int, by: str, value: int | str, names: Names, *, lock: bool
) -> Ticket | None:
    columns = await db.columns(_one(by, names, lock=lock), org=org, value=value)
    return ticket_of(columns, names)


_BY_IDS = Statement(
    lambda dialect: sa.select(*ticket_columns(tickets)).where(
        tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect)
    )
)


async def find_tickets(db: Connection, org: int, ids: Collection[int]) -> list[Ticket]:
    """The tickets that there are, in any order."""
    return await db.records(_BY_IDS, Ticket, org=org, ids=tuple(ids))


_NUMBER = (
    sa.update(organizations)
    .where(organizations.c.id == org())
    .values(
        last_ticket_id=organizations.c.last_ticket_id + _ONE,
        last_ticket_number=organizations.c.last_ticket_number + _ONE,
    )
    .returning(
        organizations.c.last_ticket_id.label("id"),
        organizations.c.last_ticket_number.label("number"),
        (
            organizations.c.ticket_prefix
            + sa.literal_column("'-'", sa.Text)
            + sa.cast(organizations.c.last_ticket_number, sa.Text)
        ).label("slug"),
    )
)


def _drafted(names: Sequence[str] = DRAFTED) -> list[sa.ColumnElement[Any]]:
    return [sa.bindparam(f"new_{name}", type_=tickets.c[name].type) for name in names]


def _first(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """positions.of_new(), where the number is given out."""
    counted = sa.func.to_hex(sa.literal_column(str(INT32_MAX), sa.Integer) - number)
    return sa.func.lpad(
        counted, sa.literal_column("8", sa.Integer), sa.literal_column("'0'", sa.Text)
    )


def _add_postgresql() -> sa.Select[Any]:
    """All of it in one statement: the counter of numbers is locked for the shortest time."""
    key = _NUMBER.cte("key")
    ticket = (
        sa.insert(tickets)
        .from_select(
            ["org_id", "id", "number", "slug", "position", "version", *DRAFTED],
            sa.select(
                org(), key.c.id, key.c.number, key.c.slug, _first(key.c.number), _ONE, *_drafted()
            ),
        )
        .returning(tickets.c.id, tickets.c.number, tickets.c.slug)
        .cte("ticket")
    )
    said = ("kind", "actor_key_id", "actor_name", "actor_user_id", "occurred_at", "changes")
    event = (
        sa.insert(ticket_events)
        .from_select(
            ["org_id", "ticket_id", "version", "slug", *said, *events.LOG_POSITION],
            sa.select(
                org(),
                ticket.c.id,
                _ONE,
                ticket.c.slug,
                *(sa.bindparam(f"event_{name}", type_=ticket_events.c[name].type) for name in said),
                *events.log_position("postgresql"),
            ),
        )
        .cte("event")
    )
    words = sa.bindparam("search_document", type_=ticket_search.c.document.type)
    document = (
        sa.insert(ticket_search)
        .from_select(["org_id", "ticket_id", "document"], sa.select(org(), ticket.c.id, words))
        .cte("document")
    )
    # After the ticket, as for every writer: whoever holds the counter of numbers waits for this one.
    added = sa.select(
        org(),
        sa.bindparam("new_status", type_=tickets.c.status.type),
        counters.slot("postgresql"),
        _ONE,
    ).select_from(ticket)
    count = counters.counted(added, "postgresql").cte("count")
    missing = named.adding_missing("postgresql").cte("missing")
    return sa.select(ticket.c.id, ticket.c.number, ticket.c.slug).add_cte(
        missing, event, document, count
    )


_ADD_POSTGRESQL = Statement(lambda _: _add_postgresql())
_ADD_NUMBER = Statement(_NUMBER)
_ADD_TICKET = Statement(
    sa.insert(tickets).values(
        org_id=org(),
        version=_ONE,
        **{
            name: sa.bindparam(name, type_=tickets.c[name].type)
            for name in ("id", "number", "slug", "position")
        },
        **dict(zip(DRAFTED, _drafted(), strict=True)),
    )
)


async def add_ticket(
    db: Connection, org: int, actor: Actor, at: dt.datetime, values: Values
) -> tuple[int, int, str]:
    """Number and store a ticket, its labels and its first event: id, number and slug.

    To be called last: on PostgreSQL it is one statement, which can be a transaction by itself.
    `values` are the columns from `title` to `completed_at`, without position and version.
    """
    new = {f"new_{name}": values[name] for name in DRAFTED}
    texts = search.texts_of(values["description"])
    if db.dialect == "postgresql":
        db.touched.add(org)
        row = await db.row(
            _ADD_POSTGRESQL,
            org=org,
            **new,
            **events.said_by(actor, at),
            **search.row(db.dialect, org, 0, values["title"], texts),
            **named.wanting(values["labels"]),
            event_kind=ChangeKind.CREATED,
            event_changes=events.written(()),
        )
    else:
        await named.add_missing(db, org, values["labels"])
        row = await db.row(_ADD_NUMBER, org=org)
    if row is None:
        raise LookupError("the organization is gone")
    new_id, number, slug = row
    if db.dialect != "postgresql":
        position = positions.of_new(number)
        await db.run(
            _ADD_TICKET, org=org, id=new_id, number=number, slug=slug, position=position, **new
        )
        await _add_labels(db, org, new_id, values["labels"])
        await search.add_documents(db, org, [(new_id, values["title"], texts)])
        await events.add_events(
            db, org, actor, at, [events.Event(new_id, 1, slug, ChangeKind.CREATED)]
        )
        await counters.change_counts(db, org, {values["status"]: 1})
    return new_id, number, slug


@lru_cache(maxsize=SHAPES_MAX)
def _change_statement(columns: frozenset[str]) -> Statement:
    return Statement(
        sa.update(tickets)
        .where(tickets.c.org_id == org(), tickets.c.id == sa.bindparam("id", type_=sa.Integer))
        .values(
            {
                name: sa.bindparam(f"new_{name}", type_=tickets.c[name].type)
                for name in sorted(columns)
            }
        )
    )


async def change_ticket(
    db: Connection, org: int, actor: Actor, at: dt.datetime, values: Values, event: events.Event
) -> None:
    """Write the given columns, and no others, of the event's ticket, and its event."""
    id, statement = event.ticket_id, _change_statement(frozenset(values))
    await db.run(
        statement, org=org, id=id, **{f"new_{name}": value for name, value in values.items()}
    )
    if values.keys() & {"title", "description"}:
        await search.change_documents(db, org, (id,))
    if "labels" in values and db.dialect != "postgresql":
        await drop_labels(db, org, (id,))
        await _add_labels(db, org, id, values["labels"])
    await events.add_events(db, org, actor, at, [event])
    await counters.change_counts(db, org, counters.difference([event]))


_DROP = Statement(
    lambda dialect: (
        sa.delete(tickets)
        .where(tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect))
        .returning(tickets.c.status)
    )
)


_DROP_COMMENTS = Statement(
    lambda dialect: sa.delete(comments).where(
        comments.c.org_id == org(), among(comments.c.ticket_id, "ids", sa.Integer(), dialect)
    )
)


async def drop_tickets(
    db: Connection, org: int, actor: Actor, at: dt.datetime, going: Collection[tuple[int, int, str]]
) -> None:
    """Remove tickets (id, version, slug) with their comments; a last event stays of each.

    Their children must be gone, detached or among them.
    """
    ids = tuple(id for id, *_ in going)
    if db.dialect != "postgresql":
        await drop_labels(db, org, ids)
    await search.drop_documents(db, org, ids)
    await db.run(_DROP_COMMENTS, org=org, ids=ids)
    statuses = Counter(status for (status,) in await db.rows(_DROP, org=org, ids=ids))
    gone = [events.Event(id, version + 1, slug, ChangeKind.DELETED) for id, version, slug in going]
    await events.add_events(db, org, actor, at, gone)
    await counters.change_counts(db, org, {status: -n for status, n in statuses.items()})


_ADD_LABELS = Statement(
    lambda _: sa.insert(ticket_labels).from_select(
        ["org_id", "name", "ticket_id"],
        sa.select(
            org(),
            sa.func.json_each(sa.bindparam("names", type_=TextList()))
            .table_valued("value")
            .c.value,
            sa.bindparam("id", type_=sa.Integer),
        ),
    )
)
_DROP_LABELS = Statement(
    lambda dialect: sa.delete(ticket_labels).where(
        ticket_labels.c.org_id == org(),
        among(ticket_labels.c.ticket_id, "ids", sa.Integer(), dialect),
    )
)


async def _add_labels(db: Connection, org: int, id: int, names: tuple[str, ...]) -> None:
    """SQLite's index of labels follows the ticket."""
    if names:
        await db.run(_ADD_LABELS, org=org, names=names, id=id)


async def drop_labels(db: Connection, org: int, ids: Collection[int]) -> None:
    """Take the tickets out of SQLite's index of labels."""
    await db.run(_DROP_LABELS, org=org, ids=tuple(ids))
