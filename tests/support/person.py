"""A person using the site over HTTP the way a browser without JavaScript does: read a page, fill its form, press."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.client import Client


@dataclass
class PageForm:
    """One form of a page: where it goes, what its controls hold, and its buttons (label, name, value)."""

    action: str
    method: str
    values: MultiDict[str, str] = field(default_factory=MultiDict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The forms, links and words of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: dict[str, str] = {}
        self._open: PageForm | None = None
        self._catching: tuple[str, dict[str, str]] | None = None
        self._caught: list[str] = []
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "a" and "href" in given:
            self._catching, self._caught = (tag, given), []
        elif self._open is not None:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self._open is not None
        name, kind = given.get("name", ""), given.get("type", "text")
        self._open.names.add(name)
        if tag == "input" and kind in ("radio", "checkbox"):
            if "checked" in given:
                self._open.values.add(name, given.get("value", "on"))
        elif tag == "input" and kind not in ("file", "submit", "button"):
            self._open.values.add(name, given.get("value", ""))
        elif tag in ("textarea", "button"):
            self._catching, self._caught = (tag, given), []
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self._open.values.add(self._select, given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._catching is not None:
            self._caught.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if self._catching is None or tag != self._catching[0]:
            return
        given, text = self._catching[1], "".join(self._caught)
        self._catching = None
        if tag == "a":
            self.links.setdefault(" ".join(text.split()), given["href"])
        elif self._open is not None and tag == "textarea":
            self._open.values.add(given.get("name", ""), text.removeprefix("\n"))
        elif self._open is not None:
            self._open.buttons.append((" ".join(text.split()), given.get("name", ""), given.get("value", "")))


class Person:
    """Somebody at a browser. Follows redirects after a press, as browsers do; remembers the page shown."""

    def __init__(self, client: Client, name: str = "") -> None:
        self.client, self.name = client, name
        self.path, self.status, self.text = "", 0, ""

    def open(self, path: str, *, expect: int = 200) -> "Person":
        """Go to an address."""
        self._show(self.client.get(path, follow_redirects=True), expect)
        return self

    def follow(self, label: str) -> "Person":
        """Follow the link with these words."""
        links = Page(self.text).links
        href = links.get(label) or next((href for text, href in links.items() if text.startswith(label)), None)
        assert href is not None, f"{self.name} sees no link “{label}” on {self.path}: {sorted(links)}"
        return self.open(urljoin(self.path, href))

    def press(self, button: str, *, expect: int = 200, **typed: Any) -> "Person":
        """Fill in what is given by control name, press the button with this label, and see the next page.

        A value may be text, a list of choices, or (bytes, file name). A control the form does not have is an error.
        """
        form, extra = self._form_with(button)
        unknown = {name for name in typed if name not in form.names}
        assert not unknown, f"the form on {self.path} has no {unknown}; it has {sorted(form.names)}"
        values: MultiDict[str, Any] = MultiDict(form.values)
        for name, value in [*typed.items(), *extra]:
            chosen = value if isinstance(value, list) else [value]
            values.setlist(name, [(BytesIO(one[0]), one[1]) if isinstance(one, tuple) else one for one in chosen])
        address = urljoin(self.path, form.action or self.path)
        if form.method == "get":
            answer = self.client.get(address, query_string=values, follow_redirects=True)
        else:
            answer = self.client.post(address, data=values, csrf=False, follow_redirects=True)
        self._show(answer, expect)
        return self

    def sees(self, *words: str) -> "Person":
        """These words stand on the page."""
        shown = plain(self.text)
        missing = [each for each in words if each not in shown]
        assert not missing, f"{self.name} does not see {missing} on {self.path}:\n{shown[:3000]}"
        return self

    def does_not_see(self, *words: str) -> "Person":
        shown = plain(self.text)
        assert not [each for each in words if each in shown], f"{self.name} sees {words} on {self.path}"
        return self

    def _form_with(self, button: str) -> tuple[PageForm, list[tuple[str, str]]]:
        forms = Page(self.text).forms
        found = [
            (form, [(name, value)] if name else [], label)
            for form in forms
            for label, name, value in form.buttons
            if label.startswith(button)
        ]
        assert found, f"{self.name} sees no button “{button}” on {self.path}, only {[f.buttons for f in forms]}"
        form, extra, _ = min(found, key=lambda one: (one[2] != button, one[2] == "Sign out"))
        return form, extra

    def _show(self, answer: TestResponse, expect: int) -> None:
        self.status, self.text = answer.status_code, answer.get_data(as_text=True)
        self.path = urlsplit(answer.request.path).path
        assert self.status == expect, f"{self.name} got {self.status} at {self.path}:\n{plain(self.text)[:3000]}"


def plain(html: str) -> str:
    """The words of a page, as a reader sees them."""
    without = re.sub(r"<(script|style|title)[^>]*>.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(without).split())
