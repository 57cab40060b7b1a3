"""The change log: each event of a ticket gets a position that is in the order of commits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FLOOR = ("log_floor_epoch", "log_floor_sequence", "log_epoch_offset")
_POSITION = ("log_epoch", "log_sequence")


def upgrade() -> None:
    """Number the events that there are by their time."""
    for name in _FLOOR:
        op.add_column(
            "organizations", sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        )
    for name in _POSITION:
        op.add_column("ticket_events", sa.Column(name, sa.BigInteger))
    op.execute(
        """
        UPDATE ticket_events SET log_epoch = 0, log_sequence = numbered.place
        FROM (
            SELECT org_id, ticket_id, version,
                   row_number() OVER (ORDER BY occurred_at, org_id, ticket_id, version) AS place
            FROM ticket_events
        ) AS numbered
        WHERE ticket_events.org_id = numbered.org_id
          AND ticket_events.ticket_id = numbered.ticket_id
          AND ticket_events.version = numbered.version
        """
    )
    with op.batch_alter_table("ticket_events") as events:
        for name in _POSITION:
            events.alter_column(name, existing_type=sa.BigInteger, nullable=False)
    op.create_index("ticket_events_log", "ticket_events", ["org_id", *_POSITION], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        # What it numbers lies in later epochs than 0, so it may begin at 1.
        op.execute("CREATE SEQUENCE ticket_log_sequence")
