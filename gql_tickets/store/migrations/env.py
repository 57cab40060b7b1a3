"""Alembic's entry: runs the migrations on the connection that schema.migrate() hands over."""

from alembic import context

from gql_tickets.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction is around all of it
)
context.run_migrations()
