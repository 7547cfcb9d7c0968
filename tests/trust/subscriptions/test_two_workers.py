"""Each follower is mailed each item once, also with two workers who find the same people at the same moment."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from pglab.core.db import db, transaction
from pglab.outbox.models import Notice
from pglab.subscriptions import queries, services
from pglab.subscriptions.states import NewsKind
from tests.factories.followers import make_follower, of_cohort
from tests.factories.rfps import make_open_rfp
from tests.support import databases
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

FOLLOWERS, WORKERS = 200, 2
MORNING = datetime(2026, 10, 9, 15, 0, tzinfo=UTC)


def announce_to_followers(clock: databases.OfficialClock) -> None:
    """Many people follow a cohort; then, in a morning, something is announced."""
    clock.freeze(MORNING)
    cohort = make_open_rfp(12).cohort
    for _ in range(FOLLOWERS):
        make_follower(of_cohort(12))
    clock.advance(timedelta(minutes=1))
    with transaction():
        services.announce(NewsKind.ADDENDUM, cohort, title="Addendum 1", summary="More.", path="/cohorts/12")


def tell_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """Two workers read whom to tell, wait for each other, and go on; the mails that are owed then."""
    gate, read = threading.Barrier(WORKERS), queries.list_owed

    def read_together(*args: Any, **more: Any) -> list[Any]:
        found = read(*args, **more)
        gate.wait(timeout=30)
        return found

    monkeypatch.setattr(queries, "list_owed", read_together)
    in_threads(app, services.tell_followers)
    return db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "news")) or 0


def test_two_workers_at_once_send_one_mail_to_each(
    committed: Flask, committed_clock: databases.OfficialClock, monkeypatch: pytest.MonkeyPatch, scored: Scores
):
    announce_to_followers(committed_clock)
    monkeypatch.setattr("pglab.subscriptions.services.telling.AT_ONCE", FOLLOWERS)

    assert tell_at_once(committed, monkeypatch) == FOLLOWERS
    scored("P33", what="followers told by two workers at once, with a second mail", sample=FOLLOWERS)


def test_without_the_rule_of_the_database_they_send_two(
    committed: Flask, committed_clock: databases.OfficialClock, monkeypatch: pytest.MonkeyPatch, scored: Scores
):
    """Negative control: the same two workers where a delivery can be written down twice."""
    announce_to_followers(committed_clock)
    monkeypatch.setattr("pglab.subscriptions.services.telling.AT_ONCE", FOLLOWERS)
    database = committed.config["SETTINGS"].database_url.split("@/")[1].split("?")[0]
    with databases.superuser(database) as connection:
        connection.execute("ALTER TABLE deliveries DROP CONSTRAINT pk_deliveries")

    assert tell_at_once(committed, monkeypatch) == 2 * FOLLOWERS
    scored("P33", control="without the key of deliveries, two workers sent every mail twice")


def in_threads(app: Flask, work: Callable[[], object]) -> None:
    def run() -> None:
        with app.app_context():
            with transaction():
                work()
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
