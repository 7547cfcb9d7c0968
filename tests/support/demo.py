"""The demo city as a world for tests: loaded once for each state of the code, copied cheaply for whoever needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from tests.support import databases


def demo_database() -> str:
    """The name of a database in which `flask demo load` has run for the code as it is; for copies."""
    return databases.made_once("demo", ("pglab", "migrations", "config.py"), load)


@contextmanager
def a_demo_city(name: str) -> Iterator[Flask]:
    """The product on a copy of the demo: rows that a test holds there keep nobody else waiting."""
    with databases.copy_of(demo_database(), databases.run_name(name)) as own, databases.app_on(own) as app:
        yield app


def load(name: str) -> None:
    """Make a database and load the demo into it."""
    with databases.app_on(databases.migrated_database(name)) as app:
        result = app.test_cli_runner().invoke(args=["demo", "load"])
        assert result.exit_code == 0, result.output
