"""Alembic's environment: migrates on the connection that bot.storage.store hands over."""

from alembic import context

from bot.storage import campaign_schema, return_schema  # noqa: F401 - its tables register themselves

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=campaign_schema.campaigns.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
