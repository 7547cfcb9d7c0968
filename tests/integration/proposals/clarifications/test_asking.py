"""A program manager asks a startup about its opened proposal: what may be answered, until when; and takes it back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from pglab.audit.models import AuditEvent
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, GoneError, RuleError, StateError
from pglab.documents.models import DocumentScan
from pglab.documents.states import ScanVerdict
from pglab.outbox.models import Notice
from pglab.proposals import queries, services
from pglab.rfps import queries as rfp_queries
from tests.factories import keep
from tests.factories.accounts import make_editor
from tests.factories.clarifications import DAY, answer, ask, first_slot, make_opened_proposal, text_questions
from tests.factories.proposals import make_submitted_proposal, representative_of
from tests.factories.rfps import make_open_rfp, make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")


def mails() -> list[str]:
    found = select(Notice).filter_by(kind="proposal_clarification").order_by(Notice.created_at, Notice.subject)
    return [notice.subject for notice in db.session.scalars(found)]


def test_a_manager_asks_on_the_pages_and_the_team_is_told(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    make_editor(proposal.organization)
    client, new = login(manager), f"/manage/proposals/{proposal.reference}/clarifications/new"
    clock.freeze(datetime(2026, 10, 19, 9, 0, tzinfo=EASTERN))

    blank = client.get(new)
    sent = client.post(
        new,
        data={
            "text": "How many sensors do you mean?",
            "questions": [str(text_questions(proposal)[0].id)],
            "document": first_slot(proposal).slug,
            "due_at-date": "2026-10-21",
            "due_at-time": "16:00",
        },
    )
    page = client.get(sent.location).text
    record = client.get(f"/manage/proposals/{proposal.reference}").text

    assert (blank.status_code, sent.status_code) == (200, 303)
    assert sent.location.endswith("/clarifications/1")
    assert "How many sensors do you mean?" in page
    assert "Clarification asked" in page
    assert text_questions(proposal)[0].label in page
    assert first_slot(proposal).title in page
    assert "clarifications/1" in record
    assert mails() == [f"Action needed by Wed, Oct 21, 4:00 p.m. ET: a question on {proposal.reference}"] * 2
    mail = db.session.scalars(select(Notice).filter_by(kind="proposal_clarification")).first()
    assert text_questions(proposal)[0].label in mail.body_text
    assert "sensors do you mean" not in mail.body_text
    events = db.session.scalars(select(AuditEvent).filter_by(action="clarification.asked")).all()
    assert len(events) == 1
    assert "sensors" not in events[0].change + events[0].reason


def test_what_is_missing_stands_beside_its_field_and_typing_is_kept(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    client, new = login(manager), f"/manage/proposals/{proposal.reference}/clarifications/new"

    nothing = client.post(new, data={})
    past = client.post(
        new, data={"text": "How many?", "due_at-date": "2020-01-01", "due_at-time": "16:00", "document": "pitch-deck"}
    )
    unnamed = client.post(new, data={"text": "How many?", "due_at-date": "2099-01-01", "due_at-time": "16:00"})

    assert [each.status_code for each in (nothing, past, unnamed)] == [422, 422, 422]
    assert "Enter what you need to know" in nothing.text
    assert "Enter when the answer is due" in nothing.text
    assert "must be in the future" in past.text
    assert "How many?" in past.text
    assert '<option value="pitch-deck" selected>' in past.text
    assert "Select at least one question or a document" in unnamed.text
    assert mails() == []


def test_nothing_is_asked_before_the_opening_after_the_decisions_or_of_what_was_withdrawn(clock):
    rfp = make_open_rfp()
    sealed = make_submitted_proposal(rfp)
    manager, _director = make_program_people()
    with pytest.raises(StateError, match="sealed"):
        ask(sealed, manager)
    proposal, manager, director = make_opened_proposal(clock, make_open_rfp(14))
    asked = ask(proposal, manager)
    for person in (director, representative_of(proposal.organization)):
        with pytest.raises(AccessDeniedError):
            ask(proposal, person)
        with pytest.raises(AccessDeniedError), transaction():
            services.give_more_time(asked, due_at=asked.due_at + DAY, actor=person)
        with pytest.raises(AccessDeniedError), transaction():
            services.take_back_clarification(asked, actor=person)
    with transaction():
        services.withdraw_proposal(proposal, seen=1, actor=representative_of(proposal.organization))
    with pytest.raises(GoneError, match="withdrawn"):
        ask(proposal, manager)
    with pytest.raises(GoneError, match="withdrawn"):
        answer(asked)


def test_only_the_questions_and_files_of_the_same_call_can_be_asked(clock):
    proposal, manager, _director = make_opened_proposal(clock)
    other = rfp_queries.list_form_sections(make_open_rfp(14).id)[0].questions[0]

    with pytest.raises(DBAPIError, match="of its own call"):
        ask(proposal, manager, questions=[other])


def test_time_is_given_and_never_taken_away(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    due, client = asked.due_at, login(manager)
    page = f"/manage/proposals/{proposal.reference}/clarifications/1"

    shorter = client.post(page, data={"due_at-date": "2020-01-01", "due_at-time": "16:00"})
    longer = client.post(page, data={"due_at-date": "2099-10-21", "due_at-time": "16:00"})
    db.session.refresh(asked)

    assert (shorter.status_code, longer.status_code) == (422, 303)
    assert "never taken away" in shorter.text
    assert asked.due_at > due
    assert mails()[1].startswith("More time until Wed, Oct 21, 4:00 p.m. ET")
    with pytest.raises(DBAPIError, match="only grows"), transaction():
        db.session.execute(text("UPDATE clarifications SET due_at = due_at - interval '1 microsecond'"))


def test_an_overdue_one_gets_more_time_and_can_be_answered_again(clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    clock.freeze(asked.due_at + DAY)
    with pytest.raises(GoneError):
        answer(asked)
    with pytest.raises(RuleError, match="in the future"), transaction():
        services.give_more_time(asked, due_at=asked.due_at + timedelta(hours=1), actor=manager)
    db.session.refresh(asked)
    with transaction():
        services.give_more_time(asked, due_at=asked.due_at + 2 * DAY, actor=manager)

    answer(asked)

    assert asked.status == "answered"


def test_what_was_taken_back_is_over(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    client, page = login(manager), f"/manage/proposals/{proposal.reference}/clarifications/1"

    taken = client.post(f"{page}/withdrawal")
    again = client.post(f"{page}/withdrawal")
    more = client.post(page, data={"due_at-date": "2099-10-21", "due_at-time": "16:00"})

    assert (taken.status_code, again.status_code, more.status_code) == (303, 409, 409)
    assert "Taken back" in client.get(page).text
    assert mails()[-1] == f"No answer needed any more: {proposal.reference}"
    with pytest.raises(GoneError, match="no longer need"):
        answer(asked)
    with pytest.raises(DBAPIError, match="that is over"), transaction():
        db.session.execute(text("UPDATE clarifications SET due_at = due_at + interval '1 day'"))


def test_the_database_keeps_what_was_asked(clock):
    proposal, manager, _director = make_opened_proposal(clock)
    ask(proposal, manager)
    for change, why in {
        "UPDATE clarifications SET text = 'Something else'": "as it was asked",
        "UPDATE clarifications SET status = 'answered'": "by a response",
        "DELETE FROM clarification_items": "permission denied|only grows",
        "UPDATE clarification_items SET position = 7": "permission denied|only grows",
    }.items():
        with pytest.raises(DBAPIError, match=why), transaction():
            db.session.execute(text(change))


def test_a_withheld_file_offers_to_ask_for_a_clean_copy(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    client, record = login(manager), f"/manage/proposals/{proposal.reference}"
    slot = first_slot(proposal)
    before = client.get(record).text
    file = queries.read_submission(queries.get_submission(proposal, 1)).files[0].document
    keep(DocumentScan(document_id=file.id, verdict=ScanVerdict.INFECTED), sealed_rfp_id=proposal.rfp_id)
    db.session.refresh(file, ["verdict"])

    after = client.get(record).text
    form = client.get(f"{record}/clarifications/new?document={slot.slug}").text

    assert "clean copy" not in before
    assert f"clarifications/new?document={slot.slug}" in after
    assert "Send a clean copy of the same file" in form
    assert f'<option value="{slot.slug}" selected>' in form
    assert official_now() > proposal.rfp.closes_at


def test_an_overdue_clarification_needs_the_managers_attention(clock):
    proposal, manager, director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    clock.freeze(asked.due_at)
    in_time = rfp_queries.list_attention(manager)
    clock.freeze(asked.due_at + timedelta(microseconds=1))

    late = [each for each in rfp_queries.list_attention(manager) if "overdue" in each.title]

    assert not [each for each in in_time if "overdue" in each.title]
    assert [(each.title, each.color, each.cohort) for each in late] == [
        (f"Clarification 1 on {proposal.reference} is overdue", "red", 12)
    ]
    assert not [each for each in rfp_queries.list_attention(director) if "overdue" in each.title]
    with transaction():
        services.take_back_clarification(asked, actor=manager)
    assert not [each for each in rfp_queries.list_attention(manager) if "overdue" in each.title]
