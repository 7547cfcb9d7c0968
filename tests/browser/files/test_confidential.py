"""Marking a file as confidential, signing for it and giving a redacted copy: without scripts, at every width."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.checking import DESK, PHONE, SMALL, Inspector
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser


def test_a_file_is_marked_signed_for_and_redacted_without_scripts(
    demo: Site, a_window: Callable[..., Reader], deck: Path, redacted: Path
):
    founder = a_window(demo, "Dana Ruiz", scripts=False).be("Dana Ruiz").open("/apply")
    link = founder.page.locator("main a[href^='/apply/proposals/L12-']").first.get_attribute("href")
    tasks = f"/apply/proposals/{str(link).split('/')[3]}"
    files = f"{tasks}/documents/pitch-deck"
    founder.open(files).press("Upload", file=deck).sees("deck.pdf received.")
    founder.follow("Remove deck.pdf").sees("Remove this file?", "deck.pdf")
    founder.press("Remove the file").sees("File removed from the draft.")
    founder.press("Upload", file=deck).sees("deck.pdf received.")

    founder.follow("This file contains trade secrets").sees("Leave trade secrets out if you can.")
    founder.press("Save", expect=422).sees("Enter which pages are confidential")
    founder.press("Save", pages_named="2", reason="The recipe of our sensor.").sees("The statement is not signed yet.")
    founder.open(f"{tasks}/check").follow("Sign the statement about what is confidential in the pitch deck")
    founder.press("Save", sign="yes").sees("Statement signed by Dana Ruiz")
    founder.follow("Add a redacted copy").press("Upload", expect=422, file=deck).sees("This is the file itself.")
    founder.press("Upload", file=redacted).sees("Redacted copy: redacted.pdf")
    founder.open(f"{tasks}/check").sees("Marked as confidential: 2. The recipe of our sensor.")


def test_its_pages_are_in_order(demo: Site, a_window: Callable[..., Reader], inspector: Inspector, deck: Path):
    founder = a_window(demo, "Dana Ruiz", inspector).be("Dana Ruiz").open("/apply")
    link = founder.page.locator("main a[href^='/apply/proposals/L12-']").first.get_attribute("href")
    files = f"/apply/proposals/{str(link).split('/')[3]}/documents/pitch-deck"
    for place, name in (
        ("", "document"),
        ("/confidential", "confidential"),
        ("/redacted-copy", "redacted-copy"),
        ("/removal", "removal"),
    ):
        founder.open(files + place)
        inspector.look(founder.page, f"marked-{name}", audit=(DESK, PHONE), scroll=(SMALL,))
    inspector.is_content()
