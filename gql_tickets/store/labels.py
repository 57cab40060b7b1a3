"""Labels, and the names of labels that tickets carry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import LABEL_COLOR_DEFAULT, Label
from gql_tickets.domain.tickets import ChangeKind, FieldChange, TicketField
from gql_tickets.store import events, many
from gql_tickets.store.criteria import org
from gql_tickets.store.engine import Connection
from gql_tickets.store.lists import Listing
from gql_tickets.store.named import fresh_id, inserting
from gql_tickets.store.rows import given_values
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import TEXT_ARRAY, labels, ticket_labels, tickets

_COLUMNS = [labels.c[name] for name in Label.__struct_fields__]
_ONE = sa.literal_column("1", sa.Integer)
_name = sa.bindparam("label", type_=sa.Text())

LABELS = Listing(Label, _COLUMNS, labels.c.name, (labels.c.name,))


def _just(name: sa.ColumnElement[str]) -> sa.ColumnElement[Any]:
    return sa.cast(postgresql.array([name]), TEXT_ARRAY)


_BY_NAME = Statement(sa.select(*_COLUMNS).where(labels.c.org_id == org(), labels.c.name == _name))
_BY_ID = Statement(
    sa.select(*_COLUMNS).where(
        labels.c.org_id == org(), labels.c.id == sa.bindparam("id", type_=sa.Text())
    )
)


async def find_label(db: Connection, org: int, name: str) -> Label | None:
    """The label of that name."""
    return await db.record(_BY_NAME, Label, org=org, label=name)


async def find_label_by_id(db: Connection, org: int, id: str) -> Label | None:
    """The label with that id, whatever its name is by now."""
    return await db.record(_BY_ID, Label, org=org, id=id)


def _counts(dialect: str) -> sa.Select[Any]:
    """Each name by its own walk along the index."""
    rows, name = given_values(sa.Text(), dialect, "names")
    if dialect == "postgresql":
        tally = sa.select(sa.func.count()).where(
            tickets.c.org_id == org(),
            sa.type_coerce(tickets.c.labels, TEXT_ARRAY).contains(_just(name)),
        )
    else:
        tally = sa.select(sa.func.count()).where(
            ticket_labels.c.org_id == org(), ticket_labels.c.name == name
        )
    return sa.select(name, tally.correlate(rows).scalar_subquery()).select_from(rows)


_COUNTS = Statement(_counts)


async def find_ticket_counts(db: Connection, org: int, names: Collection[str]) -> dict[str, int]:
    """How many tickets carry each of the labels."""
    rows = await db.rows(_COUNTS, org=org, names=tuple(names))
    return dict(rows)


@lru_cache(maxsize=4)
def _upsert(given: frozenset[str]) -> Statement:
    def build(dialect: str) -> sa.Executable:
        insert = inserting(dialect).values(
            org_id=org(),
            id=fresh_id(dialect),
            **{
                column: sa.bindparam(f"new_{column}", type_=labels.c[column].type)
                for column in ("name", "color", "description")
            },
        )
        # The name is set to itself, so that there is always a row to return.
        changed = {column: insert.excluded[column] for column in sorted(given | {"name"})}
        return insert.on_conflict_do_update(
            index_elements=[labels.c.org_id, labels.c.name], set_=changed
        ).returning(*_COLUMNS)

    return Statement(build)


async def add_label(db: Connection, org: int, name: str, given: dict[str, str | None]) -> Label:
    """Add a label, or change the given ones of `color` and `description` of the one that is there."""
    values = {"color": LABEL_COLOR_DEFAULT, "description": None, **given}
    label = await db.record(
        _upsert(frozenset(given)),
        Label,
        org=org,
        new_name=name,
        new_color=values["color"],
        new_description=values["description"],
    )
    if label is None:
        raise LookupError("the database returned no row of the insert")
    return label


_RENAME = Statement(
    sa.update(labels)
    .where(labels.c.org_id == org(), labels.c.name == _name)
    .values(name=sa.bindparam("new_name", type_=sa.Text()))
)
_RECOLOR = Statement(
    sa.update(labels)
    .where(labels.c.org_id == org(), labels.c.name == _name)
    .values(color=sa.bindparam("new_color", type_=sa.Text()))
)
_DROP = Statement(sa.delete(labels).where(labels.c.org_id == org(), labels.c.name == _name))


async def change_colors(db: Connection, org: int, colors: Mapping[str, str]) -> None:
    """Give labels, by name, their colors."""
    rows = [{"org": org, "label": name, "new_color": colors[name]} for name in sorted(colors)]
    await db.run_many(_RECOLOR, rows)


async def change_name(db: Connection, org: int, name: str, new_name: str) -> None:
    """Rename the label itself; change_carriers() rewrites its tickets."""
    await db.run(_RENAME, org=org, label=name, new_name=new_name)


async def drop_label(db: Connection, org: int, name: str) -> None:
    """Remove the label itself; change_carriers() rewrites its tickets."""
    await db.run(_DROP, org=org, label=name)


class Carrier(Struct, frozen=True):
    """A ticket that carries a label, and all its labels."""

    id: int
    version: int
    slug: str
    labels: tuple[str, ...]


def _carriers(dialect: str) -> sa.Select[Any]:
    if dialect == "postgresql":
        carried = sa.type_coerce(tickets.c.labels, TEXT_ARRAY).contains(_just(_name))
    else:
        carried = tickets.c.id.in_(
            sa.select(ticket_labels.c.ticket_id).where(
                ticket_labels.c.org_id == org(), ticket_labels.c.name == _name
            )
        )
    return (
        sa.select(*(tickets.c[field] for field in Carrier.__struct_fields__))
        .where(tickets.c.org_id == org(), carried)
        .order_by(tickets.c.id)
        .with_for_update(key_share=True)
    )


_CARRIERS = Statement(_carriers)


async def find_carriers(db: Connection, org: int, name: str) -> list[Carrier]:
    """The tickets that carry the label, locked in the order of their ids."""
    return await db.records(_CARRIERS, Carrier, org=org, label=name)


async def change_carriers(
    db: Connection,
    org: int,
    actor: Actor,
    at: dt.datetime,
    carriers: Sequence[Carrier],
    before: str,
    after: str | None,
) -> None:
    """Put the label `after` in the place of `before`, or nothing: a new version and event for each."""
    changes: list[tuple[dict[str, Any], events.Event]] = []
    for ticket in carriers:
        names = _replaced(ticket.labels, before, after)
        changes.append(({"labels": names}, _event(ticket, names)))
    await many.change_tickets(db, org, actor, at, changes)


def _replaced(names: tuple[str, ...], before: str, after: str | None) -> tuple[str, ...]:
    """In the order they were; a ticket that had both keeps the first."""
    renamed = (after if name == before else name for name in names)
    return tuple(dict.fromkeys(name for name in renamed if name is not None))


def _event(ticket: Carrier, names: tuple[str, ...]) -> events.Event:
    change = FieldChange(TicketField.LABELS, ticket.labels, names)
    return events.Event(ticket.id, ticket.version + 1, ticket.slug, ChangeKind.UPDATED, (change,))
