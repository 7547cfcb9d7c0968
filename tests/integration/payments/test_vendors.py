"""Vendor details: two people, no account numbers, and a hold after a change."""

from datetime import timedelta

import pytest

from pglab.core.clock import eastern_today, official_now
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.payments import queries, services
from tests.factories.accounts import make_finance_officer
from tests.factories.payments import enter_vendor, make_money


def test_whoever_entered_does_not_confirm_even_under_another_account(rolled_back):
    money = make_money(vendor=False)
    entered = enter_vendor(money.pilot.organization, actor=money.finance)
    again = make_finance_officer("Tomas Again")
    again.person_id = money.finance.person_id
    db.session.commit()

    for person in (money.finance, again, money.manager):
        with pytest.raises(AccessDeniedError, match="Tomas Lin entered this"), transaction():
            services.confirm_vendor(entered, actor=person)
    with transaction():
        services.confirm_vendor(entered, actor=money.director)

    assert queries.get_payee(money.pilot.organization_id, official_now()).state == ("Verified", "green")


def test_confirming_twice_is_once_and_a_third_person_is_told(rolled_back):
    money = make_money(vendor=False)
    entered = enter_vendor(money.pilot.organization, actor=money.finance)
    for _ in range(2):
        with transaction():
            services.confirm_vendor(entered, actor=money.finance2)

    with pytest.raises(StateError, match=r"Marisol Vega has confirmed this already."), transaction():
        services.confirm_vendor(entered, actor=money.director)


def test_old_details_are_not_confirmed_once_newer_ones_stand(rolled_back):
    money = make_money(vendor=False)
    old = enter_vendor(money.pilot.organization, actor=money.finance)
    enter_vendor(money.pilot.organization, actor=money.finance)

    with pytest.raises(StateError, match="Newer details were entered"), transaction():
        services.confirm_vendor(old, actor=money.finance2)


def test_a_correction_before_the_first_confirmation_is_not_held_a_change_after_it_is(rolled_back):
    money = make_money(vendor=False)
    organization = money.pilot.organization
    enter_vendor(organization, actor=money.finance)
    corrected = enter_vendor(organization, actor=money.finance)
    assert corrected.hold_until <= official_now()
    with transaction():
        services.confirm_vendor(corrected, actor=money.finance2)

    changed = enter_vendor(organization, actor=money.finance)

    assert changed.hold_until - changed.entered_at == timedelta(hours=72)
    assert queries.get_payee(organization.id, official_now()).state[0] == "Waiting for a second person"


@pytest.mark.parametrize(
    "label", ["Account 12345678", "1234-5678-9012", "EIN 12-3456789", "123-45-6789", "PNC 043 000 096"]
)
def test_account_and_taxpayer_numbers_are_not_kept(rolled_back, label):
    money = make_money(vendor=False)

    with pytest.raises(RuleError, match="Leave out account and taxpayer numbers") as refusal, transaction():
        services.enter_vendor(
            money.pilot.organization,
            vendor_number="4512",
            remit_to=label,
            w9_on_file_on=eastern_today(),
            actor=money.finance,
        )
    assert refusal.value.field == "remit_to"


def test_a_vendor_number_belongs_to_one_startup(rolled_back):
    first, second = make_money(vendor=False), None
    enter_vendor(first.pilot.organization, actor=first.finance, number="4512")
    second = make_money(first.city, vendor=False)

    with pytest.raises(RuleError, match=f"4512 is already used for {first.pilot.organization.legal_name}"):
        enter_vendor(second.pilot.organization, actor=first.finance, number="4512")


@pytest.mark.parametrize("number", ["123", "12345678901", "12a4", "٣٣٣٣", ""])
def test_vendor_numbers_have_four_to_ten_digits(rolled_back, number):
    money = make_money(vendor=False)

    with pytest.raises(RuleError, match="4 to 10 digits"), transaction():
        services.enter_vendor(
            money.pilot.organization,
            vendor_number=number,
            remit_to="Main",
            w9_on_file_on=eastern_today(),
            actor=money.finance,
        )


def test_a_w9_is_not_dated_tomorrow(rolled_back):
    money = make_money(vendor=False)

    with pytest.raises(RuleError, match="can’t be in the future"), transaction():
        services.enter_vendor(
            money.pilot.organization,
            vendor_number="4512",
            remit_to="Main",
            w9_on_file_on=eastern_today() + timedelta(days=1),
            actor=money.finance,
        )
