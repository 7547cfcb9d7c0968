"""Public results and totals: at their moment, with source and date, and never before."""

import csv
import io

import pytest

from pglab.awards.states import DecisionStatus
from pglab.core.db import db
from tests.factories.payments import make_approved, make_money, pay
from tests.factories.pilots import make_accepted_award, make_city
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.statements import counting


def table(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))


def test_results_with_what_was_paid_so_far(client):
    money = make_money()
    pay(make_approved(money), money.finance)

    page = client.get("/cohorts/12/awards").text

    assert "The City received 19 proposals and made 1 award." in page
    name = money.pilot.organization.legal_name
    assert all(words in page for words in (name, "Safer curbs", "Mobility and Infrastructure", "25,000.00", "6,250.00"))


def test_before_the_release_only_the_date_is_told(client):
    rfp = make_open_rfp(12)

    page = client.get("/cohorts/12/awards").text

    assert "Results will be posted on or after" in page
    assert f"{rfp.decision_on:%B} {rfp.decision_on.day}, {rfp.decision_on.year}" in page
    totals = client.get("/transparency").text
    assert totals.count("Not public yet") == 2


def test_a_cohort_nobody_published_is_not_told_of(client):
    make_draft_rfp(14)
    assert client.get("/cohorts/14/awards").status_code == 404
    assert client.get("/cohorts/99/awards").status_code == 404
    assert "Cohort 14" not in client.get("/transparency").text


def test_an_award_the_startup_declined_is_left_out(client):
    city = make_city()
    kept, declined = make_accepted_award(city), make_accepted_award(city)
    declined.status = DecisionStatus.DECLINED
    db.session.flush()

    page = client.get("/cohorts/12/awards").text

    assert kept.proposal.organization.legal_name in page
    assert declined.proposal.organization.legal_name not in page
    assert "made 1 award." in page


def test_totals_add_up_and_carry_their_source(client):
    money = make_money()
    pay(make_approved(money), money.finance)

    page = client.get("/transparency").text

    assert all(words in page for words in ("$25,000 promised", "$6,250 paid", "record of the opening of proposals"))
    data = client.get("/transparency/cohorts.json").get_json()["rows"]
    assert [data[0][key] for key in ("cohort", "proposals", "awarded", "committed_cents", "paid_cents")] == [
        12, 19, 1, 25_000_00, 6_250_00,
    ]  # fmt: skip  # one comparison
    assert all(data[0][f"{name}_as_of"] for name in ("proposals", "awarded", "committed_cents", "paid_cents"))
    rows = table(client.get("/transparency/cohorts.csv"))
    assert (rows[0][:2], rows[1][:2]) == (["cohort", "proposals"], ["12", "19"])


def test_a_startups_name_is_no_formula_in_the_data(client):
    city = make_city()
    award = make_accepted_award(city)
    award.proposal.organization.legal_name = "@SUM(1) Inc."
    db.session.flush()

    assert table(client.get("/transparency/awards.csv"))[1][1] == "'@SUM(1) Inc."
    assert client.get("/transparency/awards.json").get_json()["rows"][0]["startup"] == "@SUM(1) Inc."


@pytest.mark.parametrize("path", ["/transparency/people.csv", "/transparency/people.json", "/transparency/.csv"])
def test_there_are_no_other_datasets(client, path):
    assert client.get(path).status_code == 404


def test_an_empty_city_says_so(client):
    assert "No cohort has been published here yet." in client.get("/transparency").text


def test_the_same_statements_for_one_cohort_and_for_three(client):
    for path in ("/transparency", "/transparency/awards.csv", "/transparency/cohorts.json"):
        make_accepted_award(make_city(20 + len(path)))
        client.get(path)
        with counting() as one:
            client.get(path)
        for number in (1, 2):
            make_accepted_award(make_city(100 * number + len(path)))
        with counting() as three:
            client.get(path)
        assert len(three) == len(one), path
