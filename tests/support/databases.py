"""Databases for tests: made once for each state of the code, copied cheaply; and the official clock, moved by force."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
from fasteners import InterProcessLock
from flask import Flask

from config import ROOT, Settings
from pglab.adapters.embedded import ensure_database
from pglab.app import create_app
from pglab.core.db import db
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
    with app_on(settings) as app:
        migrate(app, "upgrade")
    return settings


@contextmanager
def app_on(settings: Settings) -> Iterator[Flask]:
    """The product with these settings; its connections are closed at the end."""
    app = create_app(settings)
    try:
        yield app
    finally:
        hang_up(app)


def hang_up(app: Flask) -> None:
    """Close all connections of this app, so that its database may be copied or dropped."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def made_once(kind: str, sources: Sequence[str], make: Callable[[str], object]) -> str:
    """The name of a database of this kind for the sources as they are now; `make` makes it when there is none.

    It is there to be copied (`copy_of`) and lets nobody in: one who is connected keeps everybody else from copying.
    """
    name = f"{kind}_{fingerprint([*sources, 'tests/support/databases.py'])}"
    with InterProcessLock(str(services.state() / f"{kind}.lock")):
        known = existing(kind)
        if name not in known:
            for old in known:
                drop(old)
            make(f"{name}_new")
            with superuser() as connection:
                connection.execute(f'ALTER DATABASE "{name}_new" ALLOW_CONNECTIONS false')
                connection.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name


def existing(kind: str) -> set[str]:
    """The databases of this kind that there are, half-made ones too."""
    pattern = "SELECT datname FROM pg_database WHERE datname ~ %s"
    with superuser() as connection:
        return {str(row[0]) for row in connection.execute(pattern, [f"^{kind}_[0-9a-f]{{12}}(_new)?$"])}


def fingerprint(sources: Sequence[str]) -> str:
    """Tells one state of these files and folders from another."""
    digest = hashlib.sha256()
    for source in sources:
        root = ROOT / source
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.suffix in (".py", ".json", ".yaml") and "__pycache__" not in path.parts:
                digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def empty_database() -> str:
    """The name of a database that is migrated and empty; for copies."""
    return made_once("empty", ("migrations", "pglab/core/db.py"), migrated_database)


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
