"""The ledger: totals that reconcile, a constant number of statements, a table no spreadsheet runs."""

import csv
import io

from pglab.core.db import transaction
from pglab.payments import services
from tests.factories.payments import make_approved, make_money, pay, prepare
from tests.factories.pilots import make_city
from tests.support.statements import counting


def test_the_same_statements_for_one_row_and_for_three(login):
    city = make_city()
    money = make_money(city)
    pay(make_approved(money), money.finance)
    finance, counts = login(money.finance), []
    for path in ("/finance/payments", "/finance", "/finance/payees", "/finance/budget"):
        finance.get(path)
        with counting() as sent:
            finance.get(path)
        counts.append(len(sent))
    for _ in range(2):
        other = make_money(city)
        prepare(other)

    again = []
    for path in ("/finance/payments", "/finance", "/finance/payees", "/finance/budget"):
        with counting() as sent:
            page = finance.get(path)
        assert page.status_code == 200
        again.append(len(sent))

    assert again == counts


def test_totals_reconcile_and_say_what_is_shown(login):
    city = make_city()
    first, second = make_money(city), make_money(city)
    pay(make_approved(first), first.finance)
    prepare(second)
    finance = login(first.finance)

    everything = finance.get("/finance/payments").text
    assert "2 payments" in everything
    for amount in ("$50,000.00", "$6,250.00", "$43,750.00", "12,500.00"):
        assert amount in everything
    only = finance.get(f"/finance/payments?startup={second.pilot.organization_id}&status=waiting").text
    assert ("1 payment<" in only, "$25,000.00" in only, first.pilot.organization.legal_name + "</bdi>" in only) == (
        True, True, False,
    )  # fmt: skip  # one comparison
    nothing = finance.get("/finance/payments?status=recalled").text
    assert ("0 payments" in nothing, "Nothing matches these filters." in nothing) == (True, True)


def test_a_filter_that_cannot_be_read_shows_everything(login):
    money = make_money()
    prepare(money)
    for query in ("status=nonsense", "startup=x", "status=%00", "startup=00000000-0000-0000-0000-000000000000"):
        assert "S12-0001" in login(money.finance).get(f"/finance/payments?{query}").text, query


def test_a_returned_and_a_new_request_of_one_installment_are_both_listed(login):
    money = make_money()
    first = prepare(money)
    with transaction():
        services.return_request(first, reason="Again", actor=money.director)
    prepare(money)

    page = login(money.finance).get("/finance/payments").text

    assert ("S12-0001" in page, "S12-0002" in page, "Returned" in page) == (True, True, True)


def test_the_csv_holds_the_rows_and_no_formula(login):
    money = make_money()
    money.pilot.organization.legal_name = "=HYPERLINK(0) Inc."
    pay(make_approved(money), money.finance, number="-88213")

    sent = login(money.finance).get("/finance/payments.csv")

    rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))))
    assert rows[1][:2] == ["S12-0001", "'=HYPERLINK(0) Inc."]
    assert rows[1][6] == "6250.00"
    assert sent.headers["Content-Type"].startswith("text/csv")
