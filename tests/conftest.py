"""The fixtures of every test: a migrated database for the run, each test rolled back, a client, the official clock."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from config import Settings
from pglab.accounts.models import User
from tests.support import databases
from tests.support.client import Client, client_for
from tests.support.scoreboard import scored  # noqa: F401  (a fixture: the figures a proof leaves)
from tests.support.undoing import undone


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="keep a picture of every page the browser tests look at")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Proofs with a sample that takes hours run only when they are asked for: `-m full`."""
    chosen = [item for item in items if item.get_closest_marker("full") is None]
    if "full" not in config.option.markexpr and len(chosen) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings on an empty database of this run; tests roll back, so it stays as empty as it began."""
    with databases.copy_of(databases.empty_database(), databases.run_name("test")) as settings:
        yield settings


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    with databases.app_on(settings) as app:
        yield app


@pytest.fixture
def rolled_back(app: Flask, settings: Settings) -> Iterator[None]:
    """One transaction around the test; what it commits is undone at its end, and the official time runs on."""
    with undone(app):
        yield
    databases.OfficialClock(settings).reset()


@pytest.fixture
def client(app: Flask, rolled_back: None) -> Client:
    """A signed-out visitor."""
    return client_for(app)


@pytest.fixture
def login(app: Flask, rolled_back: None) -> Callable[[User], Client]:
    """A new client, signed in as the given person with a second factor, just now."""
    return lambda user: client_for(app).sign_in(user)


@pytest.fixture
def clock(settings: Settings, rolled_back: None) -> databases.OfficialClock:
    """The official time, to be stopped or moved."""
    return databases.OfficialClock(settings)
