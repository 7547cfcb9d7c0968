"""Databases for tests: one migrated template a run, cheap copies of it, and the official clock moved by the owner."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
from flask import Flask

from config import Settings
from pglab.adapters.embedded import ensure_database
from pglab.app import create_app
from tests.support import services

OWNER = "pglab_owner"


def settings_for(database: str) -> Settings:
    """The product's settings in the test environment, on one database of the tests' cluster."""
    address = services.postgres()
    services.store()
    return Settings.from_env(
        {
            **services.settings(),
            "PGLAB_ENVIRONMENT": "test",
            "DATABASE_URL": address.url(database),
            "DATABASE_OWNER_URL": address.url(database, OWNER),
            "BASE_URL": "http://localhost",
        }
    )


def superuser(database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """A connection that may do anything, each statement on its own."""
    folder = services.postgres().socket_folder
    return psycopg.connect(host=str(folder), user="postgres", dbname=database, autocommit=True)


def migrated_database(name: str) -> Settings:
    """Make `name` and bring it to the newest migration."""
    ensure_database(services.postgres(), name)
    settings = settings_for(name)
    migrate(create_app(settings), "upgrade")
    return settings


def migrate(app: Flask, *command: str) -> None:
    """`flask db <command>`, as whoever installs the product runs it; on this app's database, whichever is in use."""
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["db", *command], catch_exceptions=False)
    assert done.exit_code == 0, done.output


@contextmanager
def copy_of(template: str, name: str) -> Iterator[Settings]:
    """A database of its own for threads, kills and real commits, dropped afterwards."""
    with superuser() as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {OWNER}')
        connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO pglab_app')
    try:
        yield settings_for(name)
    finally:
        drop(name)


def drop(name: str) -> None:
    with superuser() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def run_name(kind: str) -> str:
    """A database name that no other run on this machine uses."""
    return f"{kind}_{os.getpid()}"


class OfficialClock:
    """The official time of one database, set as only its owner may."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.database_owner_url.replace("+psycopg", "")

    def _set(self, shift: timedelta, frozen_at: datetime | None) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("UPDATE official_clock SET shift = %s, frozen_at = %s", [shift, frozen_at])

    def freeze(self, at: datetime) -> None:
        """Stop the official time at an instant."""
        self._set(timedelta(0), at)

    def move(self, by: timedelta) -> None:
        """Let the official time run, this far ahead of the machine's."""
        self._set(by, None)

    def advance(self, by: timedelta) -> None:
        """Let the official time be this much later than it is, running or stopped as before."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("UPDATE official_clock SET shift = shift + %s, frozen_at = frozen_at + %s", [by, by])

    def reset(self) -> None:
        self._set(timedelta(0), None)
