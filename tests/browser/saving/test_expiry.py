"""Sessions and tokens that end while somebody writes: a warning in time, and afterwards the same form with the text."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checking import Inspector
from tests.browser.people import Reader
from tests.browser.saving.sessions import end_sessions, enter_password, rested, rests_for, sign_in
from tests.support.site import Site

pytestmark = pytest.mark.browser

TYPED = "The crew counts twelve crossings a day."
WARNED = timedelta(seconds=150)


@pytest.fixture
def at_a_window(demo: Site, a_window: Callable[..., Reader], inspector: Inspector) -> Callable[[str], Reader]:
    """Somebody who signs in with a password, at a window whose clock the test moves."""

    def sit_down(name: str) -> Reader:
        reader = a_window(demo, name, inspector)
        reader.page.clock.install()
        sign_in(reader)
        reader.page.locator("dialog[data-ready]").wait_for(state="attached")
        return reader

    return sit_down


def pass_time(page: Page, time: timedelta) -> None:
    page.clock.fast_forward(int(time.total_seconds() * 1000))


def wait_until_warned(reader: Reader, idle: timedelta) -> None:
    """Let the time go by on both sides, until the page warns; a few seconds before, it does not."""
    dialog, before = reader.page.get_by_role("dialog"), timedelta(seconds=8)
    pass_time(reader.page, idle - WARNED - before)
    expect(dialog).to_be_hidden()
    rested(reader.site, reader.name, idle - WARNED)
    pass_time(reader.page, before + timedelta(seconds=1))
    expect(dialog).to_be_visible()


@pytest.mark.parametrize(("name", "minutes"), [("Priya Shah", 15), ("Dana Ruiz", 30)])
def test_a_page_warns_in_time_and_a_key_keeps_the_person_signed_in(
    demo: Site, at_a_window: Callable[[str], Reader], inspector: Inspector, name: str, minutes: int
):
    reader, idle = at_a_window(name), timedelta(minutes=minutes)
    wait_until_warned(reader, idle)
    dialog = reader.page.get_by_role("dialog", name="Do you want to stay signed in?")
    expect(dialog).to_contain_text("in about 2 minutes")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    reader.look("a-session-about-to-end")
    reader.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert rests_for(demo, name) < timedelta(minutes=1)
    wait_until_warned(reader, idle)
    inspector.is_content()


def test_nobody_answers_and_the_page_says_that_it_is_over(demo: Site, at_a_window: Callable[[str], Reader]):
    reader = at_a_window("Dana Ruiz")
    wait_until_warned(reader, timedelta(minutes=30))
    rested(demo, "Dana Ruiz", timedelta(minutes=3))
    pass_time(reader.page, WARNED + timedelta(seconds=2))
    expect(reader.page.get_by_role("dialog")).to_contain_text("You were signed out")
    reader.page.keyboard.press("Escape")
    expect(reader.page.get_by_role("dialog")).to_be_hidden()
    reader.going(reader.page.reload)
    assert reader.path == "/sign-in"


def test_going_on_in_another_tab_keeps_this_one_quiet(demo: Site, at_a_window: Callable[[str], Reader]):
    reader, idle = at_a_window("Dana Ruiz"), timedelta(minutes=30)
    pass_time(reader.page, idle - WARNED - timedelta(seconds=8))
    with reader.page.expect_response(re.compile(r"/account/session$")) as asked:
        pass_time(reader.page, timedelta(seconds=9))
    assert asked.value.json()["seconds"] > WARNED.total_seconds()
    expect(reader.page.get_by_role("dialog")).to_be_hidden()


def test_typing_counts_and_asking_does_not(demo: Site, at_a_window: Callable[[str], Reader]):
    """On a page that saves nothing by itself."""
    reader = at_a_window("Dana Ruiz").open("/account/name")
    reader.page.locator("dialog[data-ready]").wait_for(state="attached")
    rested(demo, "Dana Ruiz", timedelta(minutes=20))
    pass_time(reader.page, timedelta(minutes=20))
    asked = reader.page.evaluate(
        """async () => (await fetch('/account/session', { method: 'POST',
        body: new URLSearchParams({ csrf_token: document.querySelector('[name=csrf_token]').value }) })).json()"""
    )
    assert 0 < asked["seconds"] <= 600
    assert rests_for(demo, "Dana Ruiz") >= timedelta(minutes=20)
    with reader.page.expect_response(re.compile(r"/account/session$")):
        reader.page.locator("main [name=name]").press("End")
        reader.page.keyboard.type("x")
    assert rests_for(demo, "Dana Ruiz") < timedelta(minutes=1)


@pytest.mark.parametrize("scripts", [True, False])
def test_after_the_end_of_a_session_the_same_form_holds_the_text(
    demo: Site, a_window: Callable[..., Reader], scripts: bool
):
    reader = at_the_plan(sign_in(a_window(demo, "Dana Ruiz", scripts=scripts)))
    page, text = reader.page, f"{TYPED} {'With' if scripts else 'Without'} scripts."
    end_sessions(demo, "Dana Ruiz")
    page.locator("[name=q1]").fill(text)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="Sign in and go on").or_(page.get_by_role("button", name="Sign in")).first.wait_for()
    if reader.path != "/sign-in":  # otherwise the page itself had met the end of the session first
        reader.sees("Your text is kept for 24 hours")
        expect(page.get_by_label("What happens in each of the six months?")).to_have_value(text)
        reader.follow("Sign in and go on")
    enter_password(reader).sees("Your text stands in the form again")
    expect(page.locator("[name=q1]")).to_have_value(text)
    reader.press("Save and continue").sees("Saved.")
    expect(at_the_plan(reader).page.locator("[name=q1]")).to_have_value(text)
    reader.does_not_see("Your text stands in the form again")


def test_a_form_of_an_earlier_session_comes_back_with_its_text(demo: Site, a_window: Callable[..., Reader]):
    """Signed out and in again in another tab: the token of the first is old."""
    reader = at_the_plan(sign_in(a_window(demo, "Dana Ruiz", scripts=False)))
    page, text = reader.page, f"{TYPED} From an old page."
    other = Reader(page.context.new_page(), demo, "Dana Ruiz").open("/account").press("Sign out")
    sign_in(other)
    page.locator("[name=q1]").fill(text)
    reader.press("Save and continue").sees("Your text stands in the form again")
    expect(page.locator("[name=q1]")).to_have_value(text)
    reader.press("Save and continue").sees("Saved.")
    expect(at_the_plan(reader).page.locator("[name=q1]")).to_have_value(text)


def at_the_plan(reader: Reader) -> Reader:
    """At the plan section of the person's own proposal."""
    reader.open("/apply")
    link = reader.page.locator("main a[href^='/apply/proposals/L12-']").first.get_attribute("href")
    return reader.open(f"/apply/proposals/{str(link).split('/')[3]}/sections/plan")
