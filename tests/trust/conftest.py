"""Proofs that need real commits: a database of their own, and real threads."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support import databases


@pytest.fixture
def committed(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The product on a database of its own in which commits are real; dropped afterwards."""
    name = databases.run_name(f"trust_{abs(hash(request.node.name)) % 10**6}")
    with databases.copy_of(databases.empty_database(), name) as own, databases.app_on(own) as app, app.app_context():
        yield app


@pytest.fixture
def committed_clock(committed: Flask) -> databases.OfficialClock:
    """The official time of that database."""
    return databases.OfficialClock(committed.config["SETTINGS"])
