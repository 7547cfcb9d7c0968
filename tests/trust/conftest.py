"""Proofs that need real commits: a database of their own, and real threads."""

from collections.abc import Iterator

import pytest
from flask import Flask

from config import Settings
from pglab.app import create_app
from pglab.core.db import db
from tests.support import databases


@pytest.fixture
def committed(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The product on a database of its own in which commits are real; dropped afterwards."""
    template = settings.database_url.split("@/")[1].split("?")[0]
    name = databases.run_name(f"trust_{abs(hash(request.node.name)) % 10**6}")
    with databases.copy_of(template, name) as own:
        app = create_app(own)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def committed_clock(committed: Flask) -> databases.OfficialClock:
    """The official time of that database."""
    return databases.OfficialClock(committed.config["SETTINGS"])
