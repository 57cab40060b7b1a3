"""The floor: organizations, their directory, tickets and their history, keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Instant = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
TextList = sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql")


def _org() -> sa.Column[int]:
    return sa.Column("org_id", sa.Integer, nullable=False)


def _belongs_to_org(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=f"{table}_org_id_fkey")


def upgrade() -> None:
    """Build everything."""
    _installation_and_organizations()
    _directory()
    _tickets()
    _history_and_retries()


def _installation_and_organizations() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("is_demo", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="installation_pkey"),
        comment="One row at most: what kind of database this is.",
    )
    op.create_table(
        "organizations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ticket_prefix", sa.Text, nullable=False),
        sa.Column("last_ticket_id", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_ticket_number", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="organizations_pkey"),
        sa.UniqueConstraint("slug", name="organizations_slug_key"),
    )


def _directory() -> None:
    op.create_table(
        "users",
        _org(),
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("username", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("avatar_url", sa.Text),
        sa.PrimaryKeyConstraint("org_id", "id", name="users_pkey"),
        _belongs_to_org("users"),
    )
    op.create_index("users_org_id_username", "users", ["org_id", "username"], unique=True)
    op.create_table(
        "repositories",
        _org(),
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text),
        sa.Column("url", sa.Text),
        sa.PrimaryKeyConstraint("org_id", "id", name="repositories_pkey"),
        _belongs_to_org("repositories"),
    )
    op.create_table(
        "labels",
        _org(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("color", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.PrimaryKeyConstraint("org_id", "name", name="labels_pkey"),
        _belongs_to_org("labels"),
    )
    op.create_index("labels_org_id_id", "labels", ["org_id", "id"], unique=True)
    op.create_table(
        "api_keys",
        _org(),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("scopes", TextList, nullable=False),
        sa.Column("user_id", sa.Integer),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant),
        sa.Column("revoked_at", Instant),
        sa.Column("last_used_at", Instant),
        sa.PrimaryKeyConstraint("org_id", "id", name="api_keys_pkey"),
        sa.UniqueConstraint("hash", name="api_keys_hash_key"),
        sa.ForeignKeyConstraint(
            ["org_id", "user_id"], ["users.org_id", "users.id"], name="api_keys_org_id_user_id_fkey"
        ),
        _belongs_to_org("api_keys"),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        _org(),
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("type", sa.SmallInteger, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("assignee_id", sa.Integer),
        sa.Column("creator_id", sa.Integer),
        sa.Column("repository_id", sa.Integer),
        sa.Column("parent_id", sa.Integer),
        sa.Column("labels", TextList, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("started_at", Instant),
        sa.Column("completed_at", Instant),
        sa.PrimaryKeyConstraint("org_id", "id", name="tickets_pkey"),
        sa.ForeignKeyConstraint(
            ["org_id", "assignee_id"],
            ["users.org_id", "users.id"],
            name="tickets_org_id_assignee_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "creator_id"],
            ["users.org_id", "users.id"],
            name="tickets_org_id_creator_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "repository_id"],
            ["repositories.org_id", "repositories.id"],
            name="tickets_org_id_repository_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "parent_id"],
            ["tickets.org_id", "tickets.id"],
            name="tickets_org_id_parent_id_fkey",
        ),
        _belongs_to_org("tickets"),
    )
    newest = [sa.text("created_at DESC"), sa.text("id DESC")]
    has_parent = sa.text("parent_id IS NOT NULL")
    op.create_index("tickets_org_id_slug", "tickets", ["org_id", "slug"], unique=True)
    op.create_index("tickets_org_id_number", "tickets", ["org_id", "number"], unique=True)
    op.create_index("tickets_created", "tickets", ["org_id", *newest])
    op.create_index(
        "tickets_updated", "tickets", ["org_id", sa.text("updated_at DESC"), sa.text("id DESC")]
    )
    op.create_index("tickets_status", "tickets", ["org_id", "status", *newest])
    op.create_index("tickets_repository", "tickets", ["org_id", "repository_id", *newest])
    op.create_index("tickets_assignee", "tickets", ["org_id", "assignee_id", *newest])
    op.create_index(
        "tickets_parent",
        "tickets",
        ["org_id", "parent_id", *newest],
        postgresql_where=has_parent,
        sqlite_where=has_parent,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("tickets_labels", "tickets", ["labels"], postgresql_using="gin")
        return
    op.create_table(
        "ticket_labels",
        _org(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ticket_id", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("org_id", "name", "ticket_id", name="ticket_labels_pkey"),
        _belongs_to_org("ticket_labels"),
        sqlite_with_rowid=False,
    )
    op.create_index("ticket_labels_org_id_ticket_id", "ticket_labels", ["org_id", "ticket_id"])


def _history_and_retries() -> None:
    op.create_table(
        "ticket_events",
        _org(),
        sa.Column("ticket_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("actor_key_id", sa.Text),
        sa.Column("actor_name", sa.Text),
        sa.Column("actor_user_id", sa.Integer),
        sa.Column("occurred_at", Instant, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "ticket_id", "version", name="ticket_events_pkey"),
        _belongs_to_org("ticket_events"),
    )
    op.create_table(
        "idempotency_keys",
        _org(),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("result", sa.LargeBinary),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "key", name="idempotency_keys_pkey"),
        _belongs_to_org("idempotency_keys"),
    )
    op.create_index("idempotency_keys_created_at", "idempotency_keys", ["created_at"])
