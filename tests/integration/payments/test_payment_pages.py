"""The money pages: the whole way from preparing to paid with three sign-ins, and every refusal as a page."""

import re

import pytest
from sqlalchemy import func, select

from pglab.core.clock import eastern_today
from pglab.core.db import db
from pglab.payments.models import Approval, Disbursement, PaymentRequest, VendorVerification
from tests.factories.accounts import make_user
from tests.factories.payments import (
    approve,
    enter_vendor,
    installment_of,
    make_approved,
    make_money,
    pay,
    prepare,
)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="(seen|stage)" value="([^"]*)"', page))


def approve_through_pages(client, reference: str):
    form = hidden(client.get(f"/finance/payments/{reference}/approval").text)
    went_on = client.post(f"/finance/payments/{reference}/approval", data={**form, "decision": "approve"})
    assert went_on.status_code == 303
    confirm = client.get(went_on.location)
    assert "Approve $6,250.00</button>" in confirm.text
    return client.post(went_on.location, data=hidden(confirm.text))


def test_from_preparing_to_paid_with_three_sign_ins(login):
    money = make_money()
    manager, director, finance = login(money.manager), login(money.director), login(money.finance)
    assert "Ready to request" in manager.get("/finance").text

    new = f"/finance/payments/new?installment={installment_of(money.pilot).id}"
    assert "Send $6,250.00 for approval" in manager.get(new).text
    assert manager.post(new).location == "/finance/payments/S12-0001"
    assert "You prepared it. Waiting for Dirk Director or Second Manager." in manager.get("/finance").text

    assert "Waiting for 1st approval" in director.get("/finance").text
    assert approve_through_pages(director, "S12-0001").status_code == 303
    assert "Nothing is waiting for you." in director.get("/finance").text
    assert "Waiting for 2nd approval" in finance.get("/finance").text
    assert "You’re the second approver." in finance.get("/finance/payments/S12-0001/approval/confirmation").text
    assert approve_through_pages(finance, "S12-0001").status_code == 303

    record = {"method": "ach", "number": "88213", "paid_on": eastern_today().isoformat()}
    assert "Record the payment" in finance.get("/finance").text
    assert finance.post("/finance/payments/S12-0001/disbursement", data=record).status_code == 303
    assert finance.post("/finance/payments/S12-0001/disbursement", data=record).status_code == 303

    page = finance.get("/finance/payments/S12-0001").text
    assert ("ACH (bank transfer)" in page, "88213" in page, "2nd approval" in page) == (True, True, True)
    counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (Approval, Disbursement)]
    assert counts == [2, 1]
    startup = login(money.pilot.organization.memberships[0].user).get(f"/workspace/{money.pilot.reference}/payments")
    assert ("Paid " in startup.text, "ACH 88213" in startup.text) == (True, True)


def test_the_preparer_gets_a_page_that_says_who_can(login):
    money = make_money()
    prepare(money)

    page = login(money.manager).get("/finance/payments/S12-0001/approval")

    assert page.status_code == 403
    assert "You prepared S12-0001, so someone else must approve it. Dirk Director and Second Manager can." in page.text
    posted = login(money.manager).post("/finance/payments/S12-0001/approval/confirmation", data=hidden(page.text))
    assert posted.status_code in (403, 422)


def test_a_changed_payee_between_page_and_button_is_409(login):
    money = make_money()
    prepare(money)
    director = login(money.director)
    form = hidden(director.get("/finance/payments/S12-0001/approval/confirmation").text)

    enter_vendor(money.pilot.organization, actor=money.finance)

    page = director.post("/finance/payments/S12-0001/approval/confirmation", data=form)
    assert (page.status_code, "Something changed since you opened this" in page.text) == (409, True)
    assert db.session.scalar(select(func.count()).select_from(Approval)) == 0


def test_two_directors_on_the_same_page_give_one_approval(login):
    money = make_money()
    prepare(money)
    first, second = login(money.director), login(money.city.second)
    forms = [hidden(each.get("/finance/payments/S12-0001/approval/confirmation").text) for each in (first, second)]

    codes = [
        each.post("/finance/payments/S12-0001/approval/confirmation", data=form).status_code
        for each, form in zip((first, second), forms, strict=True)
    ]

    assert codes == [303, 409]


@pytest.mark.parametrize("change", [{"seen": "x"}, {"seen": ""}, {"stage": "boss"}, {"seen": "0" * 64}])
def test_a_tampered_form_approves_nothing(login, change):
    money = make_money()
    prepare(money)
    director = login(money.director)
    form = hidden(director.get("/finance/payments/S12-0001/approval/confirmation").text)

    page = director.post("/finance/payments/S12-0001/approval/confirmation", data=form | change)

    assert page.status_code in (409, 422)
    assert db.session.scalar(select(func.count()).select_from(Approval)) == 0


def test_returning_needs_a_reason_and_nothing_chosen_is_said(login):
    money = make_money()
    prepare(money)
    director = login(money.director)
    form = hidden(director.get("/finance/payments/S12-0001/approval").text)
    url = "/finance/payments/S12-0001/approval"

    assert "Select whether to approve or return this payment" in director.post(url, data=form).text
    unexplained = director.post(url, data=form | {"decision": "return"})
    assert (unexplained.status_code, "Enter why you’re returning it" in unexplained.text) == (422, True)
    returned = director.post(url, data=form | {"decision": "return", "reason": "The photo shows another street"})
    assert returned.status_code == 303
    assert "The photo shows another street" in login(money.manager).get("/finance/payments/S12-0001").text


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("number", "", "Enter the check or ACH number"),
        ("number", "=1+1", "letters, digits and hyphens only"),
        ("number", "٣٣", "letters, digits and hyphens only"),
        ("paid_on", "", "Enter the payment date"),
        ("paid_on", "2026-02-30", "Enter a real date"),
        ("paid_on", "tomorrow", "Enter a real date"),
        ("paid_on", "2099-01-01", "The payment date can’t be in the future"),
        ("method", "cash", "how it was paid"),
    ],
)
def test_what_was_typed_about_a_payment_is_kept_when_it_is_refused(login, field, typed, says):
    money = make_money()
    make_approved(money)
    data = {"method": "check", "number": "CHK-77", "paid_on": eastern_today().isoformat(), field: typed}

    page = login(money.finance).post("/finance/payments/S12-0001/disbursement", data=data)

    assert (page.status_code, says in page.text) == (422, True)
    kept = "CHK-77" if field != "number" else eastern_today().isoformat()
    assert f'value="{kept}"' in page.text
    assert db.session.scalar(select(func.count()).select_from(Disbursement)) == 0


def test_an_amount_cannot_be_sent_along(login):
    money = make_money()
    make_approved(money)
    data = {"method": "ach", "number": "1", "paid_on": eastern_today().isoformat(), "amount_cents": "1", "amount": "1"}

    login(money.finance).post("/finance/payments/S12-0001/disbursement", data=data)

    assert db.session.scalar(select(Disbursement.amount_cents)) == 6_250_00


def test_preparing_without_what_it_needs_is_said_in_full(login):
    money = make_money(accepted=0, vendor=False)
    new = f"/finance/payments/new?installment={installment_of(money.pilot).id}"
    manager = login(money.manager)

    for page in (manager.get(new), manager.post(new)):
        assert "Milestone 1 hasn’t been accepted." in page.text
        assert "No vendor number is on file" in page.text
    assert db.session.scalar(select(func.count()).select_from(PaymentRequest)) == 0


@pytest.mark.parametrize("installment", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_installment_that_is_none_is_not_found(login, installment):
    manager = login(make_money().manager)
    assert manager.get(f"/finance/payments/new?installment={installment}").status_code == 404


def test_an_old_sign_in_confirms_first(app, login):
    money = make_money()
    prepare(money)
    late = login(money.director).sign_in(money.director, signed_in_ago=3600)

    for path in ("approval", "approval/confirmation"):
        assert late.get(f"/finance/payments/S12-0001/{path}").status_code == 303
    assert late.post("/finance/payments/S12-0001/approval/confirmation").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Approval)) == 0


def test_a_payee_is_entered_and_confirmed_by_two_people(login):
    money = make_money(vendor=False)
    url = f"/finance/payees/{money.pilot.organization_id}"
    finance, other = login(money.finance), login(money.finance2)
    data = {"vendor_number": "4512", "remit_to": "Main office", "w9_on_file_on": eastern_today().isoformat()}

    refused = finance.post(f"{url}/details", data=data | {"vendor_number": "12"})
    assert (refused.status_code, "4 to 10 digits" in refused.text, 'value="Main office"' in refused.text) == (
        422, True, True,
    )  # fmt: skip  # one comparison
    assert finance.post(f"{url}/details", data=data).status_code == 303
    assert "Another finance officer or a director confirms it." in finance.get(url).text
    assert finance.post(f"{url}/details/1/confirmation").status_code == 403
    assert "Confirm vendor 4512" in other.get(url).text
    assert other.post(f"{url}/details/1/confirmation").status_code == 303
    assert "Verified" in other.get("/finance/payees").text
    assert db.session.scalar(select(VendorVerification.confirmed_by_id)) == money.finance2.id


def test_who_opens_which_page(login):
    money = make_money()
    prepare(money)
    startup = login(money.pilot.organization.memberships[0].user)
    champion = login(money.city.champion)
    stranger = login(make_user("Sam Stranger"))
    pages = ["/finance", "/finance/payments", "/finance/payments.csv", "/finance/payments/S12-0001", "/finance/payees",
             "/finance/budget"]  # fmt: skip  # one list
    for path in pages:
        assert [each.get(path).status_code for each in (startup, champion, stranger)] == [403, 403, 403], path
        assert login(money.finance).get(path).status_code == 200, path
    workspace = f"/workspace/{money.pilot.reference}/payments"
    assert [each.get(workspace).status_code for each in (startup, champion, stranger)] == [200, 200, 404]


def test_recall_by_the_button(login):
    money = make_money()
    prepare(money)
    approve(db.session.scalars(select(PaymentRequest)).one(), money.director)

    assert login(money.city.second).post("/finance/payments/S12-0001/recall").status_code == 403
    assert login(money.manager).post("/finance/payments/S12-0001/recall").status_code == 303
    assert "Recalled" in login(money.manager).get("/finance/payments/S12-0001").text


def test_the_hold_is_shown_to_finance_and_startup(login):
    money = make_money()
    enter_vendor(money.pilot.organization, actor=money.finance)

    assert "Payments are held" in login(money.finance).get(f"/finance/payees/{money.pilot.organization_id}").text
    startup = login(money.pilot.organization.memberships[0].user)
    assert "payments wait until" in startup.get(f"/workspace/{money.pilot.reference}/payments").text


def test_the_budget_page_proves_the_books(login):
    money = make_money()
    pay(make_approved(money), money.finance)

    page = login(money.finance).get("/finance/budget").text

    assert "The journal balances" in page
    assert "18,750.00" in page
