"""A call that was cancelled or has closed says so on each of its pages, wherever somebody arrives."""

from datetime import timedelta

import pytest

from pglab.rfps.routes.words import key_dates
from pglab.web.filters import et_iso
from tests.factories.addenda import make_cancelled_rfp
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock

pytestmark = pytest.mark.usefixtures("rolled_back")
FITS = "/cohorts/12/eligibility?rule1=yes&rule2=yes&rule3=yes&rule4=yes"
PAGES = [
    "/cohorts/12",
    "/cohorts/12/rfp",
    "/cohorts/12/rfp/versions/1",
    "/cohorts/12/how-we-decide",
    "/cohorts/12/proposal-questions",
    "/cohorts/12/challenges/safer-streets",
    "/cohorts/12/eligibility",
    FITS,
    "/cohorts/12/awards",
]


@pytest.mark.parametrize("address", PAGES)
def test_each_page_of_a_cancelled_call_says_so(client: Client, address: str) -> None:
    make_cancelled_rfp()

    page = client.get(address).text

    assert "This call was cancelled" in page
    assert "Proposals closed" not in page
    assert "Start a proposal" not in page


@pytest.mark.parametrize("address", PAGES)
def test_control_no_page_of_an_open_call_says_so(client: Client, address: str) -> None:
    make_open_rfp()

    assert "cancelled" not in client.get(address).text


@pytest.mark.parametrize("address", ["/cohorts/12", "/cohorts/12/proposal-questions"])
def test_the_card_of_a_cancelled_call_names_the_day_it_was_cancelled(client: Client, address: str) -> None:
    rfp = make_cancelled_rfp()

    card = client.get(address).text.partition('class="card gold deadline"')[2].partition("</div>")[0]

    assert et_iso(rfp.cancelled_at) in card
    assert et_iso(rfp.closes_at) not in card


def test_no_date_of_a_cancelled_call_is_to_come(clock: OfficialClock) -> None:
    rfp = make_cancelled_rfp()
    later = rfp.closes_at + timedelta(days=1)
    clock.freeze(later)

    states = {name: state for name, _said, state, coming in key_dates(rfp, later) if not coming}

    assert states.pop("RFP published") == "Done"
    assert set(states.values()) == {"Cancelled"}


def test_the_check_of_a_closed_call_says_that_it_is_closed(client: Client, clock: OfficialClock) -> None:
    rfp = make_open_rfp()
    assert "Start a proposal" in client.get(FITS).text
    clock.freeze(rfp.closes_at + timedelta(seconds=1))

    page = client.get(FITS).text

    assert "You fit" in page
    assert "Proposals closed" in page
    assert "Start a proposal" not in page
    assert "Check your fit" not in client.get("/cohorts/12").text


def test_a_check_without_answers_says_what_is_missing(client: Client) -> None:
    make_open_rfp()
    page = client.get("/cohorts/12/eligibility")
    assert (page.status_code, "There is a problem" in page.text) == (200, False)
    assert 'type="hidden" name="check" value="yes"' in page.text

    asked = client.get("/cohorts/12/eligibility?check=yes")

    assert (asked.status_code, "There is a problem" in asked.text) == (422, True)
    assert "You fit" in client.get(f"{FITS}&check=yes").text
