"""J1, applying, walked to the receipt in Chromium in each way that people use a browser (UX X-KEY 01, X-RFL 03, X-RFL
04, X-NOJS 01, X-NOJS 05). Every page on the way is given to axe."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.applying.journey import Call, Finger, Keys, Mouse, apply, make_founder, the_call
from tests.browser.checking import Inspector
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
COVERED = """() => [...document.querySelectorAll('main a, main button, main input, main textarea')].filter((e) => {
  e.scrollIntoView({ block: 'center' });
  const box = e.getClientRects()[0];
  const hit = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return hit?.closest('.save-bar') && !e.closest('.save-bar');
}).map((e) => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def call(demo: Site) -> Call:
    return the_call(demo)


def test_with_the_keyboard_alone(
    demo: Site, call: Call, a_window: Callable[..., Reader], inspector: Inspector, deck: Path
):
    email = make_founder(demo, "Kay Keys", "Kay Crosswalks Inc.")
    apply(Keys(a_window(demo, "Kay Keys", inspector), deck), call, email=email, file=deck)
    inspector.is_content()


def test_on_a_phone(demo: Site, call: Call, chromium: Browser, inspector: Inspector, deck: Path):
    email = make_founder(demo, "Phil Phone", "Pocket Sensors LLC")
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    reader = Reader(context.new_page(), demo, "Phil Phone")
    inspector.watch(reader.page, "Phil Phone")
    finger = OnTheWay(reader, inspector)
    reference = apply(finger, call, email=email, file=deck)
    the_save_bar_lets_go(reader.open(f"/apply/proposals/{reference}/sections/plan").page)
    context.close()
    inspector.is_content()
    assert inspector.audited >= 10


class OnTheWay(Finger):
    """Looks at every page with axe at the size of the phone, and for controls under the bar."""

    def __init__(self, reader: Reader, inspector: Inspector) -> None:
        super().__init__(reader)
        self.inspector = inspector

    def follow(self, words: str) -> None:
        super().follow(words)
        self.look()

    def press(self, words: str, *, expect: int = 200) -> None:
        super().press(words, expect=expect)
        self.look()

    def look(self) -> None:
        self.inspector.look_as_it_stands(self.page, f"phone {self.reader.path}")
        self.inspector.problems += [
            f"{self.reader.path}: under the bar: {each}" for each in self.page.evaluate(COVERED)
        ]


def the_save_bar_lets_go(page: Page) -> None:
    """It stays in reach on a phone held upright; held sideways or with large text it covers nothing. No control moves
    when it begins to say how saving goes."""
    bar = page.locator(".save-bar")
    below = page.get_by_role("button", name="Save and return to task list")
    before = (below.bounding_box(), bar.bounding_box())
    page.locator(".save-status [data-shown]").evaluate("line => { line.textContent = 'Saving…'; }")
    assert (below.bounding_box(), bar.bounding_box()) == before
    page.evaluate("scrollTo(0, 0)")
    box = bar.bounding_box()
    assert box is not None
    assert round(box["y"] + box["height"]) == PHONE["height"]
    assert 56 <= box["height"] <= 72
    for size in ({"width": 844, "height": 390}, {"width": 195, "height": 422}):
        page.set_viewport_size(size)
        assert bar.evaluate("e => getComputedStyle(e).position") == "static", size
    page.set_viewport_size(PHONE)


def test_without_scripts(demo: Site, call: Call, a_window: Callable[..., Reader], deck: Path):
    email = make_founder(demo, "Nora Plain", "Plain Paper Co.")
    apply(Mouse(a_window(demo, "Nora Plain", scripts=False)), call, email=email, file=deck)


@pytest.mark.parametrize("fault", ["blocked", "500"])
def test_with_scripts_that_never_arrive(
    demo: Site, call: Call, a_window: Callable[..., Reader], deck: Path, fault: str
):
    """The same as without scripts: no control waits for one."""
    email = make_founder(demo, f"Bert {fault}", f"Behind A Wall {fault} Inc.")
    reader = a_window(demo, f"Bert {fault}")
    if fault == "blocked":
        reader.page.route("**/*.js", lambda route: route.abort())
    else:
        reader.page.route("**/*.js", lambda route: route.fulfill(status=500, body=""))
    reference = apply(Mouse(reader), call, email=email, file=deck)
    page = reader.open(f"/apply/proposals/{reference}/sections/plan").page
    assert page.locator("[data-ready]").count() == 0
    assert page.locator("[data-offline]:visible, dialog:visible").count() == 0
    assert not "".join(page.locator("[data-autosave]").all_text_contents()).strip()
