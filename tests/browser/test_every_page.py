"""Every page of the demo for everybody who works with it, at the widths of a desk, a phone and a very small phone."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.browser.checking import DESK, PHONE, SMALL, Inspector
from tests.browser.people import Reader
from tests.browser.places import BESIDES, NOBODY, WHO_LOOKS, places
from tests.support.site import Site

pytestmark = pytest.mark.browser

EVERYBODY = sorted({name for names in WHO_LOOKS.values() for name in names} | set(BESIDES))
SHAPES: set[tuple[str, int]] = set()
all_places = cache(places)


@pytest.fixture
def inspector() -> Inspector:
    """Gives axe no shape of page that it was given for another person."""
    return Inspector(shapes=SHAPES)


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_page_somebody_may_open_holds_at_every_width(
    name: str, demo: Site, inspector: Inspector, a_window: Callable[..., Reader]
):
    reader = a_window(demo, name, None)
    if name != NOBODY:
        reader.be(name)
    inspector.watch(reader.page, name)
    begun = name.split(" ", maxsplit=1)[0].lower()
    seen = set()  # several addresses may lead on to the same page
    for number, (_view, address) in enumerate(all_places(demo.app)[name], 1):
        answer = reader.page.goto(demo.address + address)
        assert answer is not None
        if (
            reader.page.url not in seen
            and answer.status == 200
            and answer.header_value("content-type").startswith("text/html")
        ):
            seen.add(reader.page.url)
            label = "-".join(each[-30:] for each in address.strip("/").split("/")) or "home"
            inspector.look(reader.page, f"pages-{begun}-{number:02}-{label[:60]}", audit=(DESK, PHONE), scroll=(SMALL,))
    assert inspector.looked
    inspector.is_content()


def test_refusals_hold_at_every_width(demo: Site, inspector: Inspector, a_window: Callable[..., Reader]):
    founder = a_window(demo, "refused", inspector).be("Dana Ruiz")
    founder.open("/admin", expect=403).open("/no-such-page", expect=404).open("/sign-out", expect=405)
    founder.open("/account/name").press("Save", expect=422, name="")
    founder.open("/account/name").page.locator("main [name=csrf_token]").evaluate("field => field.remove()")
    founder.press("Save", expect=400, name="Dana Ruiz")
    founder.open("/account/name").page.locator("main [name=name]").evaluate("f => { f.value = 'x'.repeat(1100000) }")
    founder.press("Save", expect=413)
    inspector.is_content()
