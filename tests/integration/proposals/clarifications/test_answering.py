"""A startup answers a clarification: only what was asked, once, until it is due; what it submitted stays as it was."""

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import MemberRole, Membership
from pglab.audit.models import AuditEvent
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, GoneError, RuleError, StateError
from pglab.documents.models import DocumentScan
from pglab.documents.states import ScanVerdict
from pglab.outbox.models import Notice
from pglab.proposals import queries, services
from pglab.proposals.models import ClarificationAnswer, ClarificationResponse
from scripts import verify_receipt
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.clarifications import answer, ask, first_slot, make_opened_proposal, text_questions
from tests.factories.proposals import representative_of
from tests.factories.reviews import CONFLICT, declare, make_panel
from tests.support.files import make_pdf

pytestmark = pytest.mark.usefixtures("rolled_back")

MICROSECOND = timedelta(microseconds=1)


def colleague_of(proposal, role: MemberRole, name: str = "Lee Colleague"):
    person = make_user(name)
    keep(Membership(organization=proposal.organization, user=person, role=role))
    db.session.refresh(proposal.organization, ["memberships"])
    return person


def test_the_startup_answers_on_its_page_and_gets_a_signed_receipt(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    ask(proposal, manager, slot=first_slot(proposal))
    client = login(representative_of(proposal.organization))
    here = f"/apply/proposals/{proposal.reference}/clarifications/1"
    before = queries.get_submission(proposal, 1).manifest

    form = client.get(here).text
    sent = client.post(here, data={"answer_1": "We mean five.", "file": (BytesIO(make_pdf(1)), "clean.pdf")})
    page = client.get(here).text
    signed = client.get(f"{here}.json").json
    keys = client.get("/.well-known/pglab-receipt-keys.json").json

    assert sent.status_code == 303
    assert "How many sensors do you mean?" in form
    assert "We will test three sensors" in form, "what was received stands in the field, to be answered again"
    assert "Your answer was received" in page
    assert "We mean five." in page
    assert verify_receipt.verdict(signed, keys)
    assert signed["statement"]["asked"] == "How many sensors do you mean?"
    assert [each.get("answer") for each in signed["statement"]["answers"]] == ["We mean five.", None]
    assert signed["statement"]["answers"][1]["name"] == "clean.pdf"
    assert queries.get_submission(proposal, 1).manifest == before, "what was submitted is not touched"
    assert client.get(f"{here}/file").data.startswith(b"%PDF")
    signed["statement"]["answers"][0]["answer"] = "We mean six."
    assert not verify_receipt.verdict(signed, keys)


def test_only_what_was_asked_unlocks(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked_question, locked = text_questions(proposal)[:2]
    asked = ask(proposal, manager, questions=[asked_question])
    client = login(representative_of(proposal.organization))
    here = f"/apply/proposals/{proposal.reference}/clarifications/1"
    drafted = queries.get_draft(proposal).texts

    form = client.get(here).text
    client.post(here, data={"answer_1": "Five.", "answer_2": "More.", f"q{locked.position}": "More.", "file": "x"})

    assert asked_question.label in form
    assert locked.label not in form
    assert 'type="file"' not in form
    assert queries.get_draft(proposal).texts == drafted
    assert [(each.text, each.document_id) for each in db.session.scalars(select(ClarificationAnswer))] == [
        ("Five.", None)
    ]
    assert asked.status == "answered"


def test_what_is_wrong_stands_beside_its_field_and_typing_is_kept(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    ask(proposal, manager, questions=text_questions(proposal)[:2], slot=first_slot(proposal))
    client = login(representative_of(proposal.organization))
    here = f"/apply/proposals/{proposal.reference}/clarifications/1"

    wrong = client.post(here, data={"answer_1": "Five, and this is kept.", "answer_2": ""})
    long = client.post(here, data={"answer_1": "word " * 2001, "answer_2": "Six."})
    no_file = client.post(
        here, data={"answer_1": "Five.", "answer_2": "Six.", "file": (BytesIO(b"not a file"), "clean.pdf")}
    )

    assert [each.status_code for each in (wrong, long, no_file)] == [422, 422, 422]
    assert f"Enter {text_questions(proposal)[1].name}" in wrong.text
    assert "Five, and this is kept." in wrong.text
    assert "words or fewer" in long.text
    assert "Five." in no_file.text
    assert db.session.scalars(select(ClarificationResponse)).all() == []


@pytest.mark.parametrize("later", [timedelta(0), MICROSECOND])
def test_the_due_time_is_in_time_to_the_microsecond(clock, later):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    clock.freeze(asked.due_at + later)

    if later:
        with pytest.raises(GoneError, match="was due"):
            answer(asked)
    else:
        assert answer(asked).received_at == asked.due_at
    assert len(db.session.scalars(select(ClarificationResponse)).all()) == (0 if later else 1)


def test_the_database_takes_no_late_answer_either(clock):
    """Negative control for the service: the row is refused even when nobody looked at the clock."""
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    by_hand = text(
        "INSERT INTO clarification_responses (id, clarification_id, received_at, due_at, statement, sha256, signature,"
        " key_id, sent_by_id) SELECT :key, id, official_now() - CAST(:back AS interval), due_at, '', repeat('0', 64),"
        " '', '', asked_by_id FROM clarifications"
    )
    clock.freeze(asked.due_at + MICROSECOND)
    for back, why in (("0", "until it is due"), ("1 second", "official time of this transaction")):
        with pytest.raises(DBAPIError, match=why), transaction():
            db.session.execute(by_hand, {"key": uuid4(), "back": back})
    clock.freeze(asked.due_at)
    with pytest.raises(DBAPIError, match="everything that was asked"), transaction():
        db.session.execute(by_hand, {"key": uuid4(), "back": "0"})


def test_an_answer_that_comes_too_late_is_410_and_keeps_what_was_typed(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    client = login(representative_of(proposal.organization))
    here = f"/apply/proposals/{proposal.reference}/clarifications/1"
    clock.freeze(asked.due_at + MICROSECOND)

    late = client.post(here, data={"answer_1": "We mean five."}, headers={"Sec-Fetch-Site": "same-origin"})
    blank = client.post(here, data={"answer_1": ""}, headers={"Sec-Fetch-Site": "same-origin"})
    page = client.get(here)

    assert (late.status_code, blank.status_code, page.status_code) == (410, 410, 200)
    assert "We mean five." in late.text
    assert "It was due" in late.text
    assert "The time to answer has passed" in page.text
    assert "Send response" not in page.text


def test_the_first_of_two_people_answers(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    second = colleague_of(proposal, MemberRole.REPRESENTATIVE)
    here = f"/apply/proposals/{proposal.reference}/clarifications/1"
    client = login(second)
    answer(asked, "We mean five.")

    late = client.post(here, data={"answer_1": "We mean six."}, headers={"Sec-Fetch-Site": "same-origin"})

    assert late.status_code == 409
    assert "A colleague has answered this already" in late.text
    assert "We mean six." in late.text, "typing is given back"
    assert [each.text for each in db.session.scalars(select(ClarificationAnswer))] == ["We mean five."]
    with pytest.raises(StateError):
        answer(asked, actor=second)


def test_who_sends_an_answer_twice_is_told_so_and_led_to_what_was_received(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    ask(proposal, manager)
    here = f"/apply/proposals/{proposal.reference}/clarifications/1"
    client = login(representative_of(proposal.organization))
    assert client.post(here, data={"answer_1": "We mean five."}).status_code == 303

    again = client.post(here, data={"answer_1": "We mean six."}, headers={"Sec-Fetch-Site": "same-origin"})

    assert again.status_code == 409
    assert "You already sent it. We received your answer" in again.text
    assert "A colleague" not in again.text
    assert f'href="{here}">See the answer that was received' in again.text
    assert "We mean six." in again.text
    assert "Download the signed answer" in client.get(here).text


def test_only_a_representative_answers_and_nobody_else_sees_it(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    editor = colleague_of(proposal, MemberRole.EDITOR)
    here = f"/apply/proposals/{proposal.reference}/clarifications/1"

    page = login(editor).get(here)
    assert page.status_code == 200
    assert "Only an authorized representative can answer" in page.text
    assert login(editor).post(here, data={"answer_1": "Six."}).status_code == 403
    with pytest.raises(AccessDeniedError):
        answer(asked, actor=editor)
    for stranger in (make_user("Sam Stranger"), manager):
        for path in (here, f"{here}/file", f"{here}.json", f"/apply/proposals/{proposal.reference}/status"):
            assert login(stranger).get(path).status_code == 404


def test_an_upload_for_something_else_does_not_answer(clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager, slot=first_slot(proposal))

    assert services.clarification_purpose(asked, first_slot(proposal)) != services.upload_purpose(
        proposal, first_slot(proposal)
    )
    with pytest.raises(RuleError), transaction():
        services.answer_clarification(
            queries.get_clarification(proposal, 1),
            texts={},
            given=None,
            actor=representative_of(proposal.organization),
        )


def test_the_log_and_the_mails_hold_nothing_of_the_answer(clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    answer(asked, "Forty-two badgers.")
    with transaction():
        services.tell_readers_of_answer(asked.id)

    entries = [f"{event.change}{event.reason}" for event in db.session.scalars(select(AuditEvent))]
    mailed = [f"{notice.subject}{notice.body_text}" for notice in db.session.scalars(select(Notice))]
    assert "badgers" not in "".join(entries + mailed)


def test_evaluators_read_the_answer_beside_the_submission_and_conflicted_ones_do_not(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    reader, conflicted = make_panel(proposal.rfp, "Rena Reader", "Cora Conflicted", manager=manager)
    declare(reader)
    declare(conflicted, {proposal: CONFLICT})
    asked = ask(proposal, manager, slot=first_slot(proposal))
    page, file = (f"/review/proposals/{proposal.reference}{tail}" for tail in ("", "/clarifications/1/file"))

    before = login(reader.user).get(page).text
    answer(asked, "We mean five.")
    document = queries.get_clarification(proposal, 1).document
    keep(DocumentScan(document_id=document.id, verdict=ScanVerdict.CLEAN), sealed_rfp_id=proposal.rfp_id)
    db.session.refresh(document, ["verdict"])
    with transaction():
        services.tell_readers_of_answer(asked.id)
    after = login(reader.user).get(page).text

    assert "How many sensors" not in before, "what is only asked is not theirs to see"
    assert "We mean five." in after
    assert "We will test three sensors" in after, "beside what was received, never instead of it"
    assert "New: answer to clarification 1" in after
    assert login(reader.user).get(file).status_code == 200
    for path in (page, file):
        assert login(conflicted.user).get(path).status_code in (403, 404)
    told = db.session.scalars(select(Notice).filter_by(subject=f"{proposal.reference} has new information")).all()
    assert {reader.user_id, manager.id} <= {notice.user_id for notice in told}
    assert conflicted.user_id not in {notice.user_id for notice in told}
    with transaction():
        services.tell_readers_of_answer(asked.id)
    again = db.session.scalars(select(Notice).filter_by(subject=f"{proposal.reference} has new information")).all()
    assert len(again) == len(told), "a job that runs twice tells nobody twice"


def test_an_infected_answer_is_withheld_and_the_team_is_told(clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager, questions=[], slot=first_slot(proposal))
    answer(asked)
    document = queries.get_clarification(proposal, 1).document
    keep(DocumentScan(document_id=document.id, verdict=ScanVerdict.INFECTED), sealed_rfp_id=proposal.rfp_id)
    db.session.refresh(document, ["verdict"])

    with transaction():
        services.follow_verdict(document.id)

    mail = db.session.scalars(select(Notice).filter_by(kind="file_withheld")).one()
    assert first_slot(proposal).title in mail.body_text
    assert json.dumps(mail.subject) == json.dumps(f"One file in {proposal.reference} has a problem")
