"""A session never has more people than places, also when many press the button at the same moment."""

import threading

import pytest
from flask import Flask
from sqlalchemy.exc import DatabaseError

from pglab.core.db import db, transaction
from pglab.core.errors import GoneError
from pglab.info_sessions import queries, services
from pglab.info_sessions.models import InfoSession
from tests.factories.info_sessions import ask, make_session
from tests.factories.rfps import make_open_rfp
from tests.support import databases

pytestmark = pytest.mark.slow

PLACES, PEOPLE = 5, 12


def press_at_once(app: Flask) -> tuple[InfoSession, list[str]]:
    """Everybody has a link, and all press together; the session and how it went for each."""
    session = make_session(make_open_rfp(), capacity=PLACES)
    links, gate, went = [ask(session) for _ in range(PEOPLE)], threading.Barrier(PEOPLE), []

    def press(token: str) -> None:
        with app.app_context():
            gate.wait(timeout=30)
            try:
                with transaction():
                    services.confirm_place(token)
                went.append("place")
            except (GoneError, DatabaseError) as refusal:
                went.append(type(refusal).__name__)
            db.session.remove()

    threads = [threading.Thread(target=press, args=(token,)) for token in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return session, went


def without_the_rule_of_the_database(app: Flask) -> None:
    database = app.config["SETTINGS"].database_url.split("@/")[1].split("?")[0]
    with databases.superuser(database) as connection:
        connection.execute("DROP TRIGGER no_more_places ON session_places")


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anybody: each counts what was there when it came."""
    monkeypatch.setattr(queries, "lock_session", lambda session_id: db.session.get_one(InfoSession, session_id))
    gate, count = threading.Barrier(PEOPLE), queries.count_places

    def count_together(ids: list) -> dict:
        found = count(ids)
        if threading.current_thread() is not threading.main_thread() and not getattr(seen, "waited", False):
            seen.waited = True
            gate.wait(timeout=30)
        return found

    seen = threading.local()
    monkeypatch.setattr(queries, "count_places", count_together)


def test_no_more_people_than_places(committed: Flask):
    session, went = press_at_once(committed)

    assert len(queries.list_places(session)) == PLACES
    assert (went.count("place"), went.count("GoneError")) == (PLACES, PEOPLE - PLACES)


def test_the_database_alone_keeps_it_where_nobody_waits(committed: Flask, monkeypatch: pytest.MonkeyPatch):
    without_waiting(monkeypatch)
    session, _went = press_at_once(committed)

    assert len(queries.list_places(session)) == PLACES


def test_the_waiting_alone_keeps_it_without_the_database(committed: Flask):
    without_the_rule_of_the_database(committed)
    session, _went = press_at_once(committed)

    assert len(queries.list_places(session)) == PLACES


def test_without_both_there_are_too_many(committed: Flask, monkeypatch: pytest.MonkeyPatch):
    """Negative control."""
    without_the_rule_of_the_database(committed)
    without_waiting(monkeypatch)
    session, _went = press_at_once(committed)

    assert len(queries.list_places(session)) == PEOPLE
