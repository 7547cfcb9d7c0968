"""Passkeys with a device that Chromium plays, and the way in without scripts: password and code."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.checking import Inspector
from tests.browser.people import Reader
from tests.support import databases
from tests.support.accounts import code_for
from tests.support.demo import demo_database
from tests.support.site import Site, served

pytestmark = pytest.mark.browser

PASSWORD = "three rivers and one city"
EMAIL = "lee.okafor@example.org"
A_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named_site() -> Iterator[Site]:
    """The demo under a name: browsers make no passkeys for a bare address."""
    name = databases.run_name("passkeys")
    with databases.copy_of(demo_database(), name) as settings, served(settings, host="localhost") as site:
        yield site


def with_device(page: Page, *, verifies: bool = True) -> None:
    """Give the browser a device that holds passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**A_DEVICE, "isUserVerified": verifies}})


def sign_in(reader: Reader, *, second_step: bool = False) -> Reader:
    reader.open("/sign-in").press("Sign in", email=EMAIL, password=PASSWORD)
    assert (reader.path == "/sign-in/code") is second_step
    return reader


def tab_to(page: Page, words: str) -> None:
    """Go on by the keyboard until the control with these words has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.textContent.trim()").startswith(words):
            return
    raise AssertionError(f"no way to {words} by the keyboard")


def test_a_passkey_is_made_and_opens_the_account_without_a_mouse(
    named_site: Site, a_window: Callable[..., Reader], inspector: Inspector
) -> None:
    lee = a_window(named_site, "Lee Okafor", inspector)
    with_device(lee.page)
    sign_in(lee).open("/account/security").follow("Add a passkey")
    lee.page.get_by_label("Name of the passkey").focus()
    lee.page.keyboard.type("My laptop")
    lee.going(lambda: lee.page.keyboard.press("Enter"))
    lee.sees("Your passkey is set up", "My laptop", "Not yet").press("Sign out")

    lee.open("/sign-in")
    tab_to(lee.page, "Use a passkey")
    lee.going(lambda: lee.page.keyboard.press("Enter"))
    lee.open("/account/security").sees("My laptop").does_not_see("Not yet")
    lee.open("/account/recovery-codes").open("/account/security").follow("Remove").press("Remove this passkey")
    lee.does_not_see("My laptop")
    inspector.is_content()


def test_a_device_that_does_not_check_its_owner_opens_nothing(
    named_site: Site, a_window: Callable[..., Reader]
) -> None:
    lee = a_window(named_site, "Lee Okafor")
    with_device(lee.page, verifies=False)
    sign_in(lee).open("/account/passkeys/new")
    lee.page.get_by_label("Name of the passkey").fill("My laptop")
    lee.page.get_by_role("button", name="Continue").click()
    lee.page.get_by_text("Your device didn’t make a passkey").wait_for()


def test_without_scripts_password_code_and_paper_lead_in(named_site: Site, a_window: Callable[..., Reader]) -> None:
    lee = a_window(named_site, "Lee Okafor", scripts=False)
    sign_in(lee).does_not_see("Use a passkey").open("/account/two-factor")
    key = lee.page.locator("#key").inner_text()
    lee.press("Switch the second step on", code=code_for(key)).open("/account/recovery-codes")
    first, second = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", lee.words())[:2]
    lee.press("I have saved these codes").sees("10 left").press("Sign out")

    sign_in(lee, second_step=True).press("Continue", code=first).press("Sign out")
    sign_in(lee, second_step=True).press("Continue", expect=422, code=first)
    lee.press("Continue", code=second.upper()).open("/account/security").sees("8 left").press("Sign out")
    sign_in(lee, second_step=True).press("Continue", code=code_for(key, later=30)).open("/account").sees("Lee Okafor")
