"""Alembic's entrance: runs the migrations on the connection that the store hands over."""

from alembic import context

from aggregator.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite's DDL is transactional once the driver leaves BEGIN to us (database.py).
    transactional_ddl=True,
)
# The store's transaction is the one: all steps are committed together, or none.
context.run_migrations()
