"""A call with 300 published answers and 30 addenda: every public page of it is right, leads somewhere, costs as many
statements as one with a single answer and a single addendum, and stays light."""

import gzip
import re
from datetime import timedelta

import pytest

from pglab.addenda.queries import list_issued
from pglab.rfps.models import Rfp
from pglab.web.filters import et_long
from tests.factories.addenda import extend, make_addendum, words
from tests.factories.questions import make_answers
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.statements import counting

pytestmark = pytest.mark.slow
EMPTY, ONE, CROWDED = 12, 13, 14
ANSWERS, ADDENDA = {EMPTY: 0, ONE: 1, CROWDED: 300}, {EMPTY: 0, ONE: 1, CROWDED: 30}
PAGES = (
    *("", "/rfp", "/addenda", "/questions", "/updates", "/how-we-decide", "/proposal-questions", "/eligibility"),
    *("/challenges/safer-streets", "/rfp/versions/1", ".json", ".ics", "/updates.atom", "/rfp.pdf"),
)
# What a first view may weigh (UX 7.10), less the styles and scripts that every page brings along.
MOST_BYTES = 100_000 - 28_000 - 4_000


def make_call(number: int) -> Rfp:
    """An open call with its answers and addenda; every tenth addendum moves the deadline by a day."""
    rfp = make_open_rfp(number, closes_in=timedelta(days=20))
    if ANSWERS[number]:
        make_answers(rfp, ANSWERS[number])
    for place in range(1, ADDENDA[number] + 1):
        if place % 10:
            said = words(f"Change {place}", acknowledge=place % 2 == 0)
            make_addendum(rfp, {f"sections.{place % 3}.body": f"It says now what addendum {place} says."}, said=said)
        else:
            extend(rfp, rfp.closes_at + timedelta(days=1))
    return rfp


@pytest.fixture
def calls() -> dict[int, Rfp]:
    return {number: make_call(number) for number in ANSWERS}


def test_a_crowded_call_reads_as_well_as_a_quiet_one(client: Client, calls: dict[int, Rfp]):
    sent: dict[tuple[int, str], int] = {}
    for number, rfp in calls.items():
        for page in PAGES:
            with counting() as statements:
                answer = client.get(f"/cohorts/{number}{page}")
            sent[number, page] = len(statements)
            assert (answer.status_code, len(gzip.compress(answer.data)) <= MOST_BYTES) == (200, True), (number, page)
        assert et_long(rfp.closes_at) in client.get(f"/cohorts/{number}").text.replace("\N{NO-BREAK SPACE}", " ")
        listed = client.get(f"/cohorts/{number}/addenda").text
        assert [f"Addendum {each.number}" in listed for each in list_issued(rfp)] == [True] * ADDENDA[number]
        assert f"Version {ADDENDA[number] + 1}" in client.get(f"/cohorts/{number}/rfp").text
    assert {page: sent[CROWDED, page] for page in PAGES} == {page: sent[ONE, page] for page in PAGES}
    assert [page for page in PAGES if sent[EMPTY, page] > sent[ONE, page]] == []
    assert links_that_lead_nowhere(client, CROWDED) == []


def links_that_lead_nowhere(client: Client, number: int) -> list[str]:
    """The links within one cohort, on its pages and on those they lead to by turning over, that are not answered."""
    waiting, met, lost = [f"/cohorts/{number}{page}" for page in PAGES], set[str](), []
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in met or not address.startswith((f"/cohorts/{number}", "?")):
            continue
        met.add(address)
        answer = client.get(address)
        if answer.status_code != 200:
            lost.append(address)
        elif answer.mimetype == "text/html":
            waiting += [link if link[0] != "?" else address.partition("?")[0] + link for link in hrefs(answer.text)]
    assert len(met) > ANSWERS[number] + ADDENDA[number]
    return lost


def hrefs(page: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'<a [^>]*?href="([^"#]+)', page)]
