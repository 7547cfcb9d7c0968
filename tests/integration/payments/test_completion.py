"""A cohort is complete with the last payment, and not before."""

from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.rfps.models import Rfp
from pglab.rfps.states import Phase
from tests.factories.payments import Money, make_approved, make_money, pay
from tests.factories.pilots import make_pilot


def call_of(money: Money) -> Rfp:
    return money.pilot.decision.proposal.rfp


def pay_everything(money: Money) -> None:
    for number in (1, 2, 3):
        pay(make_approved(money, number), money.finance, number=f"{money.pilot.number}-{number}")


def test_the_last_payment_completes_the_cohort(rolled_back):
    money = make_money(accepted=3)
    pay(make_approved(money, 1), money.finance, number="1")
    pay(make_approved(money, 2), money.finance, number="2")
    assert call_of(money).completed_at is None

    pay(make_approved(money, 3), money.finance, number="3")

    db.session.refresh(call_of(money))
    assert call_of(money).phase(official_now()) is Phase.COMPLETE


def test_a_second_pilot_keeps_it_from_being_complete(rolled_back):
    money = make_money(accepted=3)
    make_pilot(money.city)

    pay_everything(money)

    db.session.refresh(call_of(money))
    assert call_of(money).completed_at is None
