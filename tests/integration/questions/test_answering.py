"""One person writes, another reads and publishes; nothing is overwritten, nothing published is ever changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from pglab.accounts.models import StaffRole, User
from pglab.audit.models import AuditEvent
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.outbox.models import Email, Notice
from pglab.questions import services
from pglab.questions.models import PublishedAnswer, Question
from pglab.questions.queries import list_alike
from pglab.questions.services import Draft
from pglab.questions.states import Topic
from pglab.rfps.queries import list_attention
from tests.factories import keep
from tests.factories.accounts import make_director, make_program_manager, make_user
from tests.factories.questions import ANSWER, TEXT, make_answer, make_question, make_read, publish
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
INBOX = "/manage/cohorts/12/questions"
DRAFT = {"about": "eligibility", "wording": "May two apply?", "answer": ANSWER}


def page_of(question: Question) -> str:
    return f"{INBOX}/{question.id}"


def to_asker() -> list[tuple[str, str]]:
    """Kind and subject of every mail to somebody who asked, but for the links."""
    found = db.session.execute(select(Notice.kind, Notice.subject).join(Email).order_by(Email.created_at))
    return [(kind, subject) for kind, subject in found if kind.startswith("question_")]


def test_an_answer_goes_from_draft_over_a_second_reader_to_everyone(login: Login, client: Client):
    question = make_question(make_open_rfp())
    writer, reader = make_program_manager("Wanda Writer"), make_director("Rhea Reader")

    saved = login(writer).post(page_of(question), data={**DRAFT, "version": "1", "then": "save", "answer": ""})
    sent = login(writer).post(page_of(question), data={**DRAFT, "version": "2", "then": "send"})
    assert (saved.status_code, sent.status_code) == (303, 303)
    assert client.get("/cohorts/12/questions/1").status_code == 404, "until a second person has read it"

    own = login(writer).get(f"{INBOX}/publication").text
    read = login(reader).get(f"{INBOX}/publication").text
    assert ("You wrote this one" in own, "I have read this answer" in own) == (True, False)
    assert ("May two apply?" in read, ANSWER in read) == (True, True)
    done = login(reader).post(f"{INBOX}/publication", data={"read": f"{question.id}:3"})

    assert done.status_code == 303
    page = client.get("/cohorts/12/questions/1").text
    assert ("May two apply?" in page, ANSWER in page, TEXT in page) == (True, True, False)
    assert [kind for kind, _ in to_asker()] == ["question_received", "question_answered"]
    actors = {entry.action: entry.actor_name for entry in db.session.scalars(select(AuditEvent))}
    assert (actors["question.sent_to_second_reader"], actors["question.answered"]) == ("Wanda Writer", "Rhea Reader")


def test_a_stale_save_overwrites_nothing_and_shows_both_texts(login: Login):
    question = make_question(make_open_rfp())
    first, second = make_program_manager("First Writer"), make_program_manager("Second Writer")
    login(first).post(page_of(question), data={**DRAFT, "version": "1", "then": "save", "answer": "Newer."})

    stale = login(second).post(page_of(question), data={**DRAFT, "version": "1", "then": "send", "answer": "Mine."})

    assert stale.status_code == 409
    for said in ("Somebody else saved this answer first", "First Writer", "Newer.", "Mine."):
        assert said in stale.text
    db.session.refresh(question)
    assert (question.answer, question.status.value, question.version) == ("Newer.", "waiting", 2)
    knowing = login(second).post(page_of(question), data={**DRAFT, "version": "2", "then": "save", "answer": "Mine."})
    db.session.refresh(question)
    assert (knowing.status_code, question.answer) == (303, "Mine.")


def test_nothing_is_sent_to_a_second_reader_without_an_answer(login: Login):
    question = make_question(make_open_rfp())

    refused = login(make_program_manager()).post(
        page_of(question), data={**DRAFT, "version": "1", "then": "send", "answer": ""}
    )

    assert (refused.status_code, "Enter the answer" in refused.text) == (422, True)


def test_an_email_address_left_in_the_question_is_not_handed_on(login: Login):
    question = make_question(make_open_rfp())
    writer = login(make_program_manager())
    named = {**DRAFT, "version": "1", "then": "send", "wording": "May two apply? Write to jo.day@acme.example."}

    refused = writer.post(page_of(question), data=named)

    assert (refused.status_code, "Take the email address out" in refused.text) == (422, True)
    assert "jo.day@acme.example" in refused.text, "what was typed is kept"
    assert writer.post(page_of(question), data={**named, "then": "save"}).status_code == 303
    clean = {**named, "version": "2", "wording": "May two apply? We are 2 @ once."}
    assert writer.post(page_of(question), data=clean).status_code == 303


def test_who_wrote_an_answer_does_not_publish_it_under_any_account():
    rfp = make_open_rfp()
    writer = make_program_manager("Wanda Writer")
    twin = make_user("Wanda Again", StaffRole.DIRECTOR)
    twin.person_id = writer.person_id
    keep(twin)
    question = make_read(make_question(rfp), writer=writer)

    for actor in (writer, twin):
        with pytest.raises(AccessDeniedError, match="someone else must publish"):
            publish(question, reader=actor)


def test_the_database_itself_wants_a_second_person():
    """Negative control: the service's check is left out, and the row is refused all the same."""
    rfp = make_open_rfp()
    writer = make_program_manager()
    question = make_read(make_question(rfp), writer=writer)
    row = (
        "INSERT INTO published_answers (id, rfp_id, question_id, number, edition, topic, question, answer, words, "
        "asked_at, published_at, drafted_by_id, published_by_id) SELECT gen_random_uuid(), :rfp, :question, :number, "
        "1, 'other', 'Q', 'A', '', now(), official_now(), :writer, :reader"
    )
    twin = make_user("The same human", StaffRole.DIRECTOR)
    twin.person_id = writer.person_id
    keep(twin)
    ids = {"rfp": rfp.id, "question": question.id, "writer": writer.id}
    for reader, number, said in [
        (writer, 1, "second person|read_by_a_second_person"),
        (twin, 1, "second person"),
        (make_director(), 2, "order of their publication"),
    ]:
        with pytest.raises(Exception, match=said), db.session.begin_nested():
            db.session.execute(text(row), {**ids, "reader": reader.id, "number": number})


def test_several_answers_published_together_are_numbered_by_age_and_are_one_news():
    rfp = make_open_rfp()
    old, middle, new = (make_question(rfp, f"Question {name}?") for name in ("old", "middle", "new"))

    published = publish(make_read(new), make_read(old), make_read(middle))

    assert [(answer.number, answer.question) for answer in published] == [
        (1, "Question old?"),
        (2, "Question middle?"),
        (3, "Question new?"),
    ]
    news = "SELECT title, summary, path FROM news_items WHERE kind = 'answers'"
    assert [tuple(row) for row in db.session.execute(text(news))] == [
        ("3 new answers about PGH Lab Cohort 12", "Questions 1, 2 and 3 were answered.", "/cohorts/12/questions")
    ]


def test_all_are_published_or_none():
    rfp = make_open_rfp()
    first, second = make_read(make_question(rfp)), make_read(make_question(rfp))

    with pytest.raises(StateError, match="changed since"), transaction():
        services.publish_answers(rfp, [(first, first.version), (second, second.version - 1)], actor=make_director())

    assert db.session.scalars(select(PublishedAnswer)).all() == []


def test_an_answer_that_came_back_is_not_published_by_an_old_page(login: Login):
    question = make_read(make_question(make_open_rfp()), writer=make_program_manager("Wanda Writer"))
    seen = f"{question.id}:{question.version}"
    reader = make_director()
    returned = login(reader).post(f"{page_of(question)}/return", data={"reason": "Name the section."})
    assert returned.status_code == 303

    late = login(make_program_manager()).post(f"{INBOX}/publication", data={"read": seen})

    assert (late.status_code, db.session.scalars(select(PublishedAnswer)).all()) == (422, [])
    assert "Name the section." in login(make_program_manager()).get(page_of(question)).text
    told = db.session.scalars(select(Notice).where(Notice.kind == "answer_returned")).one()
    assert "Name the section" not in told.body_text


def test_a_correction_is_a_newer_edition_and_the_old_one_stays(client: Client):
    rfp = make_open_rfp()
    answer = make_answer(rfp, answer="Up to 12 pages.")
    question = db.session.get_one(Question, answer.question_id)
    with transaction():
        services.start_correction(question, actor=make_program_manager())
    assert client.get("/cohorts/12/questions/1").text.count("Up to 12 pages.") == 1

    corrected = publish(make_read(question, wording=TEXT, answer="Up to 15 pages."))[0]

    assert (corrected.number, corrected.edition) == (1, 2)
    page = client.get("/cohorts/12/questions/1").text
    assert page.index("This answer was corrected") < page.index("Up to 15 pages.") < page.index("Up to 12 pages.")
    listed = client.get("/cohorts/12/questions").text
    assert ("Corrected" in listed, "Up to 12 pages." in listed) == (True, False)
    assert to_asker()[-1] == ("question_answered", "A corrected answer (Cohort 12)")


def test_news_tell_corrected_answers_from_new_ones():
    rfp = make_open_rfp()
    first = make_answer(rfp)
    question = db.session.get_one(Question, first.question_id)
    for others in (
        (),
        (make_read(make_question(rfp, "Question two?")), make_read(make_question(rfp, "Question three?"))),
    ):
        with transaction():
            services.start_correction(question, actor=make_program_manager())
        publish(make_read(question), *others)

    news = "SELECT title, summary, path FROM news_items WHERE kind = 'answers' ORDER BY visible_at, id"
    assert [tuple(row) for row in db.session.execute(text(news))][1:] == [
        ("1 corrected answer about PGH Lab Cohort 12", f"Question 1: {first.title}", "/cohorts/12/questions/1"),
        (
            "2 new answers and 1 corrected about PGH Lab Cohort 12",
            "Questions 2 and 3 were answered. Question 1 was corrected.",
            "/cohorts/12/questions",
        ),
    ]


def test_a_correction_that_is_dropped_changes_nothing():
    question = db.session.get_one(Question, make_answer(make_open_rfp()).question_id)
    writer = make_program_manager()
    with transaction():
        services.start_correction(question, actor=writer)
    with transaction():
        services.save_draft(question, Draft(Topic.OTHER, None, "?", ""), version=question.version, actor=writer)
    with transaction():
        services.drop_correction(question, actor=writer)

    assert (question.status.value, question.answer, question.topic) == ("published", ANSWER, Topic.ELIGIBILITY)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE published_answers SET answer = 'Other'",
        "DELETE FROM published_answers",
        "UPDATE questions SET asked_text = 'Other'",
        "UPDATE questions SET asker_email = 'other@example.org'",
        "UPDATE questions SET number = 9",
        "DELETE FROM questions",
    ],
)
def test_what_was_asked_and_what_was_published_cannot_be_changed(change: str):
    make_answer(make_open_rfp())

    with pytest.raises(Exception, match=r"only grows|stay as they are|is kept|permission denied"):
        db.session.execute(text(change))
    db.session.rollback()


def test_spam_is_closed_with_a_reason_that_its_sender_reads(login: Login, client: Client):
    question = make_question(make_open_rfp(), "Buy our chairs at https://chairs.example!")

    done = login(make_program_manager()).post(f"{page_of(question)}/decline", data={"reason": "Advertising."})

    db.session.refresh(question)
    assert (done.status_code, question.status.value) == (303, "declined")
    mail = db.session.scalars(select(Notice).where(Notice.kind == "question_declined")).one()
    assert ("Advertising." in mail.body_text, "chairs" in mail.body_text + mail.body_html) == (True, False)
    assert "chairs" not in client.get("/cohorts/12/questions").text


def test_a_question_is_answered_by_pointing_to_an_answer_that_looks_like_it(login: Login):
    rfp = make_open_rfp()
    make_answer(rfp, "Do we need insurance during the pilot?")
    question = make_question(rfp, "Is insurance needed for pilots?")
    other = make_question(rfp, "Who owns the code?")
    assert [each.number for each in list_alike(question)] == [1]
    assert list_alike(other) == []
    manager = make_program_manager()
    assert "Question 1" in login(manager).get(page_of(question)).text

    wrong = login(manager).post(f"{page_of(question)}/pointer", data={"number": "7"})
    done = login(manager).post(f"{page_of(question)}/pointer", data={"number": "1"})

    db.session.refresh(question)
    assert (wrong.status_code, done.status_code, question.status.value) == (422, 303, "already_answered")
    mail = db.session.scalars(select(Notice).where(Notice.kind == "question_answered_already")).one()
    assert "/cohorts/12/questions/1" in mail.body_text


def test_two_waiting_questions_that_look_alike_are_shown_to_each_other():
    rfp = make_open_rfp()
    one, two = make_question(rfp, "Can we visit the depot?"), make_question(rfp, "May we visit a depot before?")

    assert [each.question_id for each in list_alike(one)] == [two.id]


def test_after_the_last_day_for_answers_only_an_addendum_helps(clock: OfficialClock):
    rfp = make_open_rfp()
    ready, waiting = make_read(make_question(rfp)), make_question(rfp)
    published = db.session.get_one(Question, make_answer(rfp).question_id)
    clock.freeze(rfp.answers_due_at)
    publish(ready)
    clock.freeze(rfp.answers_due_at + timedelta(microseconds=1))
    draft = Draft(Topic.OTHER, None, "Q?", "A.")
    manager = make_program_manager()

    with pytest.raises(RuleError, match="Issue an addendum instead"), transaction():
        services.send_to_second_reader(waiting, draft, version=None, actor=manager)
    with pytest.raises(RuleError, match="Issue an addendum instead"), transaction():
        services.start_correction(published, actor=manager)
    with transaction():
        services.point_to_answer(waiting, number=1, actor=manager)


@pytest.mark.parametrize("role", [StaffRole.ADMIN, StaffRole.AUDITOR, StaffRole.FINANCE, None])
def test_nobody_else_comes_to_the_inbox(login: Login, role: StaffRole | None):
    question = make_question(make_open_rfp())
    somebody = login(make_user("Some Body", *([role] if role else [])))

    for address in (INBOX, page_of(question), f"{INBOX}/publication", f"{page_of(question)}/return"):
        assert somebody.get(address).status_code == 403


def test_a_director_reads_and_returns_but_does_not_write(login: Login):
    question = make_question(make_open_rfp())
    director = login(make_director())

    assert director.get(page_of(question)).status_code == 200
    assert director.post(page_of(question), data={**DRAFT, "version": "1", "then": "save"}).status_code == 403
    assert director.post(f"{page_of(question)}/decline", data={"reason": "No."}).status_code == 403


def test_what_waits_for_more_than_two_business_days_needs_attention(login: Login, clock: OfficialClock):
    rfp = make_open_rfp(closes_in=timedelta(days=60))
    manager = make_program_manager()
    assert list_attention(manager) == []
    question = make_question(rfp)
    make_question(rfp)
    make_read(make_question(rfp))

    clock.freeze(question.asked_at + timedelta(days=7))
    page = login(manager).get("/manage/cohorts/12").text

    assert "2 questions about cohort 12 waiting" in page
    assert "1 answer about cohort 12 waiting for a second reader" in page
    assert "attention__red" in page
    assert "Waiting " in login(manager).get(INBOX).text
    assert "2 questions about cohort 12 waiting" in login(manager).get("/manage").text
    assert [each.title for each in list_attention(manager, cohort=13)] == []
    assert "questions about" not in login(make_user("Aud", StaffRole.AUDITOR)).get("/manage/cohorts/12").text


def test_the_inbox_of_three_sends_as_many_statements_as_that_of_one(login: Login):
    rfp, manager, counts = make_open_rfp(), make_program_manager(), []
    for more in (1, 2):
        for _ in range(more):
            make_question(rfp)
            make_read(make_question(rfp))
        with counting() as sent:
            assert login(manager).get(INBOX).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]
