"""What a public page weighs on its first view (UX 7.10): few requests, few bytes, nothing from anybody else."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PATIENCE
from tests.browser.places import NOBODY, places
from tests.support.site import Site

pytestmark = pytest.mark.browser

MOST_BYTES, MOST_REQUESTS = 100_000, 8
# What the whole site may send as styles and as the scripts of its public pages, compressed.
MOST_STYLE, MOST_SCRIPT = 28_000, 4_000
WEIGHED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map(each => [each.name, each.transferSize, each.initiatorType])"""


@pytest.fixture
def weigh(chromium: Browser, demo: Site) -> Callable[[str], list[str]]:
    """What is too much on one page, looked at by a browser that has never been here."""

    def weighed(path: str) -> list[str]:
        context = chromium.new_context()
        try:
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(demo.address + path)
            sizes = page.evaluate(WEIGHED)
        finally:
            context.close()
        return faults(demo.address, asked, sizes)

    return weighed


def faults(own: str, asked: list[str], sizes: list[tuple[str, int, str]]) -> list[str]:
    """What breaks a limit."""
    found = [f"asks {url}" for url in asked if not url.startswith((own + "/", "data:"))]
    if len(asked) > MOST_REQUESTS:
        found.append(f"{len(asked)} requests")
    for ending, most in (("", MOST_BYTES), (".css", MOST_STYLE), (".js", MOST_SCRIPT)):
        total = sum(size for name, size, _kind in sizes if name.endswith(ending))
        if total > most:
            found.append(f"{total:,} bytes{' of ' + ending if ending else ''}")
    return found


def test_every_public_page_is_light_and_asks_nobody_else(demo: Site, weigh: Callable[[str], list[str]]):
    one_of_each = dict(places(demo.app)[NOBODY])
    assert len(one_of_each) > 20
    assert {view: said for view, address in one_of_each.items() if (said := weigh(address))} == {}


def test_a_heavy_page_is_noticed():
    """Negative control: a font from elsewhere, a large script, one request too many."""
    own = "http://127.0.0.1:1"
    asked = [f"{own}/", "https://fonts.example.com/a.woff2", *(f"{own}/{number}.png" for number in range(7))]
    sizes = [(f"{own}/", 90_000, "navigation"), (f"{own}/site.js", 20_000, "script")]
    assert faults(own, asked, sizes) == [
        "asks https://fonts.example.com/a.woff2",
        "9 requests",
        "110,000 bytes",
        "20,000 bytes of .js",
    ]
