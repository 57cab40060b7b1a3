"""Writing: comments, and the order of tickets within a column of the board."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Instant = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
Bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add to what is there; every ticket gets the position that a new one of its number has."""
    _positions()
    _comments()


def _positions() -> None:
    # The default is for the moment between these two statements: NOT NULL demands one.
    op.add_column(
        "tickets", sa.Column("position", Bytewise, nullable=False, server_default=sa.text("''"))
    )
    if op.get_bind().dialect.name == "postgresql":
        counted = "lpad(to_hex(2147483647 - number), 8, '0')"
    else:
        counted = "printf('%08x', 2147483647 - number)"
    op.execute(f"UPDATE tickets SET position = {counted}")  # noqa: S608 - no input
    op.create_index("tickets_board", "tickets", ["org_id", "status", "position", "id"])


def _comments() -> None:
    op.add_column(
        "organizations",
        sa.Column("last_comment_id", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "comments",
        sa.Column("org_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("ticket_id", sa.Integer, nullable=False),
        sa.Column("author_user_id", sa.Integer),
        sa.Column("author_key_id", sa.Text),
        sa.Column("author_name", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("reply_to_id", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="comments_pkey"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="comments_org_id_fkey"),
        _within("tickets", "ticket_id"),
        _within("users", "author_user_id"),
        _within("comments", "reply_to_id"),
    )
    op.create_index("comments_org_id_ticket_id_id", "comments", ["org_id", "ticket_id", "id"])
    replies = sa.text("reply_to_id IS NOT NULL")
    op.create_index(
        "comments_replies",
        "comments",
        ["org_id", "reply_to_id"],
        postgresql_where=replies,
        sqlite_where=replies,
    )


def _within(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", column],
        [f"{table}.org_id", f"{table}.id"],
        name=f"comments_org_id_{column}_fkey",
    )
