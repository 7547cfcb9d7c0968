"""Sending a file in a real browser: with a bar, past a dropped line, cancelled, by keyboard alone, and another way."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from pglab.adapters.storage import current_store
from pglab.core.db import db, transaction
from pglab.documents.models import Document, Upload
from pglab.documents.services import cancel_upload
from pglab.documents.states import UploadOutcome
from tests.browser.checking import DESK, PHONE, SMALL, Inspector
from tests.browser.people import Reader
from tests.support.files import make_pdf
from tests.support.site import Site

pytestmark = pytest.mark.browser

expect.set_options(timeout=30_000)
PARTS = re.compile(r"partNumber=\d")
SLOT = "/documents/registration"
DROPPED = "The connection dropped. The upload goes on by itself when it is back."


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A real PDF of three parts."""
    path = tmp_path / "a-large-deck.pdf"
    padded = make_pdf(
        2, lambda pdf: setattr(pdf.Root, "Padding", pdf.make_stream(bytes(11_000_000))), compress_streams=False
    )
    path.write_bytes(padded)
    return path


@pytest.fixture
def founder(demo: Site, a_window: Callable[..., Reader], inspector: Inspector) -> Reader:
    """Dana Ruiz at the page of a document of her proposal, where nothing of an earlier test waits to go on."""
    forget_what_waits(demo)
    reader = a_window(demo, "Dana Ruiz", inspector).be("Dana Ruiz").open("/apply")
    link = reader.page.locator("main a[href^='/apply/proposals/L12-']").first.get_attribute("href")
    reader.open(f"/apply/proposals/{str(link).split('/')[3]}{SLOT}")
    reader.page.locator("[data-sending][data-ready]").wait_for(state="attached")
    return reader


def forget_what_waits(site: Site) -> None:
    with site.app.app_context(), transaction():
        for upload in db.session.scalars(select(Upload).where(Upload.outcome.is_(None))):
            cancel_upload(upload)


def outcome_of_last(site: Site) -> UploadOutcome | None:
    with site.app.app_context():
        return db.session.scalars(select(Upload.outcome).order_by(Upload.started_at.desc())).first()


def sent(page: Page) -> list[str]:
    """The part numbers that went to the store, from now on."""
    numbers: list[str] = []
    page.on("request", lambda request: numbers.extend(PARTS.findall(request.url)) if request.method == "PUT" else None)
    return numbers


def hold(held: list[Route], route: Route) -> None:
    """Keep a part from going on its way."""
    held.append(route)


def until_held(page: Page, held: list[Route]) -> None:
    """Wait for the part that is kept: by then the store has said that it has the one before."""
    for _ in range(200):
        if held:
            return
        page.wait_for_timeout(50)
    raise AssertionError("no part was sent")


def test_a_file_goes_up_in_parts_with_a_bar(founder: Reader, large: Path, demo: Site, inspector: Inspector):
    page, held = founder.page, []
    numbers = sent(page)
    page.route(PARTS, lambda route: held.append(route) if "partNumber=2" in route.request.url else route.continue_())
    page.get_by_label("Proof of registration").set_input_files(large)
    page.get_by_role("button", name="Upload").click()

    bar = page.get_by_role("progressbar", name="Uploading a-large-deck.pdf")
    expect(bar).to_have_attribute("aria-label", "Uploading a-large-deck.pdf")
    expect(page.locator("[data-amount]")).to_contain_text("5.2 of 11.0 MB, 47%")
    expect(page.get_by_role("status").filter(has_text="Uploading")).to_have_text("Uploading a-large-deck.pdf, 11.0 MB")
    until_held(page, held)
    inspector.look(page, "upload-under-way", audit=(DESK, PHONE), scroll=(SMALL,))
    founder.going(held[0].continue_)

    founder.sees("a-large-deck.pdf received.", "11 MB, 2 pages", "Not scanned – development")
    assert numbers == ["partNumber=1", "partNumber=2", "partNumber=3"]
    assert outcome_of_last(demo) is UploadOutcome.RECEIVED
    inspector.is_content()


def test_a_dropped_part_is_sent_again_and_no_other(founder: Reader, large: Path, demo: Site):
    page, dropped = founder.page, []

    def drop_once(route: Route) -> None:
        if "partNumber=2" in route.request.url and len(dropped) < 2:
            dropped.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    numbers = sent(page)
    page.route(PARTS, drop_once)
    page.get_by_label("Proof of registration").set_input_files(large)
    founder.going(page.get_by_role("button", name="Upload").click)

    founder.sees("a-large-deck.pdf received.")
    assert numbers == [f"partNumber={number}" for number in (1, 2, 2, 2, 3)]


def test_a_dropped_line_is_told_and_the_upload_goes_on_by_itself(founder: Reader, large: Path):
    """However long it lasts: a minute without a line uses up no try. Without the word, the time left would go on
    standing there as if nothing had happened."""
    page, held = founder.page, []
    told, amount = page.locator("[data-say]"), page.locator("[data-amount]")
    page.clock.install()
    page.route(PARTS, lambda route: route.continue_() if "partNumber=1&" in route.request.url else hold(held, route))
    page.get_by_label("Proof of registration").set_input_files(large)
    page.get_by_role("button", name="Upload").click()
    until_held(page, held)
    page.clock.run_for(3_000)

    page.context.set_offline(True)
    expect(told).to_have_text(DROPPED, timeout=2_000)
    expect(amount).not_to_contain_text("left")
    held[0].abort()
    page.clock.run_for(60_000)
    expect(told).to_have_text(DROPPED)
    page.unroute(PARTS)

    founder.going(lambda: page.context.set_offline(False)).sees("a-large-deck.pdf received.")


def test_a_fault_on_the_way_is_told_as_well(founder: Reader, large: Path):
    """Where the device believes that it is on the line."""
    page = founder.page
    page.clock.install()
    page.route(PARTS, lambda route: route.continue_() if "partNumber=1&" in route.request.url else route.abort())
    page.get_by_label("Proof of registration").set_input_files(large)
    page.get_by_role("button", name="Upload").click()

    expect(page.locator("[data-say]")).to_have_text(DROPPED)
    page.unroute(PARTS)
    founder.going(lambda: page.clock.run_for(2_000)).sees("a-large-deck.pdf received.")


def test_cancelling_by_keyboard_forgets_the_file(founder: Reader, large: Path, demo: Site):
    page, held = founder.page, []
    page.route(PARTS, lambda route: hold(held, route))
    field = page.get_by_label("Proof of registration")
    field.set_input_files(large)
    field.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Upload")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Cancel the upload")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Cancel the upload")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").filter(has_text="Upload canceled.")).to_be_visible()
    expect(field).to_be_focused()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    for _ in range(100):
        if outcome_of_last(demo):
            break
        page.wait_for_timeout(50)
    assert outcome_of_last(demo) is UploadOutcome.CANCELLED
    with demo.app.app_context():
        key = db.session.scalars(select(Upload.storage_key).order_by(Upload.started_at.desc())).first()
        assert key not in {started.key for started in current_store().list_started_parts()}

    page.unroute(PARTS)
    founder.going(page.get_by_role("button", name="Upload").click).sees("a-large-deck.pdf received.")


def test_after_the_line_is_dead_the_same_file_goes_on(founder: Reader, large: Path):
    page = founder.page
    numbers = sent(page)
    page.clock.install()
    page.route(PARTS, lambda route: route.continue_() if "partNumber=1&" in route.request.url else route.abort())
    page.get_by_label("Proof of registration").set_input_files(large)
    page.get_by_role("button", name="Upload").click()
    refusal = page.get_by_role("status").filter(has_text="The file was not uploaded.")
    for _ in range(60):
        page.clock.run_for(2_000)
        if refusal.count():
            break
        page.wait_for_timeout(100)
    expect(refusal).to_contain_text("47% is already here")

    page.unroute(PARTS)
    numbers.clear()
    founder.going(page.get_by_role("button", name="Upload").click).sees("a-large-deck.pdf received.")
    assert numbers == ["partNumber=2", "partNumber=3"]


def test_after_a_reload_the_same_file_goes_on_and_another_is_asked_about(founder: Reader, large: Path, deck: Path):
    page, held = founder.page, []
    page.route(PARTS, lambda route: route.continue_() if "partNumber=1&" in route.request.url else hold(held, route))
    page.get_by_label("Proof of registration").set_input_files(large)
    page.get_by_role("button", name="Upload").click()
    until_held(page, held)
    page.reload()
    page.unroute(PARTS)
    page.locator("[data-sending][data-ready]").wait_for(state="attached")
    expect(page.locator("[data-waiting-file]")).to_have_text(
        "a-large-deck.pdf is 47% uploaded. Choose the same file to continue."
    )

    page.get_by_label("Proof of registration").set_input_files(deck)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-say]")).to_have_text("That isn’t the same file. Start over with this one?")
    expect(page.get_by_role("button", name="Start over with this file")).to_be_focused()
    page.get_by_role("button", name="Choose the other file").click()
    expect(page.get_by_label("Proof of registration")).to_be_focused()

    numbers = sent(page)
    page.get_by_label("Proof of registration").set_input_files(large)
    founder.going(page.get_by_role("button", name="Upload").click).sees("a-large-deck.pdf received.")
    assert numbers == ["partNumber=2", "partNumber=3"]


def test_starting_over_takes_the_other_file(founder: Reader, large: Path, deck: Path):
    page, held = founder.page, []
    page.route(PARTS, lambda route: route.continue_() if "partNumber=1&" in route.request.url else hold(held, route))
    page.get_by_label("Proof of registration").set_input_files(large)
    page.get_by_role("button", name="Upload").click()
    until_held(page, held)
    page.reload()
    page.unroute(PARTS)
    page.locator("[data-sending][data-ready]").wait_for(state="attached")

    page.get_by_label("Proof of registration").set_input_files(deck)
    page.get_by_role("button", name="Upload").click()
    founder.going(page.get_by_role("button", name="Start over with this file").click).sees("deck.pdf received.")


def test_a_paused_upload_goes_on_where_it_was(founder: Reader, large: Path):
    page, held = founder.page, []
    numbers = sent(page)
    page.route(PARTS, lambda route: route.continue_() if "partNumber=1&" in route.request.url else hold(held, route))
    page.get_by_label("Proof of registration").set_input_files(large)
    page.get_by_role("button", name="Upload").click()
    until_held(page, held)
    page.get_by_role("button", name="Pause the upload").click()
    expect(page.locator("[data-say]")).to_have_text("Upload paused. What has arrived stays.")
    page.unroute(PARTS)
    numbers.clear()

    founder.going(page.get_by_role("button", name="Continue the upload").click).sees("a-large-deck.pdf received.")
    assert numbers == ["partNumber=2", "partNumber=3"]


def test_where_the_store_is_out_of_reach_the_form_carries_the_file(founder: Reader, deck: Path, demo: Site):
    page = founder.page
    page.clock.install()
    page.route(PARTS, lambda route: route.abort())
    page.get_by_label("Proof of registration").set_input_files(deck)

    def wait() -> None:
        page.get_by_role("button", name="Upload").click()
        for _ in range(30):
            page.clock.run_for(2_000)
            page.wait_for_timeout(100)
            if "another way" in page.locator("[data-say]").inner_text():
                break

    founder.going(wait).sees("deck.pdf received.")
    with demo.app.app_context():
        newest = db.session.scalars(select(Document).order_by(Document.received_at.desc())).first()
        assert newest is not None and newest.filename == "deck.pdf"


def test_what_the_site_refuses_stands_beside_the_field(founder: Reader, tmp_path: Path):
    page = founder.page
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(b"")
    page.get_by_label("Proof of registration").set_input_files(empty)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("status").filter(has_text="The file is empty")).to_be_visible()

    words = tmp_path / "words.pdf"
    words.write_bytes(b"just words " * 100)
    page.get_by_label("Proof of registration").set_input_files(words)
    founder.going(page.get_by_role("button", name="Upload").click, expect=422).sees("must be a PDF")
