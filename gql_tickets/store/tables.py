"""The tables, as both databases have them. migrations/ builds them; a test holds the two together.

Every key starts with the organization, so that an engine that shards by it can. Ids count up
within the organization, from counters on its row; only `organizations` has an id of its own.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles

from gql_tickets.domain.tickets import ChangeKind, TicketPriority, TicketStatus, TicketType
from gql_tickets.store.types import Code, Instant, TextList, WordVector, microseconds

metadata = sa.MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""What takes the place of an unset instant where instants are sorted: before all others."""

# Text in the order of its UTF-8 bytes, whatever the locale of the PostgreSQL database.
_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class _Never(sa.ColumnElement[dt.datetime]):
    """NEVER, as a literal."""

    inherit_cache = True
    type = Instant()


@compiles(_Never, "postgresql")
def _never_postgresql(*_: Any, **__: Any) -> str:
    return "'1970-01-01 00:00:00+00'::timestamp with time zone"


@compiles(_Never, "sqlite")
def _never_sqlite(*_: Any, **__: Any) -> str:
    return str(microseconds(NEVER))


def _org() -> sa.Column[int]:
    return sa.Column("org_id", sa.Integer, sa.ForeignKey("organizations.id"), primary_key=True)


installation = sa.Table(
    "installation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("is_demo", sa.Boolean, nullable=False),
    comment="One row at most: what kind of database this is.",
)

organizations = sa.Table(
    "organizations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("ticket_prefix", sa.Text, nullable=False),
    sa.Column("last_ticket_id", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_ticket_number", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_comment_id", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Instant, nullable=False),
    # The change log is kept from after this position on; see events.py.
    sa.Column("log_floor_epoch", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("log_floor_sequence", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("log_epoch_offset", sa.BigInteger, nullable=False, server_default="0"),
)

users = sa.Table(
    "users",
    metadata,
    _org(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("username", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("avatar_url", sa.Text),
    sa.Index(None, "org_id", "username", unique=True),
)

repositories = sa.Table(
    "repositories",
    metadata,
    _org(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text),
    sa.Column("url", sa.Text),
)

labels = sa.Table(
    "labels",
    metadata,
    _org(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("color", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Index(None, "org_id", "id", unique=True),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    _org(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("scopes", TextList, nullable=False),
    sa.Column("user_id", sa.Integer),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.Column("last_used_at", Instant),
    sa.ForeignKeyConstraint(["org_id", "user_id"], ["users.org_id", "users.id"]),
)

# Compared bytewise whatever the locale of the database, as SQLite does anyway.
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

tickets = sa.Table(
    "tickets",
    metadata,
    _org(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("title", _BYTEWISE, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("type", Code(TicketType), nullable=False),
    sa.Column("status", Code(TicketStatus), nullable=False),
    sa.Column("priority", Code(TicketPriority), nullable=False),
    sa.Column("assignee_id", sa.Integer),
    sa.Column("creator_id", sa.Integer),
    sa.Column("repository_id", sa.Integer),
    sa.Column("parent_id", sa.Integer),
    sa.Column("labels", TextList, nullable=False),
    sa.Column("position", BYTEWISE, nullable=False, server_default=sa.text("''")),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("started_at", Instant),
    sa.Column("completed_at", Instant),
    # What is sorted by, since keys of an order are never null.
    sa.Column(
        "completed_or_never",
        Instant,
        sa.Computed(sa.func.coalesce(sa.column("completed_at"), _Never())),
    ),
    sa.ForeignKeyConstraint(["org_id", "assignee_id"], ["users.org_id", "users.id"]),
    sa.ForeignKeyConstraint(["org_id", "creator_id"], ["users.org_id", "users.id"]),
    sa.ForeignKeyConstraint(
        ["org_id", "repository_id"], ["repositories.org_id", "repositories.id"]
    ),
    sa.ForeignKeyConstraint(["org_id", "parent_id"], ["tickets.org_id", "tickets.id"]),
    sa.Index(None, "org_id", "slug", unique=True),
    sa.Index(None, "org_id", "number", unique=True),
)
_t = tickets.c
_newest = (_t.created_at.desc(), _t.id.desc())
sa.Index("tickets_created", _t.org_id, *_newest)
sa.Index("tickets_updated", _t.org_id, _t.updated_at.desc(), _t.id.desc())
sa.Index("tickets_board", _t.org_id, _t.status, _t.position, _t.id)
sa.Index("tickets_status", _t.org_id, _t.status.desc(), *_newest)
sa.Index("tickets_priority", _t.org_id, _t.priority.desc(), *_newest)
sa.Index("tickets_completed", _t.org_id, _t.completed_or_never.desc(), _t.id.desc())
sa.Index("tickets_title", _t.org_id, _t.title, _t.id)
sa.Index("tickets_repository", _t.org_id, _t.repository_id, *_newest)
sa.Index("tickets_assignee", _t.org_id, _t.assignee_id, *_newest)
sa.Index("tickets_creator", _t.org_id, _t.creator_id, *_newest)
sa.Index(
    "tickets_parent",
    _t.org_id,
    _t.parent_id,
    *_newest,
    postgresql_where=_t.parent_id.is_not(None),
    sqlite_where=_t.parent_id.is_not(None),
)
sa.Index("tickets_labels", _t.labels, postgresql_using="gin").ddl_if(dialect="postgresql")

# SQLite has no index into an array: it filters labels by this table, written beside tickets.labels.
ticket_labels = sa.Table(
    "ticket_labels",
    metadata,
    _org(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("ticket_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Index(None, "org_id", "ticket_id"),
    sqlite_with_rowid=False,
    info={"only": "sqlite"},
)

# How many tickets a status has: the sum of its slots; see counters.py.
ticket_counts = sa.Table(
    "ticket_counts",
    metadata,
    _org(),
    sa.Column("status", Code(TicketStatus), primary_key=True, autoincrement=False),
    sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("tickets", sa.Integer, nullable=False),
)

comments = sa.Table(
    "comments",
    metadata,
    _org(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ticket_id", sa.Integer, nullable=False),
    sa.Column("author_user_id", sa.Integer),
    sa.Column("author_key_id", sa.Text),
    sa.Column("author_name", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("reply_to_id", sa.Integer),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.ForeignKeyConstraint(["org_id", "ticket_id"], ["tickets.org_id", "tickets.id"]),
    sa.ForeignKeyConstraint(["org_id", "author_user_id"], ["users.org_id", "users.id"]),
    sa.ForeignKeyConstraint(["org_id", "reply_to_id"], ["comments.org_id", "comments.id"]),
    sa.Index(None, "org_id", "ticket_id", "id"),
)
sa.Index(
    "comments_replies",
    comments.c.org_id,
    comments.c.reply_to_id,
    postgresql_where=comments.c.reply_to_id.is_not(None),
    sqlite_where=comments.c.reply_to_id.is_not(None),
)

# What a ticket is called in the program that it was imported from.
external_ids = sa.Table(
    "external_ids",
    metadata,
    _org(),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("ticket_id", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(
        ["org_id", "ticket_id"], ["tickets.org_id", "tickets.id"], ondelete="CASCADE"
    ),
    sa.Index(None, "org_id", "ticket_id"),
)

# What tickets are found by, on PostgreSQL; SQLite has a virtual table of the same name (search.py).
ticket_search = sa.Table(
    "ticket_search",
    metadata,
    _org(),
    sa.Column("ticket_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("document", WordVector, nullable=False),
    sa.ForeignKeyConstraint(["org_id", "ticket_id"], ["tickets.org_id", "tickets.id"]),
    sa.Index("ticket_search_document", "document", postgresql_using="gin"),
    info={"only": "postgresql"},
)

# One write to one ticket: its history, and an entry of the change log. The version makes the key: it
# goes up by one with each write. No foreign key to tickets, since a deletion is an entry too.
ticket_events = sa.Table(
    "ticket_events",
    metadata,
    _org(),
    sa.Column("ticket_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("kind", Code(ChangeKind), nullable=False),
    sa.Column("actor_key_id", sa.Text),
    sa.Column("actor_name", sa.Text),
    sa.Column("actor_user_id", sa.Integer),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("changes", sa.Text, nullable=False),
    sa.Column("log_epoch", sa.BigInteger, nullable=False),
    sa.Column("log_sequence", sa.BigInteger, nullable=False),
    sa.Index("ticket_events_log", "org_id", "log_epoch", "log_sequence", unique=True),
)
ticket_log_sequence = sa.Sequence("ticket_log_sequence", metadata=metadata)  # on PostgreSQL

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    _org(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("result", sa.LargeBinary),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index(None, "created_at"),
)

# Points of API keys' buckets, for processes that share them; `at` is microseconds since 1970. No
# foreign key to api_keys, whose rows this must not lock; what is left of a dropped key is one row.
rate_limits = sa.Table(
    "rate_limits",
    metadata,
    _org(),
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("points", sa.Double, nullable=False),
    sa.Column("granted", sa.Double, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

TEXT_ARRAY = postgresql.ARRAY(sa.Text)


def belongs_to(table: sa.Table, dialect: str) -> bool:
    """Whether a database of this kind has the table."""
    return bool(table.info.get("only", dialect) == dialect)
