"""The pages of addenda, later deadlines and cancellations, for everyone and for the two people, at every width."""

from collections.abc import Callable

import pytest

from tests.browser.checking import DESK, SMALL, Inspector
from tests.browser.people import Reader
from tests.browser.places import NOBODY
from tests.support.site import Site

pytestmark = pytest.mark.browser

PAGES = [
    (NOBODY, "/cohorts/92/addenda", "Addendum 2"),
    (NOBODY, "/cohorts/92/addenda/1", "What a pilot must measure"),
    (NOBODY, "/cohorts/92/addenda/2", "Yes, the deadline moves."),
    (NOBODY, "/cohorts/92/rfp", "As amended by"),
    (NOBODY, "/cohorts/92/rfp/versions/1", "This version was superseded"),
    (NOBODY, "/cohorts/99", "This call was cancelled"),
    ("Helen Novak", "/manage", "waits for a second person"),
    ("Helen Novak", "/manage/cohorts/12/addenda/draft", "Issue addendum"),
    ("Priya Shah", "/manage/cohorts/12/addenda", "Waits for a second person"),
    ("Priya Shah", "/manage/cohorts/92/addenda/new", "Prepare an addendum"),
    ("Priya Shah", "/manage/cohorts/92/deadline-extension", "The deadline now"),
    ("Priya Shah", "/manage/cohorts/92/cancellation", "Cancel this call"),
    ("Priya Shah", "/manage/cohorts/99/cancellation", "Confirmed by"),
]


@pytest.mark.parametrize("name", sorted({name for name, _, _ in PAGES}))
def test_the_pages_of_official_changes_hold_at_every_width(
    name: str, demo: Site, inspector: Inspector, a_window: Callable[..., Reader]
):
    reader = a_window(demo, name, None)
    if name != NOBODY:
        reader.be(name)
    inspector.watch(reader.page, name)
    for who, address, said in PAGES:
        if who == name:
            reader.page.goto(demo.address + address)
            assert said in reader.page.inner_text("main"), address
            inspector.look(reader.page, f"{address} for {name}", audit=(DESK,), scroll=(SMALL,))
    inspector.is_content()
