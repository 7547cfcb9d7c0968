"""Reading a file's pages in the browser: from the task list, a receipt, a redacted copy; by keyboard, at 320 px, with
nothing of them cut off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pglab.core.db import transaction
from pglab.documents.queries import list_undrawn
from pglab.documents.services import draw_pages
from tests.browser.checking import DESK, PHONE, SMALL, Inspector
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser

DECK = "/documents/pitch-deck"
SUBMITTED = "/apply/proposals/{reference}/receipts/1"
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def draw_all(site: Site) -> None:
    """What the worker does within a minute."""
    with site.app.app_context():
        for document_id in list_undrawn(1000):
            with transaction():
                draw_pages(document_id)


@pytest.fixture
def founder(demo: Site, a_window: Callable[..., Reader], inspector: Inspector, deck: Path) -> Reader:
    """Dana Ruiz at the page of her pitch deck, which was just uploaded and drawn."""
    reader = a_window(demo, "Dana Ruiz", inspector).be("Dana Ruiz").open("/apply")
    link = reader.page.locator("main a[href^='/apply/proposals/L12-']").first.get_attribute("href")
    place = f"/apply/proposals/{str(link).split('/')[3]}{DECK}"
    reader.page.route("**/upload-*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    reader.open(place).press("Upload", file=deck).sees("deck.pdf received.")
    draw_all(demo)
    return reader.open(place)


def holds(reader: Reader, inspector: Inspector, name: str, pages: int) -> None:
    """Every page has a heading and a picture that was really drawn, and nothing is cut off at any width."""
    page = reader.page
    expect(page.locator("section.sheet h2")).to_have_count(pages)
    picture = page.locator("img.sheet__picture").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth > 0"), "the picture was drawn"
    inspector.look(page, f"reading-{name}", audit=(DESK, PHONE, SMALL), scroll=(SMALL,))
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(NO_SIDEWAYS), name
    assert picture.evaluate("image => image.getBoundingClientRect().right <= innerWidth"), name
    page.set_viewport_size({"width": 1280, "height": 900})


def by_keyboard(reader: Reader, words: str, key: str = "Tab") -> None:
    """Reach a link with this key alone, from the heading of the page on, and press Enter on it."""
    page = reader.page
    page.locator("h1").evaluate("head => { head.tabIndex = -1; head.focus() }")
    for _ in range(60):
        page.keyboard.press(key)
        if words in page.evaluate("document.activeElement.matches('a') ? document.activeElement.innerText : ''"):
            reader.going(lambda: page.keyboard.press("Enter"))
            return
    raise AssertionError(f"{key} never comes to {words}")


def test_the_drafts_file_is_read_by_keyboard_at_every_width(founder: Reader, inspector: Inspector):
    by_keyboard(founder, "See its pages")
    founder.sees("Page 1 of")
    holds(founder, inspector, "draft", founder.page.locator("section.sheet").count())
    for summary in founder.page.locator("section.sheet summary").all()[:1]:
        summary.focus()
        founder.page.keyboard.press("Enter")
        assert summary.evaluate("line => line.closest('details').open")
    by_keyboard(founder, "Back to", "Shift+Tab")
    assert founder.path.endswith(DECK)
    inspector.is_content()


def test_a_redacted_copy_is_read_from_the_page_of_its_file(
    founder: Reader, demo: Site, inspector: Inspector, redacted: Path
):
    place = founder.path
    founder.open(f"{place}/confidential").press("Save", pages_named="2", reason="The recipe.", sign="yes")
    founder.open(f"{place}/redacted-copy").press("Upload", file=redacted).sees("Redacted copy:")
    draw_all(demo)
    by_keyboard(founder.open(place), "Read here")
    founder.sees("Redacted copy:", "Page 1 of")
    holds(founder, inspector, "redacted", founder.page.locator("section.sheet").count())
    inspector.is_content()


def test_what_was_received_is_read_from_its_receipt(demo: Site, a_window: Callable[..., Reader], inspector: Inspector):
    draw_all(demo)
    founder = a_window(demo, "Dana Ruiz", inspector).be("Dana Ruiz").open("/apply")
    links = founder.page.locator("main a[href^='/apply/proposals/L']").all()
    references = {str(link.get_attribute("href")).split("/")[3] for link in links}
    for reference in sorted(references):
        answer = founder.page.request.get(f"{demo.address}{SUBMITTED.format(reference=reference)}")
        if answer.ok and "Read here" in answer.text():
            break
    else:
        raise AssertionError("the demo holds no receipt with a file that may be read")
    founder.open(SUBMITTED.format(reference=reference))
    by_keyboard(founder, "Read here")
    founder.sees("Download:", "Back to the receipt")
    if founder.page.locator("section.sheet").count():
        holds(founder, inspector, "received", founder.page.locator("section.sheet").count())
    by_keyboard(founder, "Back to the receipt", "Shift+Tab")
    assert founder.path == SUBMITTED.format(reference=reference)
    inspector.is_content()
