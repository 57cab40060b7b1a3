"""A second wall between tenants, PostgreSQL's own: what a request may reach, said to the database.

The service connects as the owner of its tables, whom policies do not hold, and superusers pass them
even where they are forced. So a transaction that works for one organization gives up its rights
first: it becomes a role that owns nothing, and names the one organization whose rows it may see.
With no organization named the role sees no row at all.
"""

from __future__ import annotations

from gql_tickets.store.tables import belongs_to, metadata

ROLE = "gql_tickets_tenant"
_NOT_OURS = {"installation"}
"""Tables above the tenants."""

IS_READY = f"SELECT to_regrole('{ROLE}') IS NOT NULL AND pg_has_role(current_user, to_regrole('{ROLE}'), 'MEMBER')"


def begin(org: int) -> str:
    """Begin a transaction within the wall, in one round trip."""
    return f"BEGIN; SET LOCAL gql_tickets.org = '{org:d}'; SET LOCAL ROLE {ROLE}"


def preparations() -> list[str]:
    """What makes the role and gives it what requests need; safe to run twice."""
    tables = ", ".join(
        table.name
        for table in metadata.sorted_tables
        if belongs_to(table, "postgresql") and table.name not in _NOT_OURS
    )
    return [
        f"""
        DO $$
        BEGIN
            IF to_regrole('{ROLE}') IS NULL THEN
                CREATE ROLE {ROLE} NOLOGIN;
            END IF;
            IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
                EXECUTE format('GRANT {ROLE} TO %I', current_user);
            END IF;
        END
        $$
        """,
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
        f"GRANT SELECT ON installation TO {ROLE}",
    ]
