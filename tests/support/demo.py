"""The demo city as a world for tests: loaded once for each state of the code, copied cheaply for whoever needs it."""

import hashlib

from fasteners import InterProcessLock

from config import ROOT, Settings
from pglab.app import create_app
from pglab.core.db import db
from tests.support import databases, services

SOURCES = ("pglab", "migrations", "config.py")


def demo_database() -> str:
    """The name of a database in which `flask demo load` has run for the code as it is; made when there is none.

    Never write to it: take a copy (`databases.copy_of`), or undo what you do.
    """
    name = f"demo_{fingerprint()}"
    with InterProcessLock(str(services.state() / "demo.lock")):
        if name not in existing():
            for old in existing():
                databases.drop(old)
            load(f"{name}_new")
            with databases.superuser() as connection:
                connection.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name


def existing() -> set[str]:
    """The demo databases there are, half-made ones too."""
    with databases.superuser() as connection:
        return {
            str(row[0]) for row in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'demo\\_%'")
        }


def fingerprint() -> str:
    """Tells one state of the product's code from another."""
    digest = hashlib.sha256()
    for source in SOURCES:
        root = ROOT / source
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.suffix in (".py", ".json", ".yaml") and "__pycache__" not in path.parts:
                digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def load(name: str) -> Settings:
    """Make a database and load the demo into it."""
    settings = databases.migrated_database(name)
    app = create_app(settings)
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 0, result.output
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return settings
