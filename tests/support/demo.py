"""The demo city as a world for tests: loaded once for each state of the code, copied cheaply for whoever needs it."""

from tests.support import databases


def demo_database() -> str:
    """The name of a database in which `flask demo load` has run for the code as it is; for copies."""
    return databases.made_once("demo", ("pglab", "migrations", "config.py"), load)


def load(name: str) -> None:
    """Make a database and load the demo into it."""
    with databases.app_on(databases.migrated_database(name)) as app:
        result = app.test_cli_runner().invoke(args=["demo", "load"])
        assert result.exit_code == 0, result.output
