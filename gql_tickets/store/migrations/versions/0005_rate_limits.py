"""Buckets of points that processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build them."""
    op.create_table(
        "rate_limits",
        sa.Column("org_id", sa.Integer, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("points", sa.Double, nullable=False),
        sa.Column("granted", sa.Double, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "key_id", name="rate_limits_pkey"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="rate_limits_org_id_fkey"),
    )
