"""J1 on a line of 50 kB a second that drops: while typing, while saving, while a file is on its way. Nothing is lost
and nothing has to be typed twice."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pikepdf import Pdf
from playwright.sync_api import CDPSession, Page, Route, expect

from tests.browser.applying.journey import Call, Mouse, apply, make_founder, the_call
from tests.browser.people import Reader
from tests.support.files import make_pdf
from tests.support.site import Site

pytestmark = pytest.mark.browser

RATE, DELAY = 50 * 1024, 200
FALLS = 2
PARTS = re.compile(r"partNumber=\d")
DRAFT = re.compile(r"/sections/[a-z-]+/draft$")


class Line:
    """What a page has to go by."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.drops = 0
        self.session.send("Network.enable")
        self.up()

    def up(self) -> None:
        self._set(offline=False)

    def down(self) -> None:
        self.drops += 1
        self._set(offline=True)

    def _set(self, *, offline: bool) -> None:
        rates = {"latency": DELAY, "downloadThroughput": RATE, "uploadThroughput": RATE}
        self.session.send("Network.emulateNetworkConditions", {"offline": offline, **rates})


class Patient(Mouse):
    """Somebody whose line drops in the middle of things."""

    def __init__(self, reader: Reader, line: Line) -> None:
        super().__init__(reader)
        self.line = line

    def answer(self, name: str, value: str) -> None:
        """The line is dead while an answer of the plan is typed; later it is saved by itself."""
        super().answer(name, value)
        if not self.reader.path.endswith("/sections/plan"):
            return
        self.line.down()
        box = self.page.locator(f"main [name={name}]")
        box.press("Control+End")
        box.press_sequentially(" Typed on a dead line.")
        expect(self.page.locator("[data-offline]")).to_be_visible()
        expect(self.page.locator(".save-status--bad")).to_contain_text("Not saved yet", timeout=30_000)
        with self.page.expect_response(DRAFT, timeout=60_000) as saved:
            self.line.up()
        assert saved.value.ok
        expect(self.page.locator("[data-offline]")).to_be_hidden()

    def press(self, words: str, *, expect: int = 200) -> None:
        """A button pressed on a dead line leads nowhere: the page stays, says so, and holds all that was typed."""
        if words.startswith("Save and") and self.reader.path.endswith("/sections/privacy"):
            self._press_on_a_dead_line(words)
        super().press(words, expect=expect)

    def _press_on_a_dead_line(self, words: str) -> None:
        self.page.route(DRAFT, lambda route: route.abort())
        typed = [box.input_value() for box in self.page.locator("main textarea").all()]
        address = self.page.url
        self.line.down()
        self.reader.button(words).click()
        expect(self.page.locator("[data-offline]")).to_contain_text("nothing was sent yet")
        self.line.up()
        expect(self.page.locator("[data-offline]")).to_be_hidden()
        assert self.page.url == address
        assert [box.input_value() for box in self.page.locator("main textarea").all()] == typed
        assert any(typed)
        self.page.unroute(DRAFT)

    def upload(self, file: Path) -> None:
        """The line drops under the file on its way, twice; it goes on by itself."""
        self.page.locator("main [data-sending][data-ready]").wait_for(state="attached")
        self.page.locator("main [name=file]").set_input_files(file)
        fallen: list[str] = []

        def fall(route: Route) -> None:
            fallen.append(route.request.url)
            if len(fallen) <= FALLS:
                route.abort("connectionreset")
            else:
                route.continue_()

        self.page.route(PARTS, fall)
        self.reader.going(self.reader.button("Upload").click)
        self.page.unroute(PARTS)
        assert len(fallen) == FALLS + 1


@pytest.fixture(scope="module")
def call(demo: Site) -> Call:
    return the_call(demo)


def pad(pdf: Pdf) -> None:
    pdf.Root.Padding = pdf.make_stream(bytes(200_000))


@pytest.fixture
def slides(tmp_path: Path) -> Path:
    """A file that takes this line about four seconds."""
    path = tmp_path / "slides.pdf"
    path.write_bytes(make_pdf(2, pad, compress_streams=False))
    return path


def test_on_a_slow_line_that_drops(demo: Site, call: Call, a_window: Callable[..., Reader], slides: Path):
    email = make_founder(demo, "Lena Line", "Long Way Out LLC")
    reader = a_window(demo, "Lena Line")
    hand = Patient(reader, line := Line(reader.page))
    reference = apply(hand, call, email=email, file=slides)
    assert line.drops == 3, "twice while typing, once while saving"
    reader.open(f"/apply/proposals/{reference}/sections/plan")
    for name in dict(call.sections)["Plan and feasibility"]:
        expect(reader.page.locator(f"main [name={name}]")).to_have_value(re.compile("Typed on a dead line"))
