"""Alembic's way in: the connection is handed over, the caller owns the transaction."""

from alembic import context

from onstage.db.engine import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
