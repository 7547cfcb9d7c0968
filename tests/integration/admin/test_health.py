"""Whether everything works, asked by people and by machines."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.accounts.models import StaffRole, User
from pglab.adapters.storage import StoreUnavailableError
from pglab.core.db import db
from tests.factories.accounts import make_user
from tests.support.client import Client


class BrokenStore:
    """A file store that does not answer."""

    def exists(self, _key: str) -> bool:
        raise StoreUnavailableError


@pytest.fixture
def broken_store(app: Flask) -> Iterator[None]:
    kept = app.extensions["pglab.store"]
    app.extensions["pglab.store"] = BrokenStore()
    yield
    app.extensions["pglab.store"] = kept


@pytest.fixture
def worker(rolled_back: None) -> None:
    """A worker gave a sign of life this very second."""
    db.session.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (clock_timestamp())"))


def test_alive_asks_nothing(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


@pytest.mark.usefixtures("worker")
def test_ready_when_every_part_answers(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.json == {"status": "ready", "database": "up", "store": "up", "worker": "up"}
    assert answer.status_code == 200


@pytest.mark.usefixtures("worker", "broken_store")
def test_not_ready_without_the_store(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.json == {"status": "not ready", "database": "up", "store": "down", "worker": "up"}
    assert answer.status_code == 503


def test_not_ready_without_a_worker(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json["worker"]) == (503, "down")


@pytest.mark.usefixtures("worker", "broken_store")
def test_administrators_see_what_is_down(login: Callable[[User], Client]) -> None:
    page = login(make_user("Ned Fox", StaffRole.ADMIN)).get("/admin").text

    assert "1 part of the site does not answer" in page
    assert "The file store does not answer." in page
