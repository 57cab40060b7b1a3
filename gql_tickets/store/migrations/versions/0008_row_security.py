"""PostgreSQL: policies by organization, for whoever is not the tables' owner; see row_security.py."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = {
    "organizations": "id",
    **dict.fromkeys(
        (
            "users",
            "repositories",
            "labels",
            "api_keys",
            "tickets",
            "ticket_counts",
            "comments",
            "ticket_search",
            "ticket_events",
            "idempotency_keys",
            "rate_limits",
        ),
        "org_id",
    ),
}


def upgrade() -> None:
    """Not forced: to the owner, who migrates and looks up keys, nothing changes."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in _TABLES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        # Unset it is null, and after a transaction that set it the empty string: no row of either.
        op.execute(
            f"CREATE POLICY one_organization ON {table} USING "
            f"({column} = nullif(current_setting('gql_tickets.org', true), '')::integer)"
        )
