"""Never a lost word, in a real browser: what is typed is saved by itself, past a dead line and a failing server."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.checking import Inspector
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser

DRAFT = re.compile(r"/sections/plan/draft$")
PLAN = re.compile(r"/sections/plan$")
HIDE = """() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""

HEAR = """() => {
    const line = document.querySelector("[data-autosave] [data-spoken]");
    window.heard = [];
    new MutationObserver(() => window.heard.push(line.textContent)).observe(line, { childList: true });
}"""


@pytest.fixture
def writer(demo: Site, a_window: Callable[..., Reader], inspector: Inspector) -> Iterator[Reader]:
    """Dana Ruiz at the plan section of her proposal, on a clock that the test moves."""
    reader = a_window(demo, "Dana Ruiz", inspector).be("Dana Ruiz").open("/apply")
    link = reader.page.locator("main a[href^='/apply/proposals/L12-']").first.get_attribute("href")
    reader.page.clock.install()
    reader.open(f"/apply/proposals/{str(link).split('/')[3]}/sections/plan")
    reader.page.locator("[data-autosave][data-ready]").wait_for(state="attached")
    yield reader
    if not reader.page.is_closed():
        reader.page.unroute_all()


def status(page: Page) -> str:
    return page.locator("[data-autosave] [data-shown]").inner_text()


def type_in(page: Page, name: str, text: str) -> None:
    box = page.locator(f"[name={name}]")
    box.press("Control+End")
    box.press_sequentially(text)


def pass_time(page: Page, seconds: int) -> None:
    page.clock.run_for(seconds * 1000)


def saved(page: Page) -> None:
    expect(page.locator("[data-autosave] [data-shown]")).to_contain_text("Draft saved")


def test_a_tab_that_is_closed_leaves_its_text(writer: Reader):
    type_in(writer.page, "q1", " Kept after a pause.")
    pass_time(writer.page, 3)
    saved(writer.page)
    expect(writer.page.locator("[data-autosave] [data-spoken]")).to_contain_text("Draft saved")
    writer.look("a-saved-draft")
    again = writer.page.context.new_page()
    again.goto(writer.page.url)
    expect(again.locator("[name=q1]")).to_have_value(re.compile("Kept after a pause."))


def test_on_a_phone_the_bar_in_reach_says_that_the_draft_is_saved(writer: Reader):
    """Not below the answers, where nobody on a long page sees it."""
    page = writer.page
    page.set_viewport_size({"width": 390, "height": 844})
    type_in(page, "q1", " Typed on a phone.")
    pass_time(page, 3)
    saved(page)
    page.evaluate("scrollTo(0, 0)")
    for place in ("[data-autosave]", ".save-bar button"):
        box = page.locator(place).bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 844, place
    page.set_viewport_size({"width": 844, "height": 390})
    assert page.locator(".save-bar").evaluate("bar => getComputedStyle(bar).position") == "static"


def test_the_field_in_use_is_saved_when_the_page_goes_out_of_sight(writer: Reader):
    page = writer.page
    type_in(page, "q1", " Kept on leaving.")
    with page.expect_response(DRAFT) as answered:
        page.evaluate(HIDE)
    assert answered.value.ok
    assert "Kept+on+leaving." in str(answered.value.request.post_data)


def test_a_tab_that_is_closed_at_once_leaves_its_text(writer: Reader):
    page, context = writer.page, writer.page.context
    type_in(page, "q1", " Closed while typing.")
    page.close(run_before_unload=False)
    again = context.new_page()
    for _ in range(20):
        again.goto(f"{writer.site.address}{writer.path}")
        if "Closed while typing." in again.locator("[name=q1]").input_value():
            return
        again.wait_for_timeout(250)
    raise AssertionError("what was typed last is lost")


def test_a_minute_without_a_line_loses_nothing(writer: Reader):
    page, context = writer.page, writer.page.context
    page.evaluate(HEAR)
    context.set_offline(True)
    expect(page.locator("[data-offline]")).to_be_visible()
    names = [each.get_attribute("name") for each in page.locator("textarea[name^=q]").all()][:3]
    for name in names:
        type_in(page, str(name), f" Typed offline into {name}.")
        pass_time(page, 20)
    expect(page.locator(".save-status--bad")).to_contain_text("Not saved yet")
    context.set_offline(False)
    for _ in names:
        with page.expect_response(DRAFT):
            pass_time(page, 61)
    saved(page)
    spoken = page.evaluate("window.heard")
    assert len([words for words in spoken if words.startswith("Draft saved")]) == 1, spoken
    expect(page.locator("[data-offline]")).to_be_hidden()
    other = context.new_page()
    other.goto(page.url)
    for name in names:
        expect(other.locator(f"[name={name}]")).to_have_value(re.compile(f"Typed offline into {name}."))


def test_the_button_offline_keeps_the_page_and_its_text(writer: Reader):
    """Red where the press goes out into nothing: the browser's error page then stands in the place of the text."""
    page, context = writer.page, writer.page.context
    context.set_offline(True)
    type_in(page, "q1", " Pressed offline.")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("[data-offline]")).to_contain_text("nothing was sent yet")
    expect(page.locator("[name=q1]")).to_have_value(re.compile("Pressed offline."))
    context.set_offline(False)
    expect(page.locator("[data-offline]")).to_be_hidden()
    with page.expect_response(PLAN) as answered:
        page.get_by_role("button", name="Save and continue").click()
    assert answered.value.status == 303


def test_a_failing_server_is_asked_again_and_again_and_leaving_is_guarded(writer: Reader):
    page, failed = writer.page, []

    def fail(route: Route) -> None:
        failed.append(route.request.post_data)
        route.fulfill(status=500, body="{}")

    page.route(DRAFT, fail)
    type_in(page, "q1", " Past five failures.")
    pass_time(page, 3)
    expect(page.locator(".save-status--bad")).to_contain_text("We try again in 2 seconds")
    for wait, following in ((2, 5), (5, 15), (15, 30), (30, 60)):
        pass_time(page, wait)
        expect(page.locator(".save-status--bad")).to_contain_text(f"We try again in {following} seconds")
    assert len(failed) == 5
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("setTimeout(() => { location.href = '/apply'; }, 0)")
    pass_time(page, 1)
    page.unroute(DRAFT)
    pass_time(page, 61)
    saved(page)
    assert PLAN.search(page.url)


def test_a_reload_puts_back_what_was_not_saved(writer: Reader):
    page = writer.page
    page.route(DRAFT, lambda route: route.fulfill(status=503, body="{}"))
    type_in(page, "q1", " Only in this tab.")
    pass_time(page, 3)
    expect(page.locator(".save-status--bad")).to_contain_text("Not saved yet")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[name=q1]")).to_have_value(re.compile("Only in this tab."))
    assert "put back" in status(page)
    page.unroute(DRAFT)
    pass_time(page, 3)
    saved(page)


def test_two_tabs_on_one_question_meet_at_the_choice(writer: Reader):
    first, second = writer.page, writer.page.context.new_page()
    plan = first.url
    second.goto(plan)
    second.locator("[data-autosave][data-ready]").wait_for(state="attached")
    type_in(second, "q1", " From the second tab.")
    second.get_by_role("button", name="Save and continue").click()
    second.get_by_text("Saved.", exact=True).wait_for()
    type_in(first, "q1", " From the first tab.")
    pass_time(first, 3)
    expect(first.locator(".save-status--bad")).to_contain_text("Somebody else changed an answer here")
    writer.press("Save and continue", expect=409)
    writer.sees("Nothing was overwritten", "From the first tab.", "From the second tab.")
    first.get_by_text("Combine: use the text below").click()
    writer.press("Save and continue")
    second.goto(plan)
    text = second.locator("[name=q1]").input_value()
    assert "From the first tab." in text
    assert "From the second tab." in text
