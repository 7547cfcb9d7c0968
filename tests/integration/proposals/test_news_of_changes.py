"""What teams and followers are mailed of an addendum (N10) and of a new deadline (N11): the sentences and the date."""

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from pglab.addenda.models import Addendum
from pglab.core.clock import EASTERN
from pglab.core.db import db, transaction
from pglab.outbox.models import Email
from pglab.proposals.models import Proposal
from pglab.proposals.notices import team
from pglab.proposals.services import tell_teams_of_addendum
from pglab.rfps.models import Rfp
from pglab.rfps.queries import latest_version
from pglab.subscriptions.jobs import tell_all
from tests.factories.addenda import extend, make_addendum, words
from tests.factories.followers import CALLS, make_follower, of_cohort
from tests.factories.info_sessions import make_session
from tests.factories.proposals import make_draft, make_submitted_proposal
from tests.factories.rfps import make_open_rfp
from tests.support.accounts import mails_to
from tests.support.databases import OfficialClock

MORNING = datetime(2026, 10, 9, 11, 0, tzinfo=EASTERN)
LATER = datetime(2026, 10, 23, 16, 0, tzinfo=EASTERN)


@pytest.fixture
def rfp(clock: OfficialClock) -> Rfp:
    clock.freeze(MORNING)
    return make_open_rfp()


def tell(addendum: Addendum) -> None:
    with transaction():
        tell_teams_of_addendum(addendum.id)


def mail_of(proposal: Proposal, kind: str) -> Email:
    """The only mail of this kind to the team."""
    [member] = team(proposal)
    [mail] = [mail for mail in mails_to(member.email) if mail.notice.kind == kind]
    return mail


def entry(calendar: str) -> tuple[str, str, int, datetime]:
    """Method, name, number and moment of the one entry of a calendar file."""
    read = Calendar.from_ical(calendar)
    [event] = read.walk("VEVENT")
    return str(read["method"]), str(event["uid"]), int(event["sequence"]), event["dtstart"].dt


def test_the_subject_names_the_new_deadline_and_each_reads_what_to_do(rfp: Rfp):
    draft, submitted = make_draft(rfp), make_submitted_proposal(rfp)
    started = mail_of(draft, "proposal_started")
    before = rfp.closes_at
    tell(extend(rfp, LATER))

    of_draft, of_submission = mail_of(draft, "deadline_moved"), mail_of(submitted, "deadline_moved")
    for mail in (of_draft, of_submission):
        assert mail.notice.subject == "New deadline: Fri, Oct 23, 4:00 p.m. ET"
        assert "It is now Friday, October 23, 2026, 4:00 p.m. ET" in mail.notice.body_text
        assert "Why: The portal was slow." in mail.notice.body_text
        assert "Questions? Reply to this message" in mail.notice.body_text
        assert entry(mail.calendar) == ("PUBLISH", "cohort-12-proposals-due@pghlab", 1, LATER)
    assert entry(started.calendar) == ("PUBLISH", "cohort-12-proposals-due@pghlab", 0, before)
    assert f"{draft.reference} is not submitted yet." in of_draft.notice.body_text
    assert "stays in force" not in of_draft.notice.body_text
    assert f"submission 1 of {submitted.reference} stays in force" in of_submission.notice.body_text
    assert "not submitted" not in of_submission.notice.body_text


@pytest.mark.parametrize("acknowledge", [True, False])
def test_an_addendum_tells_drafts_and_submissions_apart(rfp: Rfp, acknowledge: bool):
    draft, submitted = make_draft(rfp), make_submitted_proposal(rfp)
    tell(make_addendum(rfp, said=words(acknowledge=acknowledge)))

    of_draft, of_submission = mail_of(draft, "addendum_issued"), mail_of(submitted, "addendum_issued")
    subject = ("Action needed: " if acknowledge else "") + "Addendum 1 changes the RFP"
    for mail in (of_draft, of_submission):
        assert (mail.notice.subject, mail.calendar) == (subject, "")
        assert "Does the deadline move? No." in mail.notice.body_text
        assert "Before:" in mail.notice.body_text and "After: The City now asks" in mail.notice.body_text
        assert (f"/apply/proposals/{mail.notice.about}/acknowledgments" in mail.notice.body_text) is acknowledge
    assert ("can’t be submitted until you say" in of_draft.notice.body_text) is acknowledge
    assert "Submission 1 stays in force" in of_submission.notice.body_text
    assert ("You need not do anything" in of_submission.notice.body_text) is not acknowledge
    assert "stays in force" not in of_draft.notice.body_text


def test_after_the_deadline_an_addendum_asks_nothing_of_anybody(rfp: Rfp, clock: OfficialClock):
    draft, submitted = make_draft(rfp), make_submitted_proposal(rfp)
    clock.freeze(rfp.closes_at + timedelta(hours=1))
    later = rfp.scores_due_at + timedelta(days=2)
    tell(make_addendum(rfp, {"dates.scores_due_at": later}))

    for proposal in (draft, submitted):
        notice = mail_of(proposal, "addendum_issued").notice
        assert notice.subject == "Addendum 1 changes the RFP"
        assert "The deadline has passed, so you need not do anything." in notice.body_text


def test_followers_read_the_new_deadline_whatever_else_is_new(rfp: Rfp, clock: OfficialClock):
    people = [make_follower(CALLS), make_follower(of_cohort(12))]
    clock.freeze(MORNING + timedelta(minutes=1))
    extend(rfp, LATER)
    make_session(rfp)
    make_addendum(rfp)
    tell_all()

    for person in people:
        [mail] = [mail for mail in mails_to(person.email) if mail.notice.kind == "news"]
        assert mail.notice.subject == "New deadline: Fri, Oct 23, 4:00 p.m. ET (PGH Lab Cohort 12)"
        assert len(mail.notice.subject) <= 60
        assert "Now: Friday, October 23, 2026, 4:00 p.m. ET. Why: The portal was slow." in mail.notice.body_text
        assert entry(mail.calendar) == ("PUBLISH", "cohort-12-proposals-due@pghlab", 1, LATER)
    assert latest_version(rfp.id).number == 3


def test_followers_read_before_and_after_of_an_addendum_and_nothing_for_a_calendar(rfp: Rfp, clock: OfficialClock):
    person = make_follower(of_cohort(12))
    clock.freeze(MORNING + timedelta(minutes=1))
    make_addendum(rfp)
    tell_all()

    [mail] = [mail for mail in mails_to(person.email) if mail.notice.kind == "news"]
    assert (mail.notice.subject, mail.calendar) == ("Addendum 1: One more thing (PGH Lab Cohort 12)", "")
    assert "Does the deadline move? No." in mail.notice.body_text
    assert "After: The City now asks for one more thing." in mail.notice.body_text


def test_a_new_call_comes_with_its_dates_and_its_deadline_for_the_calendar(clock: OfficialClock):
    clock.freeze(MORNING)
    person = make_follower(CALLS)
    clock.freeze(MORNING + timedelta(minutes=1))
    rfp = make_open_rfp()
    tell_all()

    [mail] = [mail for mail in mails_to(person.email) if mail.notice.kind == "news"]
    assert "Ask questions until: " in mail.notice.body_text
    assert "Information sessions are announced on the page below." in mail.notice.body_text
    assert entry(mail.calendar) == ("PUBLISH", "cohort-12-proposals-due@pghlab", 0, rfp.closes_at)


def test_who_starts_a_proposal_reads_what_it_needs(rfp: Rfp):
    proposal = make_draft(rfp)
    notice = mail_of(proposal, "proposal_started").notice

    assert notice.subject.startswith(f"You started {proposal.reference} – apply by Fri, Oct 16, ")
    for said in ("What it needs: answers to the questions", "these files: ", "can submit it", "every addendum"):
        assert said in notice.body_text
    assert db.session.scalar(select(Email).where(Email.notice_id == notice.id)).calendar
