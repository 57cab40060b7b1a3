"""Search, and indexes for the orders of lists."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEWEST = [sa.text("created_at DESC"), sa.text("id DESC")]


def upgrade() -> None:
    """Build it."""
    _orders(is_postgresql=op.get_bind().dialect.name == "postgresql")


def _orders(*, is_postgresql: bool) -> None:
    if is_postgresql:
        op.alter_column("tickets", "title", type_=sa.Text(collation="C"))
    never = "TIMESTAMPTZ '1970-01-01 00:00:00+00'" if is_postgresql else "0"
    completed = sa.text(f"coalesce(completed_at, {never}) DESC")
    op.drop_index("tickets_status", "tickets")
    op.create_index("tickets_status", "tickets", ["org_id", sa.text("status DESC"), *_NEWEST])
    op.create_index("tickets_priority", "tickets", ["org_id", sa.text("priority DESC"), *_NEWEST])
    op.create_index("tickets_completed", "tickets", ["org_id", completed, sa.text("id DESC")])
    op.create_index("tickets_title", "tickets", ["org_id", "title", "id"])
