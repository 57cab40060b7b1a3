"""Fills a migrated database with one organization of many tickets, by bulk statements."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import random
import sqlite3
from collections.abc import Iterator
from typing import Any

import asyncpg
import sqlalchemy as sa

from gql_tickets.domain.positions import of_new
from gql_tickets.domain.tickets import Ticket
from gql_tickets.service import counters
from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.store.opening import open_store
from gql_tickets.store.postgres import dsn
from gql_tickets.store.search import row, texts_of
from gql_tickets.store.types import microseconds

ORG = 1
RARE, COMMON = "quokka", "login"
USERS, REPOSITORIES, LABELS = 20, 5, 30
BATCH = 20_000
COLUMNS = tuple(name for name in Ticket.__struct_fields__ if name != "parent_slug")
AT = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_ORGANIZATION = (
    "INSERT INTO organizations"
    " (id, slug, name, ticket_prefix, last_ticket_id, last_ticket_number, created_at)"
)
INSTANTS = ("created_at", "updated_at", "started_at", "completed_at")

Row = dict[str, Any]


def made_up(size: int) -> Iterator[Row]:
    """The tickets' columns, with instants as datetimes and enums as their places."""
    dice = random.Random(size)
    vocabulary = [f"{a}{b}" for a, b in itertools.product(_SYLLABLES, _SYLLABLES)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))
    rare = set(dice.sample(range(1, size + 1), 10))
    for id in range(1, size + 1):
        created = AT + dt.timedelta(seconds=60 * id + dice.randrange(60))
        updated = created + dt.timedelta(seconds=dice.randrange(10**6))
        status = dice.choice((0, 0, 1, 2, 3, 4, 4, 4, 4, 4))
        title = dice.choices(vocabulary, cum_weights=weights, k=6)
        body = dice.choices(vocabulary, cum_weights=weights, k=40) if dice.random() < 0.6 else []
        if id in rare:
            (body or title).append(RARE)
        if dice.random() < 0.3:
            (title if dice.random() < 0.2 else body).append(COMMON)
        yield {
            "org_id": ORG,
            "id": id,
            "number": id,
            "slug": f"AC-{id}",
            "title": " ".join(title).capitalize(),
            "description": " ".join(body) or None,
            "type": dice.randrange(7),
            "status": status,
            "priority": dice.randrange(5),
            "assignee_id": dice.randrange(1, USERS + 1) if dice.random() < 0.7 else None,
            "creator_id": dice.randrange(1, USERS + 1),
            "repository_id": dice.randrange(1, REPOSITORIES + 1) if dice.random() < 0.8 else None,
            "parent_id": dice.randrange(max(1, id - 50), id) if id > 1 and id % 5 == 0 else None,
            "labels": tuple({f"label-{dice.randrange(LABELS)}" for _ in range(dice.randrange(4))}),
            "position": of_new(id),
            "version": 1,
            "created_at": created,
            "updated_at": updated,
            "started_at": None,
            "completed_at": updated if status == 4 else None,
        }


_SYLLABLES = [f"{a}{b}{c}" for a, b, c in itertools.product("bdfglmnrst", "aeiou", "nr")]


async def fill(url: str, size: int) -> None:
    """Migrate an empty database, and fill it."""
    await schema.migrate(Settings(database_url=url))
    if url.startswith("sqlite"):
        _fill_sqlite(str(sa.make_url(url).database), size)
    else:
        await _fill_postgresql(url, size)
    store = await open_store(Settings(database_url=url))
    await counters.repair(store)
    await store.close()


def _batches(size: int) -> Iterator[list[Row]]:
    rows = made_up(size)
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def _document(dialect: str, ticket: Row) -> Row:
    texts = texts_of(ticket["description"])
    return row(dialect, ORG, ticket["id"], ticket["title"], texts)


def _fill_sqlite(path: str, size: int) -> None:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA synchronous=OFF")
    raw.execute("PRAGMA cache_size=-500000")
    raw.execute("BEGIN")
    raw.execute(f"{_ORGANIZATION} VALUES (?, 'acme', 'Acme', 'AC', ?, ?, ?)", (ORG, size, size, 0))
    for table, count in (("users", USERS), ("repositories", REPOSITORIES)):
        raw.executemany(f"INSERT INTO {table} (org_id, id) VALUES (?, ?)", _directory(count))  # noqa: S608
    places = ", ".join("?" * len(COLUMNS))
    for batch in _batches(size):
        raw.executemany(
            f"INSERT INTO tickets ({', '.join(COLUMNS)}) VALUES ({places})",  # noqa: S608
            [_sqlite_values(ticket) for ticket in batch],
        )
        raw.executemany(
            "INSERT INTO ticket_labels VALUES (?, ?, ?)",
            [(ORG, name, ticket["id"]) for ticket in batch for name in ticket["labels"]],
        )
        raw.executemany(
            "INSERT INTO ticket_search (rowid, title, body, rest) VALUES"
            " (:search_rowid, :search_title, :search_body, :search_rest)",
            [_document("sqlite", ticket) for ticket in batch],
        )
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def _sqlite_values(ticket: Row) -> list[Any]:
    stored = ticket | {"labels": json.dumps(ticket["labels"])}
    stored |= {name: ticket[name] and microseconds(ticket[name]) for name in INSTANTS}
    return [stored[name] for name in COLUMNS]


def _directory(count: int) -> list[tuple[int, int]]:
    return [(ORG, id) for id in range(1, count + 1)]


async def _fill_postgresql(url: str, size: int) -> None:
    raw = await asyncpg.connect(dsn(url))
    await raw.execute("SET synchronous_commit = off")
    await raw.execute("SET maintenance_work_mem = '512MB'")
    await raw.execute(
        f"{_ORGANIZATION} VALUES ($1, 'acme', 'Acme', 'AC', $2, $2, now())", ORG, size
    )
    for table, count in (("users", USERS), ("repositories", REPOSITORIES)):
        await raw.copy_records_to_table(table, columns=["org_id", "id"], records=_directory(count))
    indexes = await raw.fetch(
        "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index"
        " WHERE indrelid IN ('tickets'::regclass, 'ticket_search'::regclass) AND NOT indisprimary"
    )
    for index in indexes:
        await raw.execute(f"DROP INDEX {index['name']}")
    await raw.execute("ALTER TABLE ticket_search DISABLE TRIGGER ALL")
    await raw.execute("ALTER TABLE tickets DISABLE TRIGGER ALL")
    words = ("org_id", "ticket_id", "document")
    for batch in _batches(size):
        await raw.copy_records_to_table(
            "tickets",
            columns=COLUMNS,
            records=[[ticket[name] for name in COLUMNS] for ticket in batch],
        )
        made = [_document("postgresql", ticket) for ticket in batch]
        text = io.StringIO()
        csv.writer(text).writerows([each[f"search_{name}"] for name in words] for each in made)
        source = io.BytesIO(text.getvalue().encode())
        await raw.copy_to_table("ticket_search", source=source, columns=words, format="csv")
    for index in indexes:
        await raw.execute(index["made"])
    await raw.execute("ALTER TABLE ticket_search ENABLE TRIGGER ALL")
    await raw.execute("ALTER TABLE tickets ENABLE TRIGGER ALL")
    await raw.execute("VACUUM ANALYZE")
    await raw.close()
