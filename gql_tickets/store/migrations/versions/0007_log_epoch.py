"""PostgreSQL: the epoch of an entry of the change log, told at the moment that it is added."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A volatile function looks anew; its statement sees what there was when that began."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION ticket_log_epoch() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
            BEGIN
                RETURN greatest(
                    pg_current_xact_id()::text::bigint,
                    pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1
                );
            END
            $$
            """
        )
