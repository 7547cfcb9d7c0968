"""Preparing a request: what is missing is listed, and nothing is sent that nobody could approve."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import MemberRole, Membership, StaffRole
from pglab.core.clock import eastern_today, official_now
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.payments import queries, services
from pglab.payments.states import RequestStatus
from pglab.web.filters import et_date
from tests.factories import keep
from tests.factories.accounts import make_director, make_user
from tests.factories.payments import (
    approve,
    enter_vendor,
    installment_of,
    make_approved,
    make_money,
    pay,
    prepare,
)
from tests.factories.pilots import make_city


def test_everything_that_is_missing_is_listed(rolled_back):
    money = make_money(accepted=0, vendor=False, executed=False)

    with pytest.raises(RuleError) as refusal:
        prepare(money)

    name = money.pilot.organization.legal_name
    assert refusal.value.message == (
        "Milestone 1 hasn’t been accepted. Agreement A12-01 hasn’t been executed. "
        f"No vendor number is on file for {name}."
    )


def test_a_vendor_that_one_person_entered_is_not_enough(rolled_back):
    money = make_money(vendor=False)
    enter_vendor(money.pilot.organization, actor=money.finance)

    with pytest.raises(RuleError, match=r"A second person hasn’t confirmed the vendor number."):
        prepare(money)


def test_payments_are_held_after_a_change_until_72_hours_passed(rolled_back, clock):
    money = make_money()
    changed = enter_vendor(money.pilot.organization, actor=money.finance)
    with transaction():
        services.confirm_vendor(changed, actor=money.finance2)

    with pytest.raises(RuleError, match=r"Payments are held until .* because payee details changed."):
        prepare(money)

    clock.move(timedelta(hours=72, minutes=1))
    assert prepare(money).status is RequestStatus.WAITING


def test_an_installment_has_one_live_request(rolled_back):
    money = make_money()
    prepare(money)

    with pytest.raises(StateError, match="already has payment request S12-0001"):
        prepare(money)


def test_requests_are_numbered_within_the_cohort(rolled_back):
    money = make_money(accepted=2)
    other = make_money(make_city(13))

    assert [prepare(money, 1).reference, prepare(money, 2).reference] == ["S12-0001", "S12-0002"]
    assert prepare(other).reference == "S13-0001"


def test_only_program_managers_prepare(rolled_back):
    money = make_money()

    with pytest.raises(AccessDeniedError, match="Program managers prepare"), transaction():
        services.prepare_request(installment_of(money.pilot), approvals_needed=2, actor=money.finance)


def test_nobody_prepares_for_their_own_startup(rolled_back):
    money = make_money()
    keep(Membership(organization=money.pilot.organization, user=money.manager, role=MemberRole.VIEWER))

    with pytest.raises(AccessDeniedError, match="You belong to the startup"):
        prepare(money)


def test_nothing_is_sent_that_nobody_could_approve(rolled_back):
    money = make_money()
    for person in (money.finance, money.finance2):
        person.active = False
    db.session.commit()

    with pytest.raises(RuleError, match="No eligible approvers are available"):
        prepare(money)


def test_one_person_with_both_roles_is_not_two_approvers(rolled_back):
    money = make_money()
    both = make_user("Bo Both", StaffRole.DIRECTOR, StaffRole.FINANCE)
    for person in (money.finance, money.finance2, money.director, money.city.second):
        person.active = False
    db.session.commit()
    assert both.active

    with pytest.raises(RuleError, match="No eligible approvers are available"):
        prepare(money)
    make_director()
    assert prepare(money).status is RequestStatus.WAITING


def test_one_approval_is_enough_where_the_office_says_so(rolled_back):
    money = make_money()
    request = prepare(money, approvals=1)

    with pytest.raises(AccessDeniedError, match="It isn’t your turn to approve"):
        approve(request, money.director)
    approve(request, money.finance)

    assert request.status is RequestStatus.APPROVED


def test_a_returned_request_can_be_prepared_anew(rolled_back):
    money = make_money()
    first = prepare(money)
    with transaction():
        services.return_request(first, reason="Wrong page", actor=money.director)

    assert prepare(money).reference == "S12-0002"
    assert queries.facts_of_request(first, official_now()).approval == "Returned"


def test_a_stipend_beyond_the_budget_is_refused_in_sql(rolled_back):
    """Publication already asks for a budget that covers all awards, so only SQL could get here."""
    money = make_money(make_city(awards=1))

    with pytest.raises(DBAPIError, match="exceed the budget"), db.session.begin_nested():
        db.session.execute(
            text("INSERT INTO stipends (id, pilot_id, amount_cents) VALUES (gen_random_uuid(), :pilot, 1)"),
            {"pilot": money.pilot.id},
        )


def test_the_whole_stipend_is_paid_and_no_more(rolled_back):
    money = make_money(accepted=3)
    for number in (1, 2, 3):
        pay(make_approved(money, number), money.finance)

    facts = queries.list_pilot_facts(money.pilot.id, official_now())
    assert [each.for_startup for each in facts] == [f"Paid {et_date(eastern_today())}"] * 3
    assert facts[0].paid_cents == 25_000_00
