"""Alembic's environment: runs on the connection that `bot.schema` gives it."""

from alembic import context
from sqlmodel import SQLModel

from bot import schema

assert schema.TABLES  # importing the tables fills the metadata
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    include_name=lambda name, kind, _: kind != "table" or str(name).startswith("handraise_"),
    version_table="handraise_schema",
)
with context.begin_transaction():
    context.run_migrations()
