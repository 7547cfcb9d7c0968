"""Reminders: drafts two days and four hours before the deadline, unsent changes a day before, drafts a little after."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import MemberRole, Membership
from pglab.core.clock import EASTERN
from pglab.core.db import db, transaction
from pglab.outbox.models import Notice
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal, Reminder, ReminderKind
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from tests.factories import keep
from tests.factories.accounts import make_organization, make_user
from tests.factories.addenda import cancel, extend
from tests.factories.proposals import fill, make_draft, make_submitted_proposal, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.databases import OfficialClock

pytestmark = pytest.mark.usefixtures("rolled_back")

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def rfp(clock: OfficialClock) -> Rfp:
    """A call that closes on Friday, October 16, 2026, at 4:00 p.m. ET, a week from now."""
    clock.freeze(datetime(2026, 10, 9, 16, 0, tzinfo=EASTERN))
    return make_open_rfp()


def work() -> list[str]:
    """What the worker does every five minutes; the subjects of the reminders it owed."""
    before = {notice.id for notice in reminders()}
    with transaction():
        services.plan_reminders()
    for arguments in planned():
        with transaction():
            services.remind(UUID(arguments["proposal_id"]), ReminderKind(arguments["kind"]))
    with transaction():
        db.session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'proposals.remind'"))
    return [notice.subject for notice in reminders() if notice.id not in before]


def planned() -> list[dict[str, str]]:
    waiting = "SELECT args FROM procrastinate_jobs WHERE task_name = 'proposals.remind' AND status = 'todo' ORDER BY id"
    return list(db.session.scalars(text(waiting)))


def reminders() -> list[Notice]:
    kinds = [f"proposal_{kind}" for kind in ReminderKind]
    return db.session.query(Notice).filter(Notice.kind.in_(kinds)).order_by(Notice.created_at).all()


def change(proposal: Proposal, words: str) -> None:
    question = rfp_queries.list_form_sections(proposal.rfp_id)[0].questions[0]
    with transaction():
        services.save_answers(proposal, {question.id: words}, actor=representative_of(proposal.organization))


def test_a_draft_is_reminded_twice_with_what_is_left(rfp: Rfp, clock: OfficialClock):
    proposal = make_draft(rfp)
    submitted = make_submitted_proposal(rfp, make_organization(make_user("Sam Sent")))
    said = {}
    for before in (48 * HOUR + MINUTE, 48 * HOUR, 48 * HOUR - MINUTE, 5 * HOUR, 4 * HOUR, HOUR, MINUTE):
        clock.freeze(rfp.closes_at - before)
        said[before] = work()

    parts = len(queries.parts_left(queries.get_draft(proposal)))
    assert parts > 5
    assert said[48 * HOUR] == [f"2 days left: {parts} parts to finish ({proposal.reference})"]
    assert said[4 * HOUR] == [f"4 hours left: {parts} parts to finish ({proposal.reference})"]
    assert sum(len(each) for each in said.values()) == 2
    first = reminders()[0]
    assert all(f"- {slot.title}" in first.body_text for slot in rfp_queries.list_slots(rfp.id) if slot.required)
    assert f"{representative_of(proposal.organization).name} can submit it until" in first.body_text
    assert first.sealed_rfp_id == rfp.id
    assert submitted.reference not in "".join(notice.body_text for notice in reminders())


def test_what_is_complete_only_has_to_be_submitted(rfp: Rfp, clock: OfficialClock):
    proposal = fill(make_draft(rfp))
    clock.freeze(rfp.closes_at - 30 * HOUR + MINUTE)

    assert work() == [f"30 hours left: ready to submit ({proposal.reference})"]
    assert "It only has to be submitted." in reminders()[0].body_text


def test_the_whole_team_is_reminded_and_nobody_else(rfp: Rfp, clock: OfficialClock):
    proposal = make_draft(rfp)
    keep(Membership(organization=proposal.organization, user=make_user("Vi Viewer"), role=MemberRole.VIEWER))
    db.session.expire_all()
    clock.freeze(rfp.closes_at - 48 * HOUR)

    work()

    assert {notice.user_id for notice in reminders()} == {m.user_id for m in proposal.organization.memberships}
    assert len(reminders()) == 2


def test_who_starts_after_a_moment_is_not_reminded_for_it(rfp: Rfp, clock: OfficialClock):
    clock.freeze(rfp.closes_at - 20 * HOUR)
    make_draft(rfp)
    assert work() == []
    clock.freeze(rfp.closes_at - 4 * HOUR)
    assert len(work()) == 1


def test_what_was_submitted_between_plan_and_mail_is_left_alone(rfp: Rfp, clock: OfficialClock):
    proposal = fill(make_draft(rfp))
    clock.freeze(rfp.closes_at - 48 * HOUR)
    with transaction():
        assert services.plan_reminders() == 1
    submit(proposal)

    with transaction():
        assert services.remind(proposal.id, ReminderKind.TWO_DAYS) == 0
    assert reminders() == []


def test_a_plan_that_waits_is_not_made_again(rfp: Rfp, clock: OfficialClock):
    make_draft(rfp)
    clock.freeze(rfp.closes_at - 48 * HOUR)
    for _turn in range(3):
        with transaction():
            services.plan_reminders()
    assert len(planned()) == 1


def test_unsent_changes_are_told_a_day_before_once_they_rest(rfp: Rfp, clock: OfficialClock):
    proposal, untouched = make_submitted_proposal(rfp), make_submitted_proposal(rfp, area=1)
    change(proposal, "Another answer.")
    clock.freeze(rfp.closes_at - 24 * HOUR - MINUTE)
    assert work() == []
    clock.freeze(rfp.closes_at - 24 * HOUR)
    change(proposal, "And another.")
    assert work() == []  # somebody is typing
    clock.freeze(rfp.closes_at - 23 * HOUR)

    assert work() == [f"You have unsent changes ({proposal.reference})"]
    assert "Submission 1 is what we’ll use unless" in reminders()[0].body_text
    assert work() == []
    assert not untouched.has_unsent_changes


def test_a_draft_that_was_never_submitted_is_told_so_a_quarter_of_an_hour_after(rfp: Rfp, clock: OfficialClock):
    proposal = make_draft(rfp)
    make_submitted_proposal(rfp, make_organization(make_user("Sam Sent")))
    said = {}
    for after in (timedelta(0), 14 * MINUTE, 15 * MINUTE, 16 * MINUTE, 23 * HOUR, 25 * HOUR):
        clock.freeze(rfp.closes_at + after)
        said[after] = work()

    number = rfp.cohort.number
    subject = f"PGH Lab Cohort {number} closed – your draft is saved ({proposal.reference})"
    assert said == {after: [subject] if after == 15 * MINUTE else [] for after in said}
    assert "only your team can read and print it" in reminders()[0].body_text


def test_a_worker_that_comes_back_after_days_tells_nobody_of_the_end(rfp: Rfp, clock: OfficialClock):
    make_draft(rfp)
    clock.freeze(rfp.closes_at + 24 * HOUR)
    assert work() == []


def test_a_cancelled_call_reminds_nobody(rfp: Rfp, clock: OfficialClock):
    make_draft(rfp)
    cancel(rfp)
    for moment in (-48 * HOUR, -4 * HOUR, HOUR):
        clock.freeze(rfp.closes_at + moment)
        assert work() == []


def test_a_moved_deadline_is_reminded_of_again(rfp: Rfp, clock: OfficialClock):
    make_draft(rfp)
    clock.freeze(rfp.closes_at - 48 * HOUR)
    assert len(work()) == 1
    extend(rfp, rfp.closes_at + timedelta(days=7))
    assert work() == []
    clock.freeze(rfp.closes_at - 48 * HOUR)
    assert len(work()) == 1
    assert db.session.query(Reminder).count() == 2


def test_the_same_reminder_twice_is_refused_by_the_database(rfp: Rfp, clock: OfficialClock):
    """The control: without the unique key two runs at once would both tell."""
    proposal = make_draft(rfp)
    clock.freeze(rfp.closes_at - 48 * HOUR)
    work()
    again = Reminder(
        proposal_id=proposal.id, kind=ReminderKind.TWO_DAYS, closes_at=rfp.closes_at, reminded_at=rfp.closes_at
    )
    with pytest.raises(DBAPIError, match="uq_reminders"), db.session.begin_nested():
        db.session.add(again)
        db.session.flush()


@pytest.mark.parametrize("statement", ["DELETE FROM reminders", "UPDATE reminders SET kind = 'closed'"])
def test_a_reminder_is_never_taken_back(rfp: Rfp, clock: OfficialClock, statement: str):
    make_draft(rfp)
    clock.freeze(rfp.closes_at - 48 * HOUR)
    work()
    with pytest.raises(DBAPIError, match=r"permission denied|only grows"), db.session.begin_nested():
        db.session.execute(text(statement))


@pytest.mark.parametrize("viewer", ["nobody", "stranger", "member", "worker"])
def test_a_reminder_is_sealed_like_the_draft(rfp: Rfp, clock: OfficialClock, viewer: str):
    proposal = make_draft(rfp)
    clock.freeze(rfp.closes_at - 48 * HOUR)
    work()
    who = {
        "nobody": "nobody",
        "stranger": str(make_user("Sid Stranger").id),
        "member": str(representative_of(proposal.organization).id),
        "worker": "worker",
    }[viewer]
    db.session.execute(text("SELECT set_config('pglab.viewer', :who, true)"), {"who": who})

    seen = db.session.scalar(text("SELECT count(*) FROM reminders"))

    assert seen == (1 if viewer in ("member", "worker") else 0)
