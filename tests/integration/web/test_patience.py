"""A database that hangs, really hung: who waits gets a page with what they typed, and whoever hangs loses its locks."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from config import Settings
from pglab.adapters.storage import S3Store
from pglab.core.db import db
from pglab.proposals import services
from pglab.web import errors, patience
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support import databases
from tests.support.client import Client, client_for
from tests.support.files import make_pdf

TYPED = "An answer that took an hour to write."
SHORT = replace(patience.GENERAL, connections=1, spare=0, for_connection=0.2, for_lock=0.3, between_statements=1.5)


def own_database() -> AbstractContextManager[Settings]:
    return databases.copy_of(databases.empty_database(), databases.run_name("patience"))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The product on a database of its own, with one connection and little patience."""
    monkeypatch.setattr(patience, "GENERAL", SHORT)
    with own_database() as own, databases.app_on(own) as app:
        yield app


@contextmanager
def somebody(app: Flask) -> Iterator[tuple[Client, str]]:
    """A representative at the screen, and the address of a section of their draft; nothing is held meanwhile."""
    with app.app_context():
        proposal = fill(make_draft(make_open_rfp()), text="Saved before.")
        client = client_for(app).sign_in(representative_of(proposal.organization))
        client.token()
        address = f"/apply/proposals/{proposal.reference}"
        databases.hang_up(app)
    yield client, address


def save(client: Client, address: str) -> tuple[int, str]:
    answer = client.post(
        f"{address}/sections/impact", data={"seen": "", "q1": TYPED}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return answer.status_code, answer.text


def connection(app: Flask) -> psycopg.Connection[tuple[object, ...]]:
    return databases.superuser(str(app.config["SETTINGS"].database_url.split("@/")[1].split("?")[0]))


def test_a_hung_transaction_that_holds_the_draft_gives_a_page_with_what_was_typed(hurried: Flask):
    with somebody(hurried) as (client, address), connection(hurried) as hung:
        with hung.transaction():
            hung.execute("SELECT * FROM proposals FOR UPDATE")
            status, page = save(client, address)
        assert (status, TYPED in page) == (503, True)
        assert "A part of PGH Lab isn’t answering" in page
        assert save(client, address)[0] in (303, 409), "once it is gone, saving works"


def test_no_connection_left_is_503_with_what_was_typed(hurried: Flask):
    with somebody(hurried) as (client, address), hurried.app_context():
        with db.engine.connect():
            status, page = save(client, address)
        assert (status, TYPED in page) == (503, True)
        assert save(client, address)[0] in (303, 409)


def test_a_full_pool_was_a_fault_before(hurried: Flask, monkeypatch: pytest.MonkeyPatch):
    """Negative control: with only the database's own words known, the same request is a fault of ours."""
    monkeypatch.setattr(errors, "is_away", lambda error: isinstance(error, patience.AWAY[0]))
    with (
        somebody(hurried) as (client, address),
        hurried.app_context(),
        db.engine.connect(),
        pytest.raises(patience.NoConnectionError),
    ):
        save(client, address)


def hung_save(app: Flask, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[tuple[int, str]]]:
    """What others meet while a save hangs between two statements (`free` or `held`), and what the save is told."""
    begun, go_on, told = threading.Event(), threading.Event(), []
    really = services.save_answers

    def hang(*given: object, **named: object) -> object:
        db.session.execute(text("SELECT * FROM proposals FOR UPDATE"))
        begun.set()
        assert go_on.wait(20)
        return really(*given, **named)  # type: ignore[arg-type]  # handed on as it came

    with somebody(app) as (client, address):
        monkeypatch.setattr(services, "save_answers", hang)
        thread = threading.Thread(target=lambda: told.append(save(client, address)))
        thread.start()
        assert begun.wait(20)
        with connection(app) as other:
            other.execute("SET lock_timeout = '6s'")
            try:
                other.execute("SELECT * FROM proposals FOR UPDATE")
                outcome = "free"
            except psycopg.errors.LockNotAvailable:
                outcome = "held"
        go_on.set()
        thread.join(30)
    return outcome, told


def test_a_request_that_hangs_loses_its_locks_and_keeps_what_was_typed(hurried: Flask, monkeypatch: pytest.MonkeyPatch):
    outcome, told = hung_save(hurried, monkeypatch)

    assert outcome == "free"
    assert [(status, TYPED in page) for status, page in told] == [(503, True)]


def test_without_the_limit_a_hung_request_holds_everybody(monkeypatch: pytest.MonkeyPatch):
    """Negative control: no end to a transaction in which nothing happens."""
    monkeypatch.setattr(patience, "GENERAL", replace(SHORT, between_statements=0))
    with own_database() as own, databases.app_on(own) as app:
        outcome, _told = hung_save(app, monkeypatch)

    assert outcome == "held"


def test_only_connections_of_requests_are_bound(hurried: Flask):
    def limits() -> list[str]:
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "timezone")
        with db.engine.connect() as one:
            return [str(one.execute(text(f"SHOW {name}")).scalar_one()) for name in names]

    with hurried.app_context():
        assert limits() == ["0", "0", "0", "UTC"]
        db.engine.dispose()
    with hurried.test_request_context("/"):
        assert limits() == ["300ms", "25s", "1500ms", "UTC"]


def test_a_file_may_take_its_time_to_reach_the_store(hurried: Flask, monkeypatch: pytest.MonkeyPatch):
    really = S3Store.put_stream

    def slowly(*given: Any, **named: Any) -> None:
        time.sleep(SHORT.between_statements * 1.5)
        really(*given, **named)

    monkeypatch.setattr(S3Store, "put_stream", slowly)
    with somebody(hurried) as (client, address):
        file = {"file": (BytesIO(make_pdf()), "deck.pdf")}
        sent = client.post(f"{address}/documents/pitch-deck", data=file, content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
