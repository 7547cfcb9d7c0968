"""Rows that name people without an account are there for those who work with them, and for whoever holds the link of
their own mail; every other connection finds nothing, whatever it asks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from pglab.accounts.models import StaffRole
from pglab.accounts.services import hashed
from pglab.contact.services import Written, answer_message, send_message
from pglab.contact.states import Topic
from pglab.core.db import db, transaction
from pglab.outbox.models import Email, Notice
from pglab.subscriptions.services import new_link, tell_followers
from tests.factories.accounts import make_director, make_finance_officer, make_program_manager, make_user
from tests.factories.followers import CALLS, make_follower
from tests.factories.info_sessions import ask, make_session, take_place
from tests.factories.rfps import make_open_rfp
from tests.support import databases
from tests.support.accounts import link_in, mails_to
from tests.support.client import Client, client_for
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

PLACES, LETTERS = {"session_places"}, {"messages", "replies"}
FOLLOWING = {"followers", "follows", "follower_links", "follow_requests", "deliveries"}
EVERY = PLACES | LETTERS | FOLLOWING


@pytest.fixture
def filled(committed: Flask) -> Flask:
    """A database in which each of these tables has rows."""
    session = make_session(make_open_rfp())
    take_place(session)
    with transaction():
        message = send_message(Written(email="ada@example.org", topic=Topic.OTHER, text="Hello?"), sender=None)
    with transaction():
        answer_message(message, "Hello.", actor=make_program_manager())
    follower = make_follower(CALLS)
    with transaction():
        new_link(follower)
    make_open_rfp(13)
    with transaction():
        tell_followers()
    with databases.superuser(str(db.engine.url.database)) as owner:
        owner.execute(
            "INSERT INTO deliveries (follower_id, news_item_id, owed_at) "
            "SELECT followers.id, news_items.id, now() FROM followers, news_items ON CONFLICT DO NOTHING"
        )
    return committed


def seen(app: Flask, viewer: str | UUID, link_hash: str = "") -> set[str]:
    """The tables in which a connection that names this viewer finds a row."""
    with psycopg.connect(app.config["SETTINGS"].database_url.replace("+psycopg", "")) as somebody:
        somebody.execute("SELECT set_config('pglab.viewer', %s, true)", [str(viewer)])
        somebody.execute("SELECT set_config('pglab.link', %s, true)", [link_hash])
        return {table for table in EVERY if somebody.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall()}


def test_only_those_who_work_with_them_find_rows(filled: Flask, scored: Scores):
    people = (make_program_manager(), make_director(), make_finance_officer(), make_user("A founder"))
    manager, director, finance, founder = (person.id for person in people)
    admin, auditor = (make_user(role.value, role).id for role in (StaffRole.ADMIN, StaffRole.AUDITOR))

    assert seen(filled, "worker") == seen(filled, "command") == EVERY
    assert seen(filled, manager) == seen(filled, director) == PLACES | LETTERS
    assert seen(filled, admin) == LETTERS
    for other in ("", "nobody", finance, auditor, founder, "not a person", "'; --"):
        assert seen(filled, other) == set()
        assert seen(filled, other, hashed("a guess")) == set()
    scored("P33", what="tables with people who have no account, as somebody else finds them", sample=len(EVERY))


@pytest.mark.parametrize("table", sorted(EVERY))
def test_the_policy_is_what_keeps_the_rows_away(filled: Flask, table: str):
    """Negative control: without row-level security of one table anybody's statement finds its rows."""
    with databases.superuser(str(db.engine.url.database)) as owner:
        owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    assert seen(filled, "nobody") == {table}


def test_a_link_shows_the_rows_of_its_own_mailbox_and_no_other(filled: Flask):
    session = make_session(make_open_rfp(14))
    token, _other = take_place(session, "me@example.org"), ask(session, "you@example.org")
    with psycopg.connect(filled.config["SETTINGS"].database_url.replace("+psycopg", "")) as somebody:
        somebody.execute("SELECT set_config('pglab.link', %s, true)", [hashed(token)])
        assert somebody.execute("SELECT email FROM session_places").fetchall() == [("me@example.org",)]
        somebody.rollback()
        assert somebody.execute("SELECT email FROM session_places").fetchall() == []


@pytest.fixture
def nobody(filled: Flask) -> Client:
    """A visitor whose requests run as in production: in transactions of their own, named after nobody."""
    return client_for(filled)


def alone(act: Callable[[], TestResponse]) -> str:
    """Do it outside the test's own transaction; what the page says."""
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(act).result()
    db.session.rollback()
    db.session.expire_all()
    return f"{answer.status_code} {answer.location or ''} {answer.text}"


def path_to(email: str, kind: str) -> str:
    """The link of the newest such mail to this address."""
    found = [mail for mail in mails_to(email) if mail.notice.kind == kind]
    return link_in(found[-1])


def test_following_without_an_account_works_under_the_policies(nobody: Client):
    typed = {"email": "me@example.org", "wishes": ["calls"], "frequency": "now"}
    assert alone(lambda: nobody.post("/updates/subscribe", data=typed)).startswith("303")
    link = path_to("me@example.org", "follow_asked")
    assert alone(lambda: nobody.get(link)).startswith("200")
    confirmed = alone(lambda: nobody.post(link))
    assert confirmed.startswith("303 /updates/")
    settings = confirmed.split()[1]
    assert alone(lambda: nobody.get(settings)).startswith("200")
    assert alone(lambda: nobody.post(settings, data={"wishes": ["results"], "frequency": "daily"})).startswith("303")
    assert alone(lambda: nobody.post(f"{settings}/unsubscribe")).startswith("200")
    again = alone(lambda: nobody.post(f"{link}/again"))
    assert again.startswith("303")


def test_taking_a_place_without_an_account_works_under_the_policies(nobody: Client):
    session = make_session(make_open_rfp(14), timedelta(days=2), capacity=1)
    page = f"/cohorts/14/info-sessions/{session.number}"
    for email in ("one@example.org", "two@example.org"):
        typed = {"name": "One", "email": email}
        assert alone(lambda: nobody.post(page, data=typed)).startswith("303")  # noqa: B023  (called at once)
    first, second = (path_to(f"{who}@example.org", "session_place_asked") for who in ("one", "two"))
    assert alone(lambda: nobody.post(first)).startswith("303")
    assert "0 places of 1 left" in alone(lambda: nobody.get(page))
    assert alone(lambda: nobody.post(second)).startswith("410")
    assert alone(lambda: nobody.post(f"{first}/give-up")).startswith("303")
    assert alone(lambda: nobody.post(second)).startswith("303")


def test_writing_to_the_program_works_under_the_policies(nobody: Client):
    typed = {"name": "Me", "email": "me@example.org", "topic": "other", "text": "Where is the office?"}
    assert alone(lambda: nobody.post("/contact", data=typed)).startswith("303")
    kinds = set(db.session.scalars(select(Notice.kind).join(Email).where(Email.to_address == "me@example.org")))
    assert len(kinds) == 1
