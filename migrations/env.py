"""Runs migrations as the database's owner; the application itself connects as another role that owns nothing."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, text

from pglab.core.db import Base

# Tables that models do not describe: the queue's own, and the development clock.
NOT_OURS = ("procrastinate_", "official_clock")


def ours(_thing: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    return not (kind == "table" and (name or "").startswith(NOT_OURS))


def run() -> None:
    settings = current_app.config["SETTINGS"]
    engine = create_engine(settings.database_owner_url or settings.database_url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=ours,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(7250002)"))  # two migrators wait for each other
            context.run_migrations()
    engine.dispose()


run()
