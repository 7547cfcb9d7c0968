"""Questions: numbers without a gap however many publish at once, and nobody but program staff learns who asked what."""

import threading
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

from pglab.accounts.models import User
from pglab.app import create_app
from pglab.cli.demo import asking, city
from pglab.core.db import db, transaction
from pglab.questions import services
from pglab.questions.models import PublishedAnswer, Question
from pglab.rfps.models import Rfp
from pglab.web.security import Access, Audience
from tests.factories.accounts import make_director
from tests.factories.questions import make_question, make_read
from tests.factories.rfps import make_open_rfp
from tests.support import databases
from tests.support.client import client_for
from tests.support.demo import demo_database
from tests.trust.sealing.searching import Search
from tests.trust.world import person, places

pytestmark = pytest.mark.slow

AT_ONCE, ROUNDS = 12, 3
WORDS = {"text": "zanzibarquokka", "address": "quokkamailbox"}
MAILBOX = f"{WORDS['address']}@example.org"
OTHERS = ("visitor", "founder", "evaluator", "admin", "auditor")


def publish_at_once(app: Flask) -> list[bool]:
    """A dozen answers of one call, each published by a thread of its own; whether each was."""
    rfp, reader = make_open_rfp(), make_director()
    ready = [make_read(make_question(rfp, f"Question {turn}?")) for turn in range(AT_ONCE)]
    ids = [(question.id, question.version) for question in ready]
    gate, done = threading.Barrier(AT_ONCE), []

    def publish(question_id: UUID, version: int) -> None:
        with app.app_context():
            question, actor = db.session.get_one(Question, question_id), db.session.get_one(User, reader.id)
            call = db.session.get_one(Rfp, rfp.id)
            db.session.commit()
            gate.wait()
            try:
                with transaction():
                    services.publish_answers(call, [(question, version)], actor=actor)
                done.append(True)
            except Exception:  # any refusal by the database counts
                done.append(False)
            db.session.remove()

    threads = [threading.Thread(target=publish, args=each) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_answers_published_at_once_get_one_number_each_without_a_gap(committed: Flask):
    assert publish_at_once(committed) == [True] * AT_ONCE

    numbers = db.session.scalars(select(PublishedAnswer.number).order_by(PublishedAnswer.number)).all()
    in_order = db.session.scalars(select(PublishedAnswer.number).order_by(PublishedAnswer.published_at)).all()
    assert numbers == in_order == list(range(1, AT_ONCE + 1))


def test_without_taking_turns_the_database_refuses_some(committed: Flask, monkeypatch: pytest.MonkeyPatch):
    """Negative control: nobody waits for anybody; what comes out is still without a gap, but some are refused."""
    monkeypatch.setattr("pglab.questions.services.publishing.take_turn", lambda _rfp: None)

    done = publish_at_once(committed)

    assert 0 < done.count(True) < AT_ONCE
    numbers = db.session.scalars(select(PublishedAnswer.number).order_by(PublishedAnswer.number)).all()
    assert numbers == list(range(1, done.count(True) + 1))


@pytest.fixture(scope="module")
def planted() -> Iterator[Flask]:
    """The demo city, in whose open cohort somebody with a telling address asks telling questions, in every state."""
    with databases.copy_of(demo_database(), databases.run_name("asker")) as settings:
        app = create_app(settings)
        app.config["PROPAGATE_EXCEPTIONS"] = False  # a fault becomes a page, as it does for people
        with app.app_context():
            plant()
            db.session.remove()
        yield app
        databases.hang_up(app)


def plant() -> None:
    """One question in each state; whatever becomes public of it is worded anew."""
    rfp, asker = city.rfp(12), city.person("Ana Silva")
    asker.email = asker.email_key = MAILBOX
    with transaction():
        db.session.flush()
    said = {name: f"{WORDS['text']} {name}?" for name in ("waiting", "drafted", "read", "public", "spam", "again")}
    with transaction():
        for each in said.values():
            services.ask_question(rfp, services.Asked(each, *asking.about("other")), email=MAILBOX, actor=asker)
        asking.ask_without_account(12, f"more.{MAILBOX}", "other", f"{WORDS['text']} unconfirmed?")
    asker.email = asker.email_key = "ana.silva@example.org"
    with transaction():
        asking.keep_draft(12, ["", "other", said["drafted"], "A plain question?", "A plain answer."])
        rows = [["", "other", said[name], "A plain question?", "A plain answer."] for name in ("read", "public")]
        asking.send_all(12, rows)
        asking.decline(12, said["spam"], "Not about the call.")
        asking.point(12, said["again"], 1)
    with transaction():
        asking.publish_all(12, [rows[1]])
        asking.tell(12)


def listed(app: Flask) -> list[str]:
    """Every address that is not for developers alone, and the feeds, the search and filtered lists besides."""
    with app.app_context():
        found = [
            place.address
            for place in places(app)
            if place.method == "GET" and access_of(app, place.endpoint).audience is not Audience.DEVELOPMENT
        ]
        number = db.session.scalar(select(db.func.max(PublishedAnswer.number))) or 0
        question = asking.asked(12, f"{WORDS['text']} waiting?").id
        db.session.remove()
    word = WORDS["text"]
    more = [
        f"/manage/cohorts/12/questions/{question}",
        f"/search?q={word}",
        f"/cohorts/12/questions?q={word}",
        f"/cohorts/12/questions/{number}",
    ]
    return [*dict.fromkeys(found), *more]


def access_of(app: Flask, endpoint: str) -> Access:
    found: Access = vars(app.view_functions[endpoint])["access"]
    return found


def seen_by(app: Flask, role: str, addresses: list[str]) -> dict[str, set[str]]:
    """Where one person comes upon the words."""
    with app.app_context():
        user = person(role)
        client = client_for(app)
        if user is not None:
            client.sign_in(user)
        db.session.remove()
    search, found = Search(WORDS), {}
    for address in addresses:
        response = client.get(address, check=False)
        asked = address.partition("?")[2]
        words = {place for place in search.in_response(response) if WORDS[place] not in asked}
        if words:
            found[address] = words
        response.close()
    return found


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_comes_upon_who_asked_or_what(planted: Flask, role: str):
    addresses = listed(planted)

    assert len(addresses) > 100
    assert seen_by(planted, role, addresses) == {}


def test_program_staff_do_come_upon_it(planted: Flask):
    """Negative control: the search finds what is there."""
    found = seen_by(planted, "manager", listed(planted))

    assert "/manage/cohorts/12/questions" in found
    assert any("address" in words for words in found.values())


def tables_with(app: Flask, word: str) -> set[str]:
    """The tables whose rows hold a word, as somebody who sees every row finds them."""
    with app.app_context():
        name = str(db.engine.url.database)
        db.session.remove()
    with databases.superuser(name) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            str(table)
            for (table,) in tables
            if connection.execute(
                f'SELECT 1 FROM "{table}" AS t WHERE t::text ILIKE %s LIMIT 1', [f"%{word}%"]
            ).rowcount
        }


def test_no_other_table_holds_it(planted: Flask):
    """The log, the queue, notices, news, answers: what was asked lies in one table, the address also on its mail."""
    assert tables_with(planted, WORDS["text"]) == {"questions"}
    assert tables_with(planted, WORDS["address"]) == {"questions", "emails"}


def test_the_policy_is_what_keeps_the_rows_away(committed: Flask):
    """Negative control: without row-level security anybody's statement finds them."""
    make_question(make_open_rfp())
    settings = committed.config["SETTINGS"]
    with psycopg.connect(settings.database_url.replace("+psycopg", ""), autocommit=True) as nobody:
        assert nobody.execute("SELECT count(*) FROM questions").fetchone() == (0,)
        with databases.superuser(str(db.engine.url.database)) as owner:
            owner.execute("ALTER TABLE questions DISABLE ROW LEVEL SECURITY")
        assert nobody.execute("SELECT count(*) FROM questions").fetchone() == (1,)


def test_a_link_shows_its_own_question_and_no_other(committed: Flask):
    """Whoever holds a link is let at one row by the policy, and only while they hold it."""
    rfp = make_open_rfp()
    make_question(rfp)
    with transaction():
        asked = services.ask_question(
            rfp, services.Asked("Mine?", *asking.about("other")), email="me@example.org", actor=None
        )
        link_hash = asked.link_hash
    url = committed.config["SETTINGS"].database_url.replace("+psycopg", "")
    with psycopg.connect(url) as somebody:
        somebody.execute("SELECT set_config('pglab.question_link', %s, true)", [link_hash])
        assert somebody.execute("SELECT asked_text FROM questions").fetchall() == [("Mine?",)]
        somebody.rollback()
        assert somebody.execute("SELECT asked_text FROM questions").fetchall() == []
    assert db.session.scalar(text("SELECT count(*) FROM questions")) == 2
