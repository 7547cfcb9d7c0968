"""The migrations make exactly what the models describe, can be taken back, and keep the rules in the database."""

from flask import Flask
from sqlalchemy import create_engine, text

from config import ROOT, Settings
from pglab.admin.queries import newest_migration
from pglab.app import create_app
from pglab.core.db import Base
from tests.support import databases

RULES = """
    SELECT 'trigger ' || tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'check ' || conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace
    UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'may ' || privilege_type || ' ' || table_name FROM information_schema.role_table_grants
        WHERE grantee = 'pglab_app'
    ORDER BY 1
"""


def rules(settings: Settings) -> list[str]:
    engine = create_engine(settings.database_owner_url)
    with engine.connect() as connection:
        found = [str(row[0]) for row in connection.execute(text(RULES))]
    engine.dispose()
    return found


def test_models_and_migrations_describe_the_same_tables(app: Flask, settings: Settings):
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  (slow to import)
    from alembic.migration import MigrationContext  # noqa: PLC0415 - slow to load

    engine = create_engine(settings.database_owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": lambda _o, name, kind, *_: not foreign(name, kind)},
        )
        difference = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert difference == []


def foreign(name: str | None, kind: str) -> bool:
    return kind == "table" and (name or "").startswith(("procrastinate_", "official_clock"))


def test_every_check_of_the_models_is_in_the_database(settings: Settings):
    """Autogenerate does not compare CHECK constraints, so their names are compared here."""
    wanted = {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    there = {line.split(".", 1)[1].split(" ")[0] for line in rules(settings) if line.startswith("check ")}
    assert wanted - there == set()


def test_the_site_asks_for_the_tables_of_the_last_migration():
    """The health check reads the last number from the files' names, without the library that runs them."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  (slow to import)

    assert newest_migration() == ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def test_every_migration_can_be_taken_back_and_made_again(settings: Settings):
    """Down to nothing and up again gives the same rules, and nothing of ours is left in between."""
    name = databases.run_name("updown")
    try:
        own = databases.migrated_database(name)
        before = rules(own)
        app = create_app(own)
        databases.migrate(app, "downgrade", "base")
        left = [line for line in rules(own) if not line.startswith("may")]
        databases.migrate(app, "upgrade")
        assert (left, rules(own)) == ([], before)
    finally:
        databases.drop(name)
