"""What a connection has prepared outlives a ROLLBACK; what was done in the transaction does not."""

from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from pglab.adapters.connection import Connection
from pglab.core.db import db
from tests.support import databases

STATEMENT = "SELECT %s::int + 1"


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    with app.app_context():
        yield db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def prepared(connection: psycopg.Connection) -> int:
    """How many statements PostgreSQL itself holds for this connection, this question left out."""
    asked = connection.execute("SELECT count(*) FROM pg_prepared_statements", prepare=False).fetchone()
    return int(asked[0]) if asked else 0


def after_rollback(kind: type[psycopg.Connection], url: str) -> int:
    """What is left of one prepared statement when its transaction was rolled back and another statement has come."""
    with kind.connect(url) as connection:
        connection.execute(STATEMENT, (1,), prepare=True)
        connection.rollback()
        connection.execute("SELECT 1", prepare=False)
        return prepared(connection)


def test_what_is_prepared_outlives_a_rollback(url: str):
    assert after_rollback(Connection, url) == 1


def test_psycopg_itself_forgets_it(url: str):
    """Negative control."""
    assert after_rollback(psycopg.Connection, url) == 0


def test_a_rollback_undoes_the_transaction(url: str):
    with Connection.connect(url) as connection:
        connection.execute("SELECT set_config('pglab.viewer', 'somebody', true)")
        connection.rollback()

        assert connection.execute("SELECT current_setting('pglab.viewer', true)").fetchone() in [(None,), ("",)]


def test_a_transaction_that_failed_is_undone_too(url: str):
    with Connection.connect(url) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / 0")
        connection.rollback()

        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_plan_that_a_migration_made_invalid_fails_once():
    """PostgreSQL refuses a kept plan whose columns have another type since; the next try makes a new one."""
    with databases.copy_of(databases.empty_database(), databases.run_name("plans")) as own:
        owner = own.database_owner_url.replace("+psycopg", "")
        with Connection.connect(owner) as site, psycopg.connect(owner, autocommit=True) as migrating:
            migrating.execute("CREATE TABLE changed (name text)")
            site.execute("SELECT name FROM changed", prepare=True)
            site.rollback()
            migrating.execute("ALTER TABLE changed ALTER name TYPE varchar(20)")

            with pytest.raises(psycopg.errors.FeatureNotSupported, match="must not change result type"):
                site.execute("SELECT name FROM changed")
            site.rollback()
            assert site.execute("SELECT name FROM changed").fetchall() == []


def test_a_lost_connection_is_told(url: str):
    """As psycopg tells it: the pool of connections then drops this one."""
    with Connection.connect(url) as connection, psycopg.connect(url, autocommit=True) as other:
        connection.execute("SELECT 1")
        other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))

        with pytest.raises(psycopg.OperationalError):
            connection.rollback()


def test_every_connection_of_the_site_is_of_this_kind(app: Flask):
    with app.app_context():
        raw = db.engine.raw_connection()
        try:
            assert isinstance(raw.driver_connection, Connection)
        finally:
            raw.close()
