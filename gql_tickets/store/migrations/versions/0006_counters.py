"""Counters of tickets by status."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build them, and count what there is."""
    op.create_table(
        "ticket_counts",
        sa.Column("org_id", sa.Integer, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("slot", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("tickets", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "status", "slot", name="ticket_counts_pkey"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="ticket_counts_org_id_fkey"),
    )
    op.execute(
        "INSERT INTO ticket_counts (org_id, status, slot, tickets)"
        " SELECT org_id, status, 0, count(*) FROM tickets GROUP BY org_id, status"
    )
