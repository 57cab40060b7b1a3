"""Search, its documents for the tickets that there are, and indexes for orders and creators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gql_tickets.store.search import FTS5, row, texts_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Instant = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")

_BATCH = 500
_NEWEST = [sa.text("created_at DESC"), sa.text("id DESC")]


def upgrade() -> None:
    """Build it."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    _orders(is_postgresql=is_postgresql)
    if is_postgresql:
        _documents_table()
    else:
        op.execute(FTS5)
    _documents()
    if is_postgresql:
        # After the rows: an index is built quicker than it grows.
        op.create_index(
            "ticket_search_document", "ticket_search", ["document"], postgresql_using="gin"
        )


def _orders(*, is_postgresql: bool) -> None:
    if is_postgresql:
        op.alter_column("tickets", "title", type_=sa.Text(collation="C"))
    never = "TIMESTAMPTZ '1970-01-01 00:00:00+00'" if is_postgresql else "0"
    # Each database can index the other kind of computed column only, or not add this kind.
    completed = sa.Computed(f"coalesce(completed_at, {never})", persisted=is_postgresql)
    op.add_column("tickets", sa.Column("completed_or_never", Instant, completed))
    op.drop_index("tickets_status", "tickets")
    op.create_index("tickets_status", "tickets", ["org_id", sa.text("status DESC"), *_NEWEST])
    op.create_index("tickets_priority", "tickets", ["org_id", sa.text("priority DESC"), *_NEWEST])
    op.create_index("tickets_creator", "tickets", ["org_id", "creator_id", *_NEWEST])
    op.create_index(
        "tickets_completed",
        "tickets",
        ["org_id", sa.text("completed_or_never DESC"), sa.text("id DESC")],
    )
    op.create_index("tickets_title", "tickets", ["org_id", "title", "id"])


def _documents_table() -> None:
    op.create_table(
        "ticket_search",
        sa.Column("org_id", sa.Integer, nullable=False),
        sa.Column("ticket_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("document", postgresql.TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "ticket_id", name="ticket_search_pkey"),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name="ticket_search_org_id_ticket_id_fkey",
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="ticket_search_org_id_fkey"),
    )


def _documents() -> None:
    """A document for each ticket, some hundred at a time."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    some = sa.text(
        "SELECT org_id, id, title, description FROM tickets"
        " WHERE (org_id, id) > (:org, :id) ORDER BY org_id, id LIMIT :batch"
    )
    columns = ("org_id", "ticket_id") if dialect == "postgresql" else ("rowid",)
    words = ("document",) if dialect == "postgresql" else ("title", "body", "rest")
    cast = "CAST(:search_{0} AS tsvector)" if dialect == "postgresql" else ":search_{0}"
    values = [f":search_{name}" for name in columns] + [cast.format(name) for name in words]
    add = sa.text(
        f"INSERT INTO ticket_search ({', '.join((*columns, *words))}) VALUES ({', '.join(values)})"  # noqa: S608
    )
    org, id = 0, 0
    while found := connection.execute(some, {"org": org, "id": id, "batch": _BATCH}).all():
        connection.execute(
            add, [row(dialect, each[0], each[1], each[2], texts_of(each[3])) for each in found]
        )
        org, id = found[-1][:2]
