"""Somebody at a browser: opens pages, follows links, fills in forms by what is written on them, presses buttons."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Response

from tests.browser.checking import Inspector
from tests.support.site import Site

CHECKED_KINDS = ("radio", "checkbox")


class Reader:
    """A person with a browser window of their own. What they come to see is looked at by the inspector, if there is
    one."""

    def __init__(self, page: Page, site: Site, name: str, inspector: Inspector | None = None, step: str = "") -> None:
        self.page, self.site, self.name, self.inspector, self.step = page, site, name, inspector, step
        self.status = 0
        self._seen = 0
        if inspector:
            inspector.watch(page, name)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def open(self, path: str, *, expect: int = 200) -> "Reader":
        """Go to an address."""
        address = path if path.startswith("http") else self.site.address + path
        return self._arrived(self.page.goto(address), expect)

    def follow(self, label: str) -> "Reader":
        """Follow the link with these words."""
        return self.going(self.link(label).click)

    def link(self, label: str) -> Locator:
        """The first link that begins with these words, apart from what a style sheet puts before them."""
        begins = re.compile(rf"^\s*{re.escape(label)}")
        links = self.page.get_by_role("link")
        return self.page.get_by_role("link", name=begins).or_(links.filter(has_text=begins)).first

    def press(self, button: str, *, expect: int = 200, **typed: Any) -> "Reader":
        """Fill in what is given by control name, press the button with this label, and see the next page."""
        pressed = self.button(button)
        form = pressed.locator("xpath=ancestor::form") if typed else None
        for name, value in typed.items():
            assert form is not None
            self.fill(form.locator(f'[name="{name}"]'), value)
        return self.going(pressed.click, expect=expect)

    def going(self, act: Callable[[], None], *, expect: int = 200) -> "Reader":
        """Do something that leads to another page, and look at that."""
        with self.page.expect_navigation() as led_to:
            act()
        return self._arrived(led_to.value, expect)

    def sees(self, *words: str) -> "Reader":
        """These words stand on the page."""
        shown = self.words()
        missing = [each for each in words if each not in shown]
        assert not missing, f"{self.name} does not see {missing} on {self.path}:\n{shown[:3000]}"
        return self

    def does_not_see(self, *words: str) -> "Reader":
        shown = self.words()
        assert not [each for each in words if each in shown], f"{self.name} sees {words} on {self.path}"
        return self

    def words(self) -> str:
        return " ".join(self.page.locator("body").inner_text().split())

    def be(self, name: str) -> "Reader":
        """Sign in as one of the demo's people, by the button for developers."""
        return self.open("/dev/personas").press(f"Sign in as {name}")

    def look(self, name: str) -> None:
        """Have the inspector look at the page that is shown."""
        if self.inspector:
            self.inspector.look(self.page, name)

    def button(self, label: str) -> Locator:
        """The button with this label, or the first of the page itself that begins so."""
        named = self.page.get_by_role("button", name=label, exact=True)
        begins = self.page.locator("main").get_by_role("button", name=re.compile(rf"^\s*{re.escape(label)}"))
        return (named if named.count() else begins).first

    def fill(self, controls: Locator, value: Any) -> None:
        """Give these controls of one name a value."""
        control = controls.first
        kind = control.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind in CHECKED_KINDS:
            chosen = control.locator(f'xpath=ancestor::form//input[@name="{control.get_attribute("name")}"]').and_(
                self.page.locator(f'[value="{value}"]')
            )
            if not chosen.is_checked():
                self.page.locator(f'label[for="{chosen.get_attribute("id")}"]').click(force=True)
            assert chosen.is_checked(), f"{self.name} could not choose {value} on {self.path}"
        elif kind == "select":
            control.select_option(value)
        elif kind == "file":
            control.set_input_files(Path(value))
        else:
            control.fill(value)

    def _arrived(self, response: Response | None, expect: int) -> "Reader":
        self.status = response.status if response else 0
        assert self.status == expect, f"{self.name} got {self.status} at {self.page.url}:\n{self.words()[:2000]}"
        self._seen += 1
        if self.inspector:
            who = self.name.split(" ", maxsplit=1)[0].lower()
            place = re.sub(r"[^a-z0-9]+", "-", self.path.lower()).strip("-")[-60:] or "home"
            self.look("-".join(each for each in (self.step, who, f"{self._seen:02}", place) if each))
        return self
