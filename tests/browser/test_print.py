"""What people put on paper: all of the text, no navigation, the address it came from and nothing cut."""

import io
from collections.abc import Callable

import pikepdf
import pytest

from pglab.cli.demo import city
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser

# Paper in CSS pixels between margins of 16 mm.
PAPER = {"A4": (673, 1001), "Letter": (695, 935)}
SHEETS = {"A4": 595, "Letter": 612}  # in points
NOT_ON_PAPER = ("Skip to main content", "Sign out", "Sign in", "Transparency")
CUT = """() => [...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() && !e.closest('.usa-sr-only')
  && (e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
      || (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible')))
  .map((e) => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40)).slice(0, 5)"""


# Links that lead away and do not say where, on paper.
SILENT = """() => [...document.querySelectorAll('main a[href^="http"]')].filter((e) => e.checkVisibility()
  && !getComputedStyle(e, '::after').content.includes(e.getAttribute('href'))).map((e) => e.href)"""
FOLDED = "() => [...document.querySelectorAll('main details')].filter((e) => !e.innerText.trim()).length"


def printed(reader: Reader, paper: str) -> str:
    """The words that reach the paper; the sheets are of its size, tagged, and in a language."""
    width, height = PAPER[paper]
    page = reader.page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": height})
    assert (page.evaluate(CUT), page.evaluate(SILENT), page.evaluate(FOLDED)) == ([], [], 0)
    words = " ".join(page.locator("body").inner_text().split())
    with pikepdf.open(io.BytesIO(page.pdf(format=paper, tagged=True))) as pdf:
        assert "/MarkInfo" in pdf.Root
        assert str(pdf.Root.Lang).startswith("en")
        assert all(abs(float(sheet.mediabox[2]) - SHEETS[paper]) < 2 for sheet in pdf.pages)
    return words


@pytest.mark.parametrize("paper", PAPER)
def test_the_notice_of_a_call(demo: Site, a_window: Callable[..., Reader], paper: str):
    visitor = a_window(demo, "visitor").open("/cohorts/12/rfp")
    headings = [each.inner_text() for each in visitor.page.locator("main h2").all()]

    is_whole(printed(visitor, paper), "RFP-12", [each for each in headings if each != "In this notice"])


@pytest.mark.parametrize("paper", PAPER)
def test_a_receipt_with_every_answer(demo: Site, a_window: Callable[..., Reader], paper: str):
    with demo.app.app_context():
        reference = city.proposal(93, "curbsense").reference
        answers = [text[:60] for text in city.proposed(93, "curbsense")["answers"].values() if len(text) > 60]
    founder = a_window(demo, "Dana Ruiz").be("Dana Ruiz").open(f"/apply/proposals/{reference}/receipts/1")

    is_whole(printed(founder, paper), reference, ["Proposal submitted", "Proof", *answers])


@pytest.mark.parametrize("paper", PAPER)
def test_the_ledger(demo: Site, a_window: Callable[..., Reader], paper: str):
    cashier = a_window(demo, "Marisol Vega").be("Marisol Vega").open("/finance/payments")

    is_whole(printed(cashier, paper), "S90-0001", ["S98-0006", "6,250.00", "Allegheny Riverfront"])


def is_whole(text: str, reference: str, words: list[str]) -> None:
    """Headed with the site and the address, with everything that is asked for, and no navigation."""
    assert [each for each in (reference, *words) if " ".join(each.split()) not in text] == []
    assert [each for each in NOT_ON_PAPER if each in text] == []
    assert text.startswith("PGH Lab, City of Pittsburgh http")


def test_a_page_that_prints_badly_is_noticed(demo: Site, a_window: Callable[..., Reader]):
    """Negative control: something too wide for the paper is found."""
    visitor = a_window(demo, "visitor").open("/cohorts/12/rfp")
    visitor.page.evaluate("() => { [...document.querySelectorAll('main h2')].at(-1).style.minWidth = '90rem' }")

    with pytest.raises(AssertionError):
        printed(visitor, "A4")
