"""Handing in, accepting, asking for changes: by whom, in which order, on which version."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import MemberRole, Membership
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.core.ids import uuid7
from pglab.documents.states import ScanVerdict
from pglab.outbox.models import Notice
from pglab.pilots import queries, services
from pglab.pilots.states import MilestoneStatus
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.pilots import accept, execute, hand_in, make_city, make_pilot, milestone_of


def submit(milestone, actor):
    with transaction():
        services.submit_deliverable(milestone, note="Done.", upload=None, actor=actor)


def test_viewers_and_outsiders_do_not_hand_in(rolled_back):
    pilot = make_pilot()
    viewer = make_user("Vera Viewer")
    keep(Membership(organization=pilot.organization, user=viewer, role=MemberRole.VIEWER))

    for actor in (viewer, pilot.champion, make_user("Sam Stranger")):
        with pytest.raises(AccessDeniedError, match="representatives and editors"):
            submit(milestone_of(pilot), actor)


def test_a_version_that_waits_is_not_followed_by_another(rolled_back):
    pilot = make_pilot()
    hand_in(milestone_of(pilot))

    with pytest.raises(StateError, match="Milestone 1 is submitted now"):
        submit(milestone_of(pilot), pilot.organization.memberships[0].user)


def test_only_the_champion_decides(rolled_back):
    city = make_city()
    pilot = make_pilot(city)
    milestone = milestone_of(pilot)
    hand_in(milestone)

    for actor in (city.manager, pilot.organization.memberships[0].user, make_user("Sam Stranger")):
        with pytest.raises(AccessDeniedError, match="Only the champion, Mona Abara"), transaction():
            services.accept_milestone(milestone, version=1, actor=actor)


@pytest.mark.parametrize(
    ("verdict", "told"),
    [(None, "being checked"), (ScanVerdict.INFECTED, "contains a virus"), (ScanVerdict.FAILED, "could not be checked")],
)
def test_nobody_accepts_what_nobody_can_read(rolled_back, verdict: ScanVerdict | None, told: str):
    pilot = make_pilot()
    milestone = milestone_of(pilot)
    hand_in(milestone, verdict=verdict)

    with pytest.raises(StateError, match=f"accept a file unread.*{told}"), transaction():
        services.accept_milestone(milestone, version=1, actor=pilot.champion)
    with transaction():
        services.ask_for_changes(milestone, what="Send it as a new file.", version=1, actor=pilot.champion)


def test_a_champion_who_joins_the_startup_decides_no_more(rolled_back):
    pilot = make_pilot()
    milestone = milestone_of(pilot)
    hand_in(milestone)
    keep(Membership(organization=pilot.organization, user=pilot.champion, role=MemberRole.VIEWER))
    db.session.expire(pilot.champion)

    with pytest.raises(AccessDeniedError), transaction():
        services.accept_milestone(milestone, version=1, actor=pilot.champion)


def test_changes_are_named_and_followed_by_a_new_version(rolled_back):
    pilot = make_pilot()
    milestone = milestone_of(pilot)
    hand_in(milestone)
    with pytest.raises(RuleError, match="Enter what needs to change"), transaction():
        services.ask_for_changes(milestone, what=" ", version=1, actor=pilot.champion)
    with transaction():
        services.ask_for_changes(milestone, what="Add the log of week 2", version=1, actor=pilot.champion)
    assert milestone.status is MilestoneStatus.CHANGES_REQUESTED
    hand_in(milestone, note="With week 2.")

    with pytest.raises(StateError, match="A newer version was handed in"), transaction():
        services.accept_milestone(milestone, version=1, actor=pilot.champion)
    with transaction():
        services.accept_milestone(milestone, version=2, actor=pilot.champion)

    assert milestone.status is MilestoneStatus.ACCEPTED
    with pytest.raises(StateError), transaction():
        services.ask_for_changes(milestone, what="Late thought", version=2, actor=pilot.champion)


def test_accepting_begins_the_next_and_tells_startup_and_program(rolled_back):
    city = make_city()
    pilot = make_pilot(city)
    execute(pilot, actor=city.manager)
    accept(pilot)

    assert milestone_of(pilot, 2).status is MilestoneStatus.IN_PROGRESS
    verdict = set(db.session.scalars(select(Notice.user_id).where(Notice.kind == "milestone_verdict")))
    ready = set(db.session.scalars(select(Notice.user_id).where(Notice.kind == "installment_ready")))
    assert verdict == {pilot.organization.memberships[0].user_id}
    assert ready == {city.manager.id, city.second.id}


def test_late_is_counted_from_the_due_date_until_it_is_handed_in(rolled_back):
    pilot = make_pilot()
    milestone = milestone_of(pilot)
    due = milestone.due_on
    assert [queries.days_late(milestone, due + timedelta(days=days)) for days in (-3, 0, 1, 40)] == [0, 0, 1, 40]
    hand_in(milestone)
    assert queries.days_late(milestone, due + timedelta(days=40)) == 0


@pytest.mark.parametrize(("handed_in", "due"), [("2026-11-02", "2026-11-09"), ("2026-11-06", "2026-11-13"),
                                                ("2026-11-07", "2026-11-13")])  # fmt: skip  # Monday, Friday, Saturday
def test_the_champion_has_five_business_days(handed_in, due):
    assert queries.review_due_on(date.fromisoformat(handed_in)) == date.fromisoformat(due)


def test_the_database_takes_a_verdict_from_the_champion_alone(rolled_back):
    city = make_city()
    pilot = make_pilot(city)
    version = hand_in(milestone_of(pilot))
    with pytest.raises(DBAPIError) as refusal, db.session.begin_nested():
        db.session.execute(
            text(
                "INSERT INTO acceptances (id, deliverable_version_id, verdict, note, decided_by_id, decided_at)"
                " VALUES (:id, :version, 'accepted', '', :who, :at)"
            ),
            {"id": uuid7(), "version": version.id, "who": city.manager.id, "at": official_now()},
        )
    assert refusal.value.orig.sqlstate == "PL011"


def test_nothing_is_accepted_by_writing_the_word(rolled_back):
    pilot = make_pilot()
    milestone = milestone_of(pilot)
    hand_in(milestone)
    milestone.status = MilestoneStatus.ACCEPTED

    with pytest.raises(DBAPIError) as refusal, transaction():
        record("made.for_a_test", milestone, actor=None)
    assert refusal.value.orig.sqlstate == "PL011"
