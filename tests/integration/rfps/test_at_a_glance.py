"""What a founder has to see at once: who can apply, what is open, what changed, and where else to look."""

import re
from datetime import timedelta

import pytest

from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.rfps.models import Rfp
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind
from tests.factories.addenda import make_addendum
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock

pytestmark = pytest.mark.usefixtures("rolled_back")


def tell(rfp: Rfp, title: str, minutes: int) -> None:
    """Something newer about the call."""
    with transaction():
        at = official_now() + timedelta(minutes=minutes)
        announce(NewsKind.SESSION, rfp.cohort, title=title, summary="More.", path="/cohorts/12", visible_at=at)


def what_changed(client: Client) -> list[str]:
    """The titles under “What changed” on the cohort’s page."""
    part = client.get("/cohorts/12").text.partition('id="changes"')[2].partition("All updates")[0]
    return [title.strip() for title in re.findall(r"<a [^>]*>(.*?)</a>", part, re.DOTALL)]


def test_home_says_who_can_apply_while_a_call_is_open(client: Client, clock: OfficialClock) -> None:
    assert "Who can apply" not in client.get("/").text
    rfp = make_open_rfp()

    page = client.get("/").text

    assert "Its headquarters are in Allegheny County" in page
    assert 'href="/cohorts/12/eligibility"' in page
    assert page.index("Who can apply") < page.index("How it works")
    clock.freeze(rfp.closes_at + timedelta(seconds=1))
    assert "Who can apply" not in client.get("/").text


def test_a_call_that_is_open_stands_before_newer_ones_that_are_not(client: Client, clock: OfficialClock) -> None:
    make_open_rfp(14, closes_in=timedelta(days=2))
    make_open_rfp(13, closes_in=timedelta(days=7))
    page = client.get("/cohorts").text
    assert page.index("Cohort 14:") < page.index("Cohort 13:"), "both open: the newest first"

    clock.freeze(official_now() + timedelta(days=3))

    page = client.get("/cohorts").text
    assert page.index("Cohort 13:") < page.index("Cohort 14:")


def test_the_latest_addendum_stays_among_what_changed(client: Client, clock: OfficialClock) -> None:
    rfp = make_open_rfp()
    assert ">Addenda<" in client.get("/cohorts/12").text
    make_addendum(rfp)
    for number in (1, 2, 3):
        tell(rfp, f"Session {number}", number)
    clock.freeze(official_now() + timedelta(hours=1))

    assert what_changed(client) == ["Session 3", "Session 2", "Addendum 1: One more thing"]
    assert ">Addenda (1)<" in client.get("/cohorts/12").text


def test_how_we_decide_names_debrief_and_protest_and_leads_to_the_rubric(client: Client) -> None:
    make_open_rfp()

    page = client.get("/cohorts/12/how-we-decide").text

    assert ('href="#rubric"' in page, 'id="rubric"' in page, "debrief" in page) == (True, True, True)
    assert 'href="/contact"' in page.partition("If you think we broke a rule")[2].partition("</main>")[0]


def test_every_page_leads_to_the_search(client: Client) -> None:
    for address in ("/", "/help", "/nowhere"):
        assert '<a href="/search">Search</a>' in client.get(address).text
