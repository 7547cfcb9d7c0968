"""Recording that the Controller paid, exactly once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from pglab.accounts.models import StaffRole, StaffRoleGrant
from pglab.core.clock import eastern_today
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.outbox.models import Notice
from pglab.payments import services
from pglab.payments.models import Disbursement
from pglab.payments.states import Method, RequestStatus
from tests.factories import keep
from tests.factories.payments import approve, make_approved, make_money, pay, prepare


def test_recording_the_same_payment_twice_is_one_payment(rolled_back):
    money = make_money()
    request = make_approved(money)

    first, second = pay(request, money.finance, number="88213"), pay(request, money.finance2, number="88213")

    assert first.id == second.id
    assert db.session.scalar(select(func.count()).select_from(Disbursement)) == 1
    with pytest.raises(StateError, match="S12-0001 is already paid: ACH 88213"):
        pay(request, money.finance, number="88214")


def test_a_number_is_used_once_for_each_way_of_paying(rolled_back):
    money = make_money(accepted=2)
    pay(make_approved(money, 1), money.finance, number="88213")
    second = make_approved(money, 2)

    with pytest.raises(RuleError, match="ACH 88213 is already used for S12-0001"):
        pay(second, money.finance, number="88213")
    assert pay(second, money.finance, number="88213", method=Method.CHECK).number == "88213"


@pytest.mark.parametrize("number", ["", "88 213", "=1+1", "٣", "x" * 31, "a1"])
def test_numbers_are_capital_letters_digits_and_hyphens(rolled_back, number):
    money = make_money()
    request = make_approved(money)

    with pytest.raises(RuleError, match="letters, digits and hyphens only"), transaction():
        services.record_payment(request, method=Method.ACH, number=number, paid_on=eastern_today(), actor=money.finance)


@pytest.mark.parametrize(("days", "words"), [(1, "can’t be in the future"), (-1, "can’t be before the approval")])
def test_the_payment_date_lies_between_approval_and_today(rolled_back, days, words):
    money = make_money()
    request = make_approved(money)

    with pytest.raises(RuleError, match=words), transaction():
        services.record_payment(
            request, method=Method.ACH, number="1", paid_on=eastern_today() + timedelta(days=days), actor=money.finance
        )


def test_today_is_the_citys_day(rolled_back, clock):
    clock.freeze(datetime(2027, 1, 1, 3, 0, tzinfo=UTC))  # still December 31 in Pittsburgh
    money = make_money()
    request = make_approved(money)

    assert eastern_today().isoformat() == "2026-12-31"
    with pytest.raises(RuleError, match="can’t be in the future"), transaction():
        services.record_payment(request, method=Method.ACH, number="1", paid_on=date(2027, 1, 1), actor=money.finance)


def test_what_is_not_approved_is_not_paid(rolled_back):
    money = make_money()
    request = prepare(money)
    approve(request, money.director)

    with pytest.raises(StateError, match="it is waiting for 2nd approval"):
        pay(request, money.finance)


def test_finance_records_and_never_the_preparer(rolled_back):
    money = make_money()
    request = make_approved(money)
    keep(StaffRoleGrant(user_id=money.manager.id, role=StaffRole.FINANCE))
    db.session.expire(money.manager, ["roles"])

    for person in (money.director, money.manager):
        with pytest.raises(AccessDeniedError, match="Finance records a payment"):
            pay(request, person)


def test_representatives_hear_that_it_is_approved_and_paid(rolled_back):
    money = make_money()
    request = make_approved(money)
    pay(request, money.finance)

    subjects = db.session.scalars(
        select(Notice.subject).where(Notice.kind == "payment_news").order_by(Notice.created_at)
    ).all()
    assert request.status is RequestStatus.PAID
    assert subjects[0] == "Your $6,250.00 PGH Lab payment is approved"
    assert subjects[1].startswith("Your $6,250.00 PGH Lab payment was paid ")
