"""A pilot starts from an accepted award, and its agreement is executed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import StaffRole
from pglab.awards.states import DecisionStatus
from pglab.core.clock import eastern_today
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.core.ids import uuid7
from pglab.outbox.models import Notice
from pglab.payments.models import Installment, Stipend
from pglab.pilots import services
from pglab.pilots.models import Milestone
from pglab.pilots.states import AgreementStatus, MilestoneStatus
from tests.factories.accounts import make_user
from tests.factories.pilots import (
    PARTS,
    agreement_of,
    execute,
    make_accepted_award,
    make_city,
    make_pilot,
    milestone_of,
)


def test_a_pilot_brings_its_agreement_milestones_and_promised_stipend(rolled_back):
    city = make_city()
    pilot = make_pilot(city)

    agreement = agreement_of(pilot)
    assert (pilot.reference, agreement.reference) == ("P12-01", "A12-01")
    assert (agreement.status, agreement.amount_cents) == (AgreementStatus.DRAFTED, 25_000_00)
    milestones = db.session.scalars(select(Milestone).order_by(Milestone.number)).all()
    assert [(each.title, each.due_on - pilot.starts_on) for each in milestones] == [
        ("Step 1", timedelta(days=30)),
        ("Step 2", timedelta(days=60)),
        ("Step 3", timedelta(days=90)),
    ]
    assert db.session.scalars(select(Installment.amount_cents).order_by(Installment.number)).all() == list(PARTS)
    assert db.session.scalar(select(Stipend.amount_cents)) == 25_000_00
    told = set(db.session.scalars(select(Notice.user_id).where(Notice.kind == "pilot_start")))
    assert told == {city.champion.id, pilot.organization.memberships[0].user_id}


def test_pilots_are_numbered_within_the_cohort(rolled_back):
    city = make_city()
    other = make_city(13)
    assert [make_pilot(each).reference for each in (city, city, other)] == ["P12-01", "P12-02", "P13-01"]


def test_only_an_accepted_award_becomes_a_pilot(rolled_back):
    city = make_city()
    award = make_accepted_award(city)
    award.status = DecisionStatus.RELEASED

    with db.session.no_autoflush, pytest.raises(StateError, match="an award the startup has accepted"):
        services.start_pilot(award, champion=city.champion, actor=city.manager)


def test_an_award_becomes_one_pilot(rolled_back):
    city = make_city()
    pilot = make_pilot(city)

    with pytest.raises(StateError, match=r"Pilot P12-01 was started from this award already\."), transaction():
        services.start_pilot(pilot.decision, champion=city.champion, actor=city.manager)


def test_only_program_managers_start_and_execute(rolled_back):
    city = make_city()
    award = make_accepted_award(city)
    for actor in (city.champion, make_user("Fay", StaffRole.FINANCE), award.proposal.organization.memberships[0].user):
        with pytest.raises(AccessDeniedError), transaction():
            services.start_pilot(award, champion=city.champion, actor=actor)


def test_a_member_of_the_startup_is_not_its_champion(rolled_back):
    city = make_city()
    award = make_accepted_award(city)
    member = award.proposal.organization.memberships[0].user

    with pytest.raises(RuleError, match="can’t be its champion") as refusal, transaction():
        services.start_pilot(award, champion=member, actor=city.manager)
    assert refusal.value.field == "champion"


def test_the_last_day_follows_the_first(rolled_back):
    city = make_city()
    award, today = make_accepted_award(city), eastern_today()

    with pytest.raises(RuleError, match="must be after the first day"), transaction():
        services.start_pilot(award, champion=city.champion, actor=city.manager, starts_on=today, ends_on=today)


def test_executing_begins_the_first_milestone_and_happens_once(rolled_back):
    city = make_city()
    pilot = make_pilot(city)

    execute(pilot, actor=city.manager)

    assert agreement_of(pilot).status is AgreementStatus.EXECUTED
    assert [milestone_of(pilot, number).status for number in (1, 2)] == [
        MilestoneStatus.IN_PROGRESS,
        MilestoneStatus.NOT_STARTED,
    ]
    with pytest.raises(StateError):
        execute(pilot, actor=city.manager)


def test_an_agreement_is_not_executed_tomorrow_nor_under_a_number_in_use(rolled_back):
    city = make_city()
    first, second = make_pilot(city), make_pilot(city)
    with pytest.raises(RuleError, match="can’t be in the future"):
        execute(first, actor=city.manager, on=eastern_today() + timedelta(days=2))
    execute(first, actor=city.manager)

    with pytest.raises(RuleError, match=f"already used for {agreement_of(first).reference}"), transaction():
        services.execute_agreement(
            agreement_of(second),
            contract_number=agreement_of(first).contract_number,
            executed_on=eastern_today(),
            actor=city.manager,
        )


def test_the_database_starts_no_pilot_without_an_accepted_award(rolled_back):
    city = make_city()
    pilot = make_pilot(city)
    other = make_accepted_award(city)
    with pytest.raises(DBAPIError) as refusal:
        db.session.execute(
            text(
                "INSERT INTO pilots (id, reference, cohort_id, number, decision_id, organization_id, host_id,"
                " champion_id, title, starts_on, ends_on) SELECT :id, 'P12-98', cohort_id, 98, :decision,"
                " organization_id, host_id, champion_id, title, starts_on, ends_on FROM pilots WHERE id = :pilot"
            ),
            {"id": uuid7(), "decision": other.id, "pilot": pilot.id},
        )
    assert refusal.value.orig.sqlstate == "PL011"


def test_the_pages_start_a_pilot_once_and_record_its_agreement(login):
    city = make_city()
    award = make_accepted_award(city)
    manager = login(city.manager)
    url = f"/manage/cohorts/12/pilots/{award.proposal.reference}"
    assert url in manager.get("/manage/cohorts/12/pilots").text
    page = manager.get(url).text
    assert city.champion.email in page
    dates = {"starts_on": "2027-01-11", "ends_on": "2027-07-09", "title": "Curbs", "champion": city.champion.email}

    unknown = manager.post(url, data=dates | {"champion": "nobody@example.org"})
    assert (unknown.status_code, "Nobody has an account with this address" in unknown.text) == (422, True)
    backwards = manager.post(url, data=dates | {"ends_on": "2027-01-11"})
    assert (backwards.status_code, 'value="Curbs"' in backwards.text) == (422, True)
    assert manager.post(url, data=dates).location == "/workspace/P12-01"
    assert manager.post(url, data=dates).location == "/workspace/P12-01"
    assert "Every accepted award has its pilot." in manager.get("/manage/cohorts/12/pilots").text

    agreement = "/manage/agreements/A12-01"
    wrong = manager.post(agreement, data={"contract_number": "<b>", "executed_on": "2026-13-01"})
    assert (wrong.status_code, "Enter a real date" in wrong.text) == (422, True)
    assert manager.post(agreement, data={"contract_number": "c 100/26", "executed_on": "2026-01-05"}).status_code == 303
    assert "C 100/26" in manager.get(agreement).text
    assert login(make_user("Fay", StaffRole.FINANCE)).post(agreement, data={}).status_code == 403
    assert login(city.champion).get(agreement).status_code == 403
