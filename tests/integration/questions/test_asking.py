"""Anyone asks in time, from a mailbox shown to be theirs; who asked and in which words is for program staff."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from pglab.accounts.models import User
from pglab.audit.models import AuditEvent
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.outbox.models import Email, Notice
from pglab.questions import services
from pglab.questions.models import Question
from pglab.questions.services import LINK_WORKS_FOR
from pglab.web.filters import et_date, et_long
from tests.factories.accounts import make_program_manager, make_user
from tests.factories.questions import TEXT, make_answer
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock

Login = Callable[[User], Client]
NEW, A_TICK = "/cohorts/12/questions/new", timedelta(microseconds=1)
FIELDS = {"text": TEXT, "about": "eligibility", "email": "asker@example.org"}


def all_questions() -> list[Question]:
    """What stands in the table, as the worker sees it."""
    db.session.execute(text("SELECT set_config('pglab.viewer', 'worker', true)"))
    return list(db.session.scalars(select(Question).execution_options(populate_existing=True)))


def mails() -> list[tuple[str, str, str]]:
    """Kind, address and text of every mail, the oldest first."""
    found = db.session.execute(
        select(Notice.kind, Email.to_address, Notice.body_text).join(Email).order_by(Email.created_at)
    )
    return [tuple(row) for row in found if row[0].startswith("question_")]


def link_in_mail() -> str:
    """The path of the link that was mailed last."""
    return re.findall(r"/questions/confirmation/\S+", mails()[-1][2])[-1]


def test_a_visitors_question_counts_once_its_link_is_opened(client: Client):
    make_open_rfp()

    sent = client.post(NEW, data=FIELDS)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/cohorts/12/questions/sent")
    assert "Check your email" in client.get(sent.headers["Location"]).text
    assert [each.status.value for each in all_questions()] == ["unconfirmed"]

    link = link_in_mail()
    assert TEXT in client.get(link).text
    assert [each.status.value for each in all_questions()] == ["unconfirmed"], "opening the link sends nothing"
    confirmed = client.post(link)

    assert (confirmed.status_code, confirmed.headers["Location"]) == (303, "/cohorts/12/questions/received")
    question = all_questions()[0]
    assert (question.status.value, question.asked_text, question.asker_email) == ("waiting", TEXT, "asker@example.org")
    assert [(kind, to) for kind, to, _ in mails()] == [
        ("question_link", "asker@example.org"),
        ("question_received", "asker@example.org"),
    ]
    assert "We don’t name you" in mails()[1][2]


def test_a_signed_in_persons_own_address_needs_no_second_mail(login: Login):
    make_open_rfp()
    person = make_user("Sam Asker")

    page = login(person).get(NEW).text
    sent = login(person).post(NEW, data={"text": TEXT, "about": "challenge:safer-streets"})

    assert 'name="email"' not in page
    assert sent.headers["Location"] == "/cohorts/12/questions/received"
    question = all_questions()[0]
    assert (question.status.value, question.asker_email, question.area_slug) == (
        "waiting",
        person.email,
        "safer-streets",
    )
    assert [kind for kind, *_ in mails()] == ["question_received"]


def test_no_mail_and_no_log_says_what_was_asked_or_by_whom(login: Login):
    make_open_rfp()
    person = make_user("Sam Asker")

    login(person).post(NEW, data={"text": TEXT, "about": "pilot"})

    assert all(TEXT not in body for *_, body in mails())
    notice = db.session.scalars(select(Notice).where(Notice.kind == "question_received")).one()
    assert (notice.private, notice.user_id) == (True, None), "so that it is in nobody's list of notices"
    entry = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "question.asked")).one()
    assert (entry.actor_id, entry.actor_name, entry.subject) == (None, "PGH Lab (automatic)", "Question about RFP-12")
    assert person.email not in entry.change + entry.reason


@pytest.mark.parametrize(("late", "status"), [(timedelta(0), 303), (A_TICK, 410)])
def test_the_last_microsecond_to_ask_counts_and_the_next_does_not(
    client: Client, clock: OfficialClock, late: timedelta, status: int
):
    rfp = make_open_rfp()
    clock.freeze(rfp.questions_due_at + late)

    answer = client.post(NEW, data=FIELDS, headers={"Sec-Fetch-Site": "same-origin"})

    assert (answer.status_code, len(all_questions())) == (status, 1 if status == 303 else 0)
    if status == 410:
        assert f"Questions closed {et_long(rfp.questions_due_at)}" in answer.text
        assert TEXT in answer.text, "what was typed is not lost"


def test_after_the_last_day_the_form_is_gone_and_says_when_answers_come(client: Client, clock: OfficialClock):
    rfp = make_open_rfp()
    assert "Ask a question" in client.get("/cohorts/12/questions").text
    clock.freeze(rfp.questions_due_at + A_TICK)

    page = client.get(NEW)

    assert page.status_code == 410
    assert et_date(rfp.answers_due_at) in page.text
    assert "Questions are closed" in client.get("/cohorts/12/questions").text


def test_nobody_asks_about_what_is_not_published(client: Client, login: Login):
    make_draft_rfp()

    assert client.get(NEW).status_code == client.post(NEW, data=FIELDS).status_code == 404
    assert login(make_program_manager()).get(NEW).status_code == 410


def test_a_question_sent_in_time_may_be_confirmed_afterwards_for_a_day(client: Client, clock: OfficialClock):
    rfp = make_open_rfp()
    clock.freeze(rfp.questions_due_at)
    client.post(NEW, data=FIELDS)
    link = link_in_mail()

    clock.freeze(rfp.questions_due_at + LINK_WORKS_FOR + A_TICK)
    assert client.get(link).status_code == client.post(link).status_code == 410
    assert "Questions closed" in client.get(link).text
    clock.freeze(rfp.questions_due_at + LINK_WORKS_FOR)
    assert client.post(link).status_code == 303
    confirmed = len(mails())
    for again in (client.get(link), client.post(link)):
        assert (again.status_code, again.location) == (303, "/cohorts/12/questions/received"), "a used link says so"
    assert len(mails()) == confirmed, "once"


def test_a_link_that_was_never_sent_leads_nowhere(client: Client):
    make_open_rfp()
    client.post(NEW, data=FIELDS)

    assert client.get("/questions/confirmation/not-a-token").status_code == 404
    assert client.post("/questions/confirmation/not-a-token").status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": ""}, "Enter your question"),
        ({"text": "x" * 2001}, "must be 2,000 characters or fewer"),
        ({"text": "one\u202etwo"}, "hidden characters"),
        ({"about": "weather"}, "Select what your question is about"),
        ({"about": "challenge"}, "Select what your question is about"),
        ({"about": "challenge:nowhere"}, "Select what your question is about"),
        ({"email": "nobody"}, "in the format name@example.com"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client: Client, changed: dict[str, str], said: str):
    make_open_rfp()

    answer = client.post(NEW, data={**FIELDS, **changed})

    assert (answer.status_code, said in answer.text, all_questions()) == (422, True, [])


def test_one_mailbox_cannot_be_flooded(client: Client):
    make_open_rfp()

    answers = [client.post(NEW, data=FIELDS).status_code for _ in range(11)]

    assert answers == [303] * 10 + [429]
    assert len(all_questions()) == 10
    assert client.post(NEW, data={**FIELDS, "email": "other@example.org"}).status_code == 303


def test_one_place_cannot_send_mail_without_end(client: Client):
    make_open_rfp()

    answers = [client.post(NEW, data={**FIELDS, "email": f"a{n}@example.org"}).status_code for n in range(21)]

    assert answers == [303] * 20 + [429]


def test_what_nobody_confirms_is_forgotten_after_two_days_and_nothing_else(client: Client, clock: OfficialClock):
    make_answer(make_open_rfp())
    client.post(NEW, data=FIELDS)
    all_questions()
    with transaction():
        db.session.execute(text("SELECT set_config('pglab.viewer', 'worker', true)"))
        assert services.remove_unconfirmed() == 0
    clock.freeze(official_now() + timedelta(days=2, minutes=1))

    with transaction():
        db.session.execute(text("SELECT set_config('pglab.viewer', 'worker', true)"))
        assert services.remove_unconfirmed() == 1

    assert [each.status.value for each in all_questions()] == ["published"]


def test_an_expired_link_shows_the_question_and_the_way_to_ask_again(client: Client, clock: OfficialClock):
    rfp = make_open_rfp()
    client.post(NEW, data=FIELDS)
    link = link_in_mail()
    assert "Send your question" in client.get(link).text
    clock.freeze(all_questions()[0].asked_at + LINK_WORKS_FOR + A_TICK)
    assert rfp.questions_due_at > all_questions()[0].asked_at + LINK_WORKS_FOR

    page = client.get(link)

    assert (page.status_code, TEXT in page.text) == (410, True)
    assert f'href="{NEW}"' in page.text
    assert "is kept" not in page.text
