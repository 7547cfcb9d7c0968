"""The mail of a receipt: what it says, whom it reached, and what the page says when it reaches nobody."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pglab.accounts.models import MemberRole, Membership, User
from pglab.core.clock import EASTERN
from pglab.core.db import db, transaction
from pglab.outbox.models import Email
from pglab.outbox.services import note_refusal
from pglab.outbox.states import EmailState
from pglab.proposals import services
from pglab.proposals.models import Proposal, Submission
from pglab.rfps import queries as rfp_queries
from tests.factories import keep
from tests.factories.accounts import make_editor, make_user
from tests.factories.proposals import make_submitted_proposal, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]


@pytest.fixture
def proposal(clock: OfficialClock) -> Proposal:
    """Submitted on Friday, October 9, 2026, a week before the deadline, by a team of two."""
    clock.freeze(datetime(2026, 10, 9, 16, 0, tzinfo=EASTERN))
    made = make_submitted_proposal(make_open_rfp())
    make_editor(made.organization)
    db.session.expire_all()
    return made


def mail() -> list[Email]:
    """Do what the worker does after the newest submission; its mails."""
    newest = db.session.query(Submission).order_by(Submission.number.desc()).first()
    with transaction():
        services.tell_submitted(newest.id)
    mails = db.session.query(Email).join(Email.notice).filter_by(kind="proposal_submitted").all()
    return [each for each in mails if each.notice.body_text.count(f"receipts/{newest.number}\n")]


def page(login: Login, proposal: Proposal, number: int = 1) -> str:
    return (
        login(representative_of(proposal.organization))
        .get(f"/apply/proposals/{proposal.reference}/receipts/{number}")
        .text
    )


def test_the_mail_tells_what_was_received_and_what_comes_next_and_no_content(proposal: Proposal):
    mails = mail()
    said = mails[0].notice.body_text
    slots = rfp_queries.list_slots(proposal.rfp_id)

    assert len(mails) == 2
    assert mails[0].notice.subject == f"Submitted: {proposal.reference}, received Oct 9, 2026, 4:00 p.m. ET"
    assert "received Friday, October 9, 2026, 4:00:00 p.m. ET" in said
    assert all(f"- {slot.title} (1 kB, 3 pages)" in said for slot in slots)
    assert "What happens next:" in said
    assert "- By " in said
    assert f"/apply/proposals/{proposal.reference}/receipts/1" in said
    assert db.session.query(Submission).one().sha256 in said
    assert "plan.pdf" not in said
    assert "three sensors" not in said


def test_the_second_mail_says_which_submission_counts(proposal: Proposal):
    mail()
    question = rfp_queries.list_form_sections(proposal.rfp_id)[0].questions[0]
    with transaction():
        services.save_answers(proposal, {question.id: "Another."}, actor=representative_of(proposal.organization))
    submit(proposal)

    second = mail()

    assert [each.notice.subject for each in second] == [f"Submission 2 received ({proposal.reference})"] * 2
    assert "This submission counts now." in second[0].notice.body_text


def test_the_page_names_the_addresses_before_and_after_the_mails_go(proposal: Proposal, login: Login):
    before = page(login, proposal)
    mails = mail()
    waiting = page(login, proposal)
    with transaction():
        for each in mails:
            each.state, each.sent_at = EmailState.SENT, proposal.started_at
    sent = page(login, proposal)

    for said, words in ((before, "We’re emailing"), (waiting, "We’re emailing"), (sent, "We’ve emailed")):
        assert f"{words} this receipt to" in said
        assert all(each.to_address in said for each in mails)
        assert "We couldn’t send" not in said


def test_the_page_says_which_address_the_mail_will_not_reach(proposal: Proposal, login: Login):
    lost, other = mail()
    with transaction():
        note_refusal(lost, "550 no such mailbox")

    said = page(login, proposal)

    assert f"We couldn’t send the email to <bdi>{lost.to_address}</bdi>. This page is your receipt." in said
    assert f"We’re emailing this receipt to <bdi>{other.to_address}</bdi>." in said


def test_a_receipt_near_the_deadline_is_mailed_with_its_thousandths(proposal: Proposal, clock: OfficialClock):
    question = rfp_queries.list_form_sections(proposal.rfp_id)[0].questions[0]
    clock.freeze(proposal.rfp.closes_at - timedelta(milliseconds=7))
    with transaction():
        services.save_answers(proposal, {question.id: "Another."}, actor=representative_of(proposal.organization))
    submit(proposal)

    assert "received Friday, October 16, 2026, 3:59:59.993 p.m. ET" in mail()[0].notice.body_text


def test_submitting_owes_one_job_however_large_the_team_is(clock: OfficialClock):
    """The mails are written by the worker: a team of eleven keeps the stamped transaction no longer than one of one."""
    clock.freeze(datetime(2026, 10, 9, 16, 0, tzinfo=EASTERN))
    counts = []
    for number, members in ((12, 0), (13, 10)):
        made = make_submitted_proposal(make_open_rfp(number))
        for turn in range(members):
            keep(Membership(organization=made.organization, user=make_user(f"Member {turn}"), role=MemberRole.VIEWER))
        question = rfp_queries.list_form_sections(made.rfp_id)[0].questions[0]
        with transaction():
            services.save_answers(made, {question.id: "Another."}, actor=representative_of(made.organization))
        with counting() as statements:
            submit(made)
        counts.append(len(statements))
    assert counts[0] == counts[1]
