"""The worker and a real mail server: delivered once, tried again, given up, and what a killed worker leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from config import ROOT
from pglab.adapters.worker import run_worker
from pglab.cli.worker import job_modules
from pglab.core.db import db, transaction
from pglab.outbox import queries, services
from pglab.outbox.models import Email
from pglab.outbox.services import BACK_OFF, owe
from pglab.outbox.states import EmailState
from tests.factories.accounts import make_user
from tests.support import services as parts
from tests.support.mail_server import Mailbox

Box = tuple[Mailbox, int]


def owe_mail(*, private: bool = False) -> UUID:
    person = make_user()
    with transaction():
        notice = owe("x", person, subject="Hello", template="tests/own", private=private, startup="Acme")
    email_id = db.session.scalar(select(Email.id).where(Email.notice_id == notice.id))
    assert email_id is not None
    return email_id


def email_now(email_id: UUID) -> Email:
    db.session.rollback()
    email = db.session.get(Email, email_id, populate_existing=True)
    assert email is not None
    return email


def work(app: Flask) -> None:
    """Do everything that waits now."""
    run_worker(app, app.config["SETTINGS"].database_url, modules=["pglab.outbox.jobs"], until_idle=True)


def waiting() -> list[timedelta]:
    """How long each waiting delivery still waits."""
    asked = "SELECT scheduled_at - now() FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE '%deliver%'"
    return list(db.session.scalars(text(asked)))


def test_a_mail_is_delivered_once(posting: Flask, mailbox: Box) -> None:
    email_id = owe_mail()

    work(posting)
    with transaction():
        services.defer("outbox.deliver_email", email_id=email_id)
    work(posting)

    email = email_now(email_id)
    assert [message["Message-ID"] for message in mailbox[0].messages] == [email.message_id]
    assert (email.state, email.tries, email.last_error) == (EmailState.SENT, 1, "")
    assert email.sent_at is not None


def test_nothing_is_delivered_for_a_change_that_was_rolled_back(posting: Flask, mailbox: Box) -> None:
    person = make_user()
    with pytest.raises(RuntimeError), transaction():
        owe("x", person, subject="Hello", template="tests/own", startup="Acme")
        raise RuntimeError

    work(posting)

    assert mailbox[0].messages == []


def test_forty_mails_reach_forty_people(posting: Flask, mailbox: Box) -> None:
    emails = [owe_mail() for _ in range(40)]

    work(posting)

    expected = sorted(email_now(email_id).to_address for email_id in emails)
    assert sorted(mailbox[0].recipients) == expected


def test_a_refusal_is_final(posting: Flask, mailbox: Box) -> None:
    mailbox[0].rcpt_answer = "550 No such person"
    email_id = owe_mail()

    work(posting)

    email = email_now(email_id)
    assert (email.state, email.last_error, waiting()) == (EmailState.REFUSED, "550 No such person", [])


def test_a_delay_is_tried_again_later(posting: Flask, mailbox: Box) -> None:
    mailbox[0].rcpt_answer = "450 Greylisted"
    email_id = owe_mail()

    work(posting)

    email = email_now(email_id)
    assert (email.state, email.tries, email.last_error) == (EmailState.QUEUED, 1, "450 Greylisted")
    (wait,) = waiting()
    assert timedelta(seconds=40) < wait < timedelta(seconds=61)

    mailbox[0].rcpt_answer = "250 OK"
    with transaction():
        db.session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"))
    work(posting)

    assert (email_now(email_id).state, len(mailbox[0].messages)) == (EmailState.SENT, 1)


def test_after_two_days_it_is_given_up(posting: Flask, mailbox: Box) -> None:
    mailbox[0].data_answer = "451 Later"
    email_id = owe_mail(private=True)
    with transaction():
        email_now(email_id).tries = len(BACK_OFF)

    work(posting)

    email = email_now(email_id)
    assert (email.state, email.notice.body_text, waiting()) == (EmailState.FAILED, "", [])


def test_a_private_text_is_erased_once_it_is_sent(posting: Flask, mailbox: Box) -> None:
    email_id = owe_mail(private=True)

    work(posting)

    notice = email_now(email_id).notice
    assert (len(mailbox[0].messages), notice.body_text, notice.body_html) == (1, "", "")


@pytest.fixture
def start_worker(
    posting: Flask, authority_file: tuple[Path, object], mailbox: Box
) -> Callable[[], subprocess.Popen[bytes]]:
    """Start `flask worker` as production does, on the same database and mail server."""
    settings = posting.config["SETTINGS"]
    environment = {
        **os.environ,
        **parts.settings(),
        "PGLAB_ENVIRONMENT": "test",
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "BASE_URL": "http://localhost",
        "MAIL_SERVER": "localhost",
        "MAIL_PORT": str(mailbox[1]),
        "MAIL_CA_FILE": str(authority_file[0]),
    }
    return lambda: subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT, env=environment
    )


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        db.session.rollback()
        time.sleep(0.1)


def test_the_worker_sends_at_once_shows_signs_of_life_and_stops_when_asked(
    posting: Flask, mailbox: Box, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    assert queries.worker_seen_at() is None
    worker = start_worker()
    # The worker shows itself before it listens; a wake-up sent in between is lost and the job waits for its next look.
    listens = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    try:
        until(queries.worker_seen_at)
        until(lambda: db.session.scalar(text(listens)))
        owe_mail()
        until(lambda: mailbox[0].messages, 5)
    finally:
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(15)
    assert code == 0


def test_what_a_killed_worker_left_is_done_by_the_next(
    posting: Flask, mailbox: Box, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    mailbox[0].silent_for = 3
    email_id = owe_mail()
    worker = start_worker()
    taken = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name LIKE '%deliver%'"
    try:
        until(lambda: db.session.scalar(text(taken)))
    finally:
        worker.kill()
        worker.wait()
    mailbox[0].silent_for = 0
    with transaction():
        db.session.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"))
        services.defer("outbox.retry_stalled_jobs", timestamp=0)

    work(posting)  # finds what was left
    work(posting)  # does it

    email = email_now(email_id)
    assert email.state is EmailState.SENT
    assert {message["Message-ID"] for message in mailbox[0].messages} == {email.message_id}
    assert len(mailbox[0].messages) <= 2


def test_a_stalled_job_gives_way_to_one_that_already_waits(posting: Flask) -> None:
    with transaction():
        left = services.defer("x.sweep", only_one="x.sweep")
        db.session.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :left"), {"left": left})
        waits = services.defer("x.sweep", only_one="x.sweep", later=timedelta(hours=1))
        other = services.defer("x.other", later=timedelta(hours=1))
        db.session.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :other"), {"other": other})
        services.defer("outbox.retry_stalled_jobs", timestamp=0)

    work(posting)

    states = {row.id: row.status for row in db.session.execute(text("SELECT id, status FROM procrastinate_jobs"))}
    assert (states[left], states[waits], states[other] != "doing") == ("failed", "todo", True)


def test_every_domain_with_jobs_is_known_to_the_worker() -> None:
    assert {"pglab.outbox.jobs", "pglab.documents.jobs"} <= set(job_modules())
