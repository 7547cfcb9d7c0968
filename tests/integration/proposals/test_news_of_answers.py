"""Applicants are told of answers once each business day, by the worker, so that nobody learns from it who applies."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select, text

from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db, transaction
from pglab.core.workdays import next_digest
from pglab.outbox.models import Email, Notice
from pglab.proposals.services import tell_answers
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_organization, make_program_manager, make_user
from tests.factories.proposals import make_draft
from tests.factories.questions import make_answer, make_question, make_read, publish
from tests.factories.rfps import make_open_rfp
from tests.support.databases import OfficialClock

pytestmark = pytest.mark.usefixtures("rolled_back")


def jobs() -> list[tuple[str, datetime]]:
    """Whom the waiting jobs are about and when they are due."""
    found = "SELECT args ->> 'rfp_id', scheduled_at FROM procrastinate_jobs WHERE task_name = 'proposals.tell_answers'"
    return [tuple(row) for row in db.session.execute(text(found))]


def work(rfp: Rfp) -> int:
    """Do what the worker does in the morning."""
    db.session.commit()
    with transaction():
        db.session.execute(text("SELECT set_config('pglab.viewer', 'worker', true)"))
        return tell_answers(rfp.id)


def told() -> list[tuple[str, str, str]]:
    """To whom, under which subject, with which text."""
    query = select(Email.to_address, Notice.subject, Notice.body_text).join(Notice)
    return [tuple(row) for row in db.session.execute(query.where(Notice.kind == "answers_published"))]


def test_all_answers_of_a_day_are_one_mail_to_each_person_of_each_team():
    rfp = make_open_rfp()
    one, colleague, two = make_user("One"), make_user("Colleague"), make_user("Two")
    team = make_organization(one, colleague)
    make_draft(rfp, team)
    make_draft(rfp, team, area=1)
    make_draft(rfp, make_organization(two))
    make_organization(make_user("Nobody who applies"))

    make_answer(rfp, "Is one enough?")
    publish(make_read(make_question(rfp, "Are two?")), make_read(make_question(rfp, "Are three?")))
    assert work(rfp) == 3

    mails = told()
    assert sorted(to for to, *_ in mails) == sorted(person.email for person in (one, colleague, two))
    assert {subject for _, subject, _ in mails} == {"New answers for PGH Lab Cohort 12 (3)"}
    assert all(title in body for *_, body in mails for title in ("1. Is one enough?", "2. Are two?", "3. Are three?"))


def test_nobody_is_told_twice():
    rfp = make_open_rfp()
    make_draft(rfp)
    make_answer(rfp)

    assert [work(rfp), work(rfp)] == [1, 0]
    make_answer(rfp)
    assert work(rfp) == 1
    assert [subject[-3:] for _, subject, _ in told()] == ["(1)", "(1)"]


def test_it_is_owed_for_the_next_business_morning_and_once(clock: OfficialClock):
    """Only a moment of the machine's own clock can be scheduled, so the official time stays what it is here."""
    rfp = make_open_rfp()
    make_answer(rfp)
    make_answer(rfp)

    ((about, due),) = jobs()
    morning = due.astimezone(EASTERN)
    assert about == str(rfp.id)
    assert abs((due - next_digest(official_now())).total_seconds()) < 60
    assert (morning.hour + (morning.minute > 58), morning.weekday() < 5) == (8, True)


def test_whoever_publishes_does_not_learn_who_applies():
    """The mails are owed by the worker later, not in the publisher's own request; and staff cannot find them."""
    rfp = make_open_rfp()
    make_draft(rfp)
    make_answer(rfp)
    assert told() == []

    work(rfp)

    assert db.session.scalars(select(Notice.sealed_rfp_id).where(Notice.kind == "answers_published")).all() == [rfp.id]


def test_where_nobody_applies_the_answers_count_as_told_all_the_same():
    rfp = make_open_rfp()
    make_answer(rfp)

    assert [work(rfp), work(rfp), told()] == [1, 0, []]


@pytest.mark.parametrize("make", [make_user, make_program_manager])
def test_an_account_that_is_switched_off_is_not_written_to(make: Callable):
    rfp = make_open_rfp()
    person = make()
    make_draft(rfp, make_organization(person))
    person.active = False
    make_answer(rfp)

    work(rfp)

    assert told() == []


def test_a_link_in_a_question_is_no_link_in_the_mail():
    rfp = make_open_rfp()
    make_draft(rfp)
    make_answer(rfp, "Is https://evil.example <b>ok</b>?")

    work(rfp)

    html = db.session.scalars(select(Notice.body_html).where(Notice.kind == "answers_published")).one()
    assert ('href="https://evil' in html, "&lt;b&gt;" in html) == (False, True)
