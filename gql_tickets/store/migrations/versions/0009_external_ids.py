"""What imported tickets are called where they came from."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the table, and PostgreSQL's policy for it; see 0008."""
    op.create_table(
        "external_ids",
        sa.Column("org_id", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("ticket_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "source", "external_id", name="external_ids_pkey"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="external_ids_org_id_fkey"),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name="external_ids_org_id_ticket_id_fkey",
            ondelete="CASCADE",
        ),
    )
    op.create_index("external_ids_org_id_ticket_id", "external_ids", ["org_id", "ticket_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE external_ids ENABLE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY one_organization ON external_ids USING "
            "(org_id = nullif(current_setting('gql_tickets.org', true), '')::integer)"
        )
