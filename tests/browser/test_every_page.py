"""Every view of the product once, by somebody of the demo who works with it: with axe on a desk, and on a very small
phone. What other people, cohorts and devices are shown, `test_whole_site` walks."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.browser.checking import DESK, SMALL, Inspector
from tests.browser.people import Reader
from tests.browser.places import NOBODY, WHO_LOOKS, places
from tests.support.site import Site

pytestmark = pytest.mark.browser

EVERYBODY = sorted({name for names in WHO_LOOKS.values() for name in names})
SHAPES: set[tuple[str, int]] = set()
LOOKED_AT: set[str] = set()
all_places = cache(places)


@pytest.fixture
def inspector() -> Inspector:
    """Gives axe no shape of page that it was given for another person."""
    return Inspector(shapes=SHAPES)


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_view_holds_on_a_desk_and_on_a_very_small_phone(
    name: str, demo: Site, inspector: Inspector, a_window: Callable[..., Reader]
):
    reader = a_window(demo, name, None)
    if name != NOBODY:
        reader.be(name)
    inspector.watch(reader.page, name)
    for view, address in all_places(demo.app)[name]:
        if not view or view in LOOKED_AT:
            continue
        answer = reader.page.goto(demo.address + address)
        assert answer is not None
        if answer.status == 200 and answer.header_value("content-type").startswith("text/html"):
            LOOKED_AT.add(view)
            inspector.look(reader.page, f"{view} for {name}", audit=(DESK,), scroll=(SMALL,))
    assert LOOKED_AT
    inspector.is_content()


def test_refusals_hold_at_every_width(demo: Site, inspector: Inspector, a_window: Callable[..., Reader]):
    founder = a_window(demo, "refused", inspector).be("Dana Ruiz")
    founder.open("/admin", expect=403).open("/no-such-page", expect=404).open("/sign-out", expect=405)
    founder.open("/account/name").press("Save", expect=422, name="")
    founder.open("/account/name").page.locator("main [name=csrf_token]").evaluate("field => field.remove()")
    founder.press("Save", name="Dana Ruiz").sees("isn’t saved yet")
    founder.open("/account/name").page.locator("main [name=name]").evaluate("f => { f.value = 'x'.repeat(1100000) }")
    founder.press("Save", expect=413)
    inspector.is_content()
