"""What the services refuse, the database refuses too: direct SQL in the application's own role."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import MemberRole, Membership, StaffRole, User
from pglab.core.db import db, transaction
from pglab.core.ids import uuid7
from pglab.payments import services
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.payments import approve, installment_of, make_approved, make_money, pay, prepare


def refused(statement: str, **values: object) -> str:
    """The code with which the database refuses a statement, at once or at the end of the transaction."""
    with pytest.raises(DBAPIError) as refusal, db.session.begin_nested():
        db.session.execute(text(statement), values)
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db.session.rollback()
    return str(getattr(refusal.value.orig, "sqlstate", ""))


def approval(request, user: User, stage: str = "program", fingerprint: str = "") -> str:
    return refused(
        "INSERT INTO approvals (id, request_id, stage, approved_by_id, approved_at, fingerprint)"
        " VALUES (:id, :request, :stage, :user, official_now(), :fingerprint)",
        id=uuid7(), request=request.id, stage=stage, user=user.id, fingerprint=fingerprint or request.fingerprint,
    )  # fmt: skip  # one statement


def disbursement(request, user: User, amount: int | None = None) -> str:
    return refused(
        "INSERT INTO disbursements (id, request_id, amount_cents, method, number, paid_on, recorded_by_id, recorded_at)"
        " VALUES (:id, :request, :amount, 'ach', 'X1', current_date, :user, official_now())",
        id=uuid7(), request=request.id, user=user.id, amount=amount or request.amount_cents,
    )  # fmt: skip  # one statement


def request_row(money, **changed: object) -> str:
    """Prepare by SQL what the services would prepare, but for what is changed."""
    model = prepare(money)
    row = db.session.execute(
        text("SELECT to_jsonb(payment_requests) FROM payment_requests WHERE id = :id"), {"id": model.id}
    ).scalar_one()
    with transaction():
        services.recall_request(model, actor=money.manager)
    row |= {"id": str(uuid7()), "reference": "S12-0099", **changed}
    return refused(
        "INSERT INTO payment_requests SELECT * FROM jsonb_populate_record(NULL::payment_requests, CAST(:row AS jsonb))",
        row=json.dumps(row),
    )


def test_the_preparer_does_not_approve(rolled_back):
    money = make_money()
    assert approval(prepare(money), money.manager) == "PL006"


def test_nor_does_a_second_account_of_the_same_person(rolled_back):
    money = make_money()
    again = make_user("Paula Again", StaffRole.DIRECTOR)
    again.person_id = money.manager.person_id
    db.session.commit()
    assert approval(prepare(money), again) == "PL006"


def test_nor_the_first_approver_under_another_account(rolled_back):
    money = make_money()
    request = prepare(money)
    approve(request, money.director)
    again = make_user("Dirk Again", StaffRole.FINANCE)
    again.person_id = money.director.person_id
    db.session.commit()
    assert approval(request, again, "finance") == "PL006"


def test_nor_a_member_of_the_payee(rolled_back):
    money = make_money()
    request = prepare(money)
    keep(Membership(organization=money.pilot.organization, user=money.director, role=MemberRole.VIEWER))
    assert approval(request, money.director) == "PL006"


def test_nor_an_administrator_nor_finance_before_the_program_nor_on_another_fingerprint(rolled_back):
    money = make_money()
    request = prepare(money)
    assert approval(request, make_user("Ned Fox", StaffRole.ADMIN)) == "PL015"
    assert approval(request, money.finance, "finance") == "PL015"
    assert approval(request, money.director, fingerprint="0" * 64) == "PL015"


CHANGES = [
    ("PL014", {"amount_cents": 6_250_01}),
    ("PL014", {"amount_cents": 1}),
    ("PL014", {"installment_id": "the second"}),
    ("PL014", {"evidence_sha256": "0" * 64}),
    ("PL014", {"status": "approved"}),
    ("PL014", {"status": "paid"}),
    ("PL006", {"prepared_by_id": "finance"}),
    ("PL006", {"prepared_by_id": "the payee"}),
    ("23514", {"approvals_needed": 0}),
]


@pytest.mark.parametrize(("code", "change"), CHANGES)
def test_a_request_is_for_what_was_promised_and_accepted(rolled_back, code, change):
    money = make_money()
    ids = {
        "the second": installment_of(money.pilot, 2).id,
        "finance": money.finance.id,
        "the payee": money.pilot.organization.memberships[0].user_id,
    }
    assert request_row(money, **{name: str(ids.get(value, value)) for name, value in change.items()}) == code


def test_a_payee_member_with_a_staff_role_does_not_prepare(rolled_back):
    money = make_money()
    insider = make_user("Ina Insider", StaffRole.PROGRAM_MANAGER)
    keep(Membership(organization=money.pilot.organization, user=insider, role=MemberRole.EDITOR))
    assert request_row(money, prepared_by_id=str(insider.id)) == "PL006"


@pytest.mark.parametrize(
    "change",
    ["amount_cents = 1", "fingerprint = repeat('0', 64)", "evidence_sha256 = repeat('0', 64)", "approvals_needed = 1",
     "prepared_by_id = :other", "status = 'waiting'", "status = 'recalled'"],
)  # fmt: skip  # one list
def test_an_approved_request_is_not_changed(rolled_back, change):
    money = make_money()
    request = make_approved(money)
    values = {"other": money.city.second.id} if ":other" in change else {}
    assert refused(f"UPDATE payment_requests SET {change} WHERE id = :id", id=request.id, **values) == "PL014"


def test_nothing_is_approved_or_paid_by_writing_the_word(rolled_back):
    money = make_money()
    request = prepare(money)
    approved = "UPDATE payment_requests SET status = 'approved' WHERE id = :id"
    # on the log, so that only the missing approvals are in the way
    assert refused(approved, id=request.id) in {"PL015", "PL001"}
    assert refused("UPDATE payment_requests SET status = 'paid' WHERE id = :id", id=request.id) == "PL014"


def test_nothing_is_paid_without_approvals(rolled_back):
    money = make_money()
    request = prepare(money)
    assert disbursement(request, money.finance) == "PL015"
    approve(request, money.director)
    assert disbursement(request, money.finance) == "PL015"


def test_paid_is_what_was_approved_once_by_finance(rolled_back):
    money = make_money()
    request = make_approved(money)
    assert disbursement(request, money.finance, amount=6_250_01) == "PL015"
    assert disbursement(request, money.finance, amount=25_000_01) == "PL012"
    assert disbursement(request, money.director) == "PL006"
    assert disbursement(request, money.manager) == "PL006"
    pay(request, money.finance)
    assert disbursement(request, money.finance2) in {"23505", "PL012"}


@pytest.mark.parametrize("table", ["approvals", "disbursements", "journal_lines", "journal_entries", "stipends"])
def test_what_was_signed_and_booked_is_not_changed_or_removed(rolled_back, table):
    money = make_money()
    pay(make_approved(money), money.finance)
    assert refused(f"DELETE FROM {table}") == "42501"
    assert refused(f"UPDATE {table} SET id = id") == "42501"


def test_a_booking_that_does_not_balance_is_refused(rolled_back):
    money = make_money()
    stipend = installment_of(money.pilot).stipend_id
    entry = (
        "WITH entry AS (INSERT INTO journal_entries (id, stipend_id, description, booked_at)"
        " VALUES (:id, :stipend, 'x', official_now()) RETURNING id)"
        " INSERT INTO journal_lines (id, entry_id, account, amount_cents) VALUES "
    )
    lines = {
        "one line": "(gen_random_uuid(), :id, 'paid', 5)",
        "two that differ": "(gen_random_uuid(), :id, 'paid', 5), (gen_random_uuid(), :id, 'expenditure', -4)",
    }
    for name, values in lines.items():
        assert refused(entry + values, id=uuid7(), stipend=stipend) == "PL016", name


def test_vendor_details_take_two_people_and_their_hold(rolled_back):
    money = make_money()
    insert = (
        "INSERT INTO vendor_verifications (id, organization_id, number, vendor_number, remit_to, w9_on_file_on,"
        " entered_by_id, entered_at, hold_until, confirmed_by_id, confirmed_at)"
        " VALUES (:id, :org, 2, '9999', 'x', current_date, :who, official_now(), official_now() + :hold,"
        " :confirmed, CASE WHEN CAST(:confirmed AS uuid) IS NULL THEN NULL ELSE official_now() END)"
    )
    base = {"id": uuid7(), "org": money.pilot.organization_id, "who": money.finance.id}
    assert refused(insert, **base, hold=timedelta(0), confirmed=None) == "PL013"
    assert refused(insert, **base, hold=timedelta(hours=73), confirmed=money.finance.id) in {"PL006", "23514"}
    assert refused("UPDATE vendor_verifications SET remit_to = 'elsewhere'") == "PL013"
    assert refused("UPDATE vendor_verifications SET hold_until = official_now() + interval '1 day'") == "PL013"


def test_a_stipend_over_the_budget_is_refused(rolled_back):
    money = make_money()
    assert refused(
        "INSERT INTO stipends (id, pilot_id, amount_cents) VALUES (:id, :pilot, 100000000)",
        id=uuid7(), pilot=money.pilot.id,
    ) in {"PL012", "23505"}  # fmt: skip  # one statement
