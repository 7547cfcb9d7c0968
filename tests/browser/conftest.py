"""Chromium, a window for each person, and the demo served to them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.checking import DESK, HEIGHTS, Inspector
from tests.browser.people import Reader
from tests.support import databases
from tests.support.demo import demo_database
from tests.support.files import make_pdf
from tests.support.site import Site, served

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PATIENCE = 30_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest) -> Iterator[Site]:
    """The demo, served from a copy that the tests of one file may change."""
    name = databases.run_name(request.module.__name__.rpartition(".")[2].removeprefix("test_"))
    with databases.copy_of(demo_database(), name) as settings, served(settings) as site:
        yield site


@pytest.fixture
def inspector(request: pytest.FixtureRequest) -> Inspector:
    return Inspector(takes_pictures=request.config.getoption("--pictures"))


@pytest.fixture
def a_window(chromium: Browser) -> Iterator[Callable[..., Reader]]:
    """Opens a browser window of its own for a person; all are closed after the test."""
    opened = []

    def open_window(site: Site, name: str, inspector: Inspector | None = None, *, scripts: bool = True) -> Reader:
        context = chromium.new_context(
            viewport={"width": DESK, "height": HEIGHTS[DESK]}, java_script_enabled=scripts, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return Reader(context.new_page(), site, name, inspector)

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    """A real PDF of two pages."""
    path = tmp_path / "deck.pdf"
    path.write_bytes(make_pdf(2))
    return path


@pytest.fixture
def redacted(tmp_path: Path) -> Path:
    """Another, of one page."""
    path = tmp_path / "redacted.pdf"
    path.write_bytes(make_pdf(1))
    return path
