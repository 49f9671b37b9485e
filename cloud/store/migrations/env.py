"""Alembic runs this file; the connection is handed in by ``cloud.store.migrations.upgrade``."""

from alembic import context

from cloud.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=False,
    render_as_batch=True,
)
context.run_migrations()
