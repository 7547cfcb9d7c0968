"""What every page must keep, looked at in a real browser: nothing axe objects to, no fault in the console, no sideways
scrolling, one heading; and a picture of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page

from tests.support import services

DESK, PHONE, SMALL = 1280, 390, 320
HEIGHTS = {DESK: 800, PHONE: 844, SMALL: 800}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RUN_AXE = """async (tags) => {
  const found = await axe.run({runOnly: tags, resultTypes: ['violations']});
  return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target + ' ' + n.html.slice(0, 160)
    + ' ' + (n.failureSummary || '').slice(0, 300)).join(' | ')}`);
}"""
# The shape of a page: two pages that differ only in their words have the same.
SHAPE = """() => [...new Set([...document.querySelectorAll('main *, .page__top *')].map((e) =>
  [e.tagName, e.getAttribute('class'), e.getAttribute('role'), e.getAttribute('type')].join()
))].sort().join(';')"""
MEASURE = """() => {
  const root = document.documentElement;
  const visible = (e) => !e.closest('.scroll, .usa-table-container--scrollable, pre, .usa-sr-only');
  const wide = [...document.body.querySelectorAll('*')].filter((e) => visible(e)
    && e.getBoundingClientRect().right > root.clientWidth + 1).slice(0, 4)
    .map((e) => e.tagName + '.' + e.getAttribute('class') + ' ' + (e.textContent || '').trim().slice(0, 40));
  const cut = [...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1
    && [...e.querySelectorAll('table')].every((t) => getComputedStyle(t).display === 'block'))
    .map((e) => `${e.getAttribute('aria-label')} ${e.scrollWidth} ${e.clientWidth}`);
  return {
    cut,
    sideways: root.scrollWidth > root.clientWidth ? [root.scrollWidth, root.clientWidth, ...wide] : null,
    headings: [...document.querySelectorAll('h1')].map((e) => e.textContent),
    title: document.title,
    primary: [...document.querySelectorAll('main .usa-button')].filter((e) => e.className.trim() === 'usa-button'
      && e.checkVisibility()).map((e) => e.textContent.trim()),
  };
}"""


# What is in motion, endless or not, although the reader asked for none.
MOVING = """() => document.getAnimations().filter((a) => a.playState === 'running'
  && a.effect.getComputedTiming().duration > 100).map((a) => a.effect.target?.outerHTML.slice(0, 80))"""


@contextmanager
def enlarged(page: Page) -> Iterator[None]:
    """The page as on a desk at 400 %: four times as large, so that 320 by 256 remain of 1280 by 1024."""
    browser = page.context.new_cdp_session(page)
    browser.send(
        "Emulation.setDeviceMetricsOverride", {"width": 320, "height": 256, "deviceScaleFactor": 4, "mobile": False}
    )
    try:
        yield
    finally:
        browser.send("Emulation.clearDeviceMetricsOverride")
        browser.detach()


def pictures() -> Path:
    """Where pictures of pages are kept, outside the code."""
    folder = services.state() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Inspector:
    """Looks at pages and remembers what is wrong with them; each shape of page is given to axe once for each width.
    Pictures are for people who want to look themselves (`--pictures`)."""

    problems: list[str] = field(default_factory=list)
    takes_pictures: bool = False
    widths: Sequence[int] = (DESK, PHONE)
    shapes: set[tuple[str, int]] = field(default_factory=set)
    looked: int = 0
    audited: int = 0

    def watch(self, page: Page, who: str) -> None:
        """Note every fault the page reports by itself, a breach of the content security policy among them."""
        page.on("pageerror", lambda error: self.problems.append(f"{who} {page.url}: {error}"))
        page.on("console", lambda message: self._heard(message, page, who))

    def _heard(self, message: ConsoleMessage, page: Page, who: str) -> None:
        refused_page = "Failed to load resource" in message.text and message.location.get("url") == page.url
        if message.type in ("error", "warning") and not refused_page:
            self.problems.append(f"{who} {page.url}: {message.text}")

    def look(self, page: Page, name: str, *, audit: Sequence[int] = (), scroll: Sequence[int] = ()) -> None:
        """Check the page as it stands: with axe and a picture at the widths of `audit` unless its shape is known,
        and for sideways scrolling at those of `scroll` in any case."""
        audit = audit or self.widths
        self.looked += 1
        self._measure(page, f"{name} at {DESK}")
        shape = page.evaluate(SHAPE)
        for width in (*audit, *scroll):
            if width in scroll or (shape, width) not in self.shapes:
                self._at(page, width)
                self._measure(page, f"{name} at {width}")
            if width in audit and (shape, width) not in self.shapes:
                self.shapes.add((shape, width))
                self._audit(page, name, width)
        self._at(page, DESK)

    def look_as_it_stands(self, page: Page, name: str) -> None:
        """Check the page in its own window, which keeps its size, and give it to axe unless its shape is known."""
        width = (page.viewport_size or {"width": 0})["width"]
        self.looked += 1
        self._measure(page, f"{name} at {width}")
        shape = page.evaluate(SHAPE)
        if (shape, width) not in self.shapes:
            self.shapes.add((shape, width))
            self.audited += 1
            self._hear_axe(page, f"{name} at {width}")

    def look_everywhere(self, page: Page, name: str) -> None:
        """Give the page to axe at every width, at four times the size and in forced colors; nothing may move."""
        self.look(page, name, audit=(DESK, PHONE, SMALL))
        self.look_enlarged(page, name)
        page.emulate_media(forced_colors="active")
        self._measure(page, f"{name} in forced colors")
        self._hear_axe(page, f"{name} in forced colors")
        page.emulate_media(forced_colors="none")

    def look_plain_and_enlarged(self, page: Page, name: str) -> None:
        """Give the page to axe on a desk and at four times the size."""
        self.look(page, name, audit=(DESK,))
        self.look_enlarged(page, name)

    def look_enlarged(self, page: Page, name: str) -> None:
        """Give the page to axe at four times the size, which leaves 320 pixels; nothing may move."""
        self.looked += 1
        if page.evaluate(MOVING):
            self.problems.append(f"{name} ({page.url}) moves although motion is reduced: {page.evaluate(MOVING)}")
        with enlarged(page):
            self._measure(page, f"{name} at 400 %")
            self._hear_axe(page, f"{name} at 400 %")

    def look_narrow(self, page: Page, name: str) -> None:
        """Check a page of a known shape, with longer words, for sideways scrolling where there is least room."""
        self.looked += 1
        self._at(page, SMALL)
        self._measure(page, f"{name} at {SMALL}")
        self._at(page, DESK)

    @staticmethod
    def _at(page: Page, width: int) -> None:
        if page.viewport_size != {"width": width, "height": HEIGHTS[width]}:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    def _measure(self, page: Page, name: str) -> None:
        found = page.evaluate(MEASURE)
        if found["sideways"]:
            self.problems.append(f"{name} ({page.url}) scrolls sideways: {found['sideways']}")
        if found["cut"]:
            self.problems.append(f"{name} ({page.url}) shows cards that are cut: {found['cut']}")
        if len(found["headings"]) != 1:
            self.problems.append(f"{name} ({page.url}) has h1: {found['headings']}")
        if not found["title"].endswith(" – PGH Lab") or found["title"].startswith(" –"):
            self.problems.append(f"{name} ({page.url}) has the title “{found['title']}”")
        if len(found["primary"]) > 1:
            self.problems.append(f"{name} ({page.url}) has several primary buttons: {found['primary']}")

    def _audit(self, page: Page, name: str, width: int) -> None:
        self.audited += 1
        self._hear_axe(page, f"{name} at {width}")
        if self.takes_pictures:
            page.screenshot(path=pictures() / f"{name}-{width}.jpg", full_page=True, type="jpeg", quality=75)

    def _hear_axe(self, page: Page, name: str) -> None:
        if not page.evaluate("typeof axe !== 'undefined'"):
            page.evaluate(AXE_SCRIPT + "; null")
        self.problems += [f"{name} ({page.url}): {each}" for each in page.evaluate(RUN_AXE, TAGS)]

    def is_content(self) -> None:
        """Fail with everything that was wrong, once each."""
        assert not self.problems, "\n".join(["", *dict.fromkeys(self.problems)])
