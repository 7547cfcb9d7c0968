"""Finding every page of the product as somebody meets it: along the links from page to page, and along the routes."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask import Flask
from playwright.sync_api import APIRequestContext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.browser.places import COME_TO_OTHERWISE

# Pages of one view that somebody comes to: every cohort for the first of a group, the newest for the others.
EVERY_COHORT, A_FEW = 12, 4
# What shows each person something else; the rest is public, and the visitor's to walk.
OWN = ("/account", "/admin", "/apply", "/finance", "/manage", "/review", "/workspace")
# Addresses that answer with something to download, which is no page.
FILES = COME_TO_OTHERWISE - {"accounts.code", "accounts.home", "accounts.confirm", "accounts.reset", "accounts.verify"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Found:
    """A page as it came from the server: where it stands, what it is made of, where it leads, its longest word."""

    address: str
    view: str
    parts: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    longest: int = 0


class Anatomy(HTMLParser):
    """Reads the parts of a page: two pages that differ only in their words have the same parts."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.parts, self.links, self.longest = 0, set[str](), list[str](), 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if self.depth or tag == "main":
            self.depth += tag not in VOID
            self.parts.add(",".join([tag, *(str(given.get(name, "")) for name in ("class", "role", "type"))]))

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in VOID:
            self.depth -= 1

    def handle_data(self, words: str) -> None:
        if self.depth:
            self.longest = max([self.longest, *(len(word) for word in words.split())])


def find_pages(app: Flask, asking: APIRequestContext, address: str, begin: list[str], most: int) -> Iterator[Found]:
    """Every page there is a way to, each once; of one view only so many besides those to begin at."""
    routes = app.url_map.bind("")
    met: set[str] = set()
    of_view: Counter[str] = Counter()
    waiting, given = deque(begin), set(begin)
    while waiting:
        path = waiting.popleft()
        place = urlsplit(path)
        known = place.path + "?" + "&".join(sorted(re.findall(r"(\w+)=", place.query)))
        view = view_of(routes, place.path)
        enough = of_view[view] >= (most if place.path.startswith(OWN) else min(most, A_FEW)) and path not in given
        if known in met or enough or view in FILES or view.startswith(("static", "accounts.persona")):
            continue
        met.add(known)
        answer = asking.get(address + path, headers={"Accept": "text/html"})
        if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        of_view[view] += 1
        page = Anatomy()
        page.feed(answer.text())
        waiting.extend(within(address, answer.url, page.links))
        yield Found(path, view, page.parts, page.links, page.longest)


def within(address: str, here: str, links: list[str]) -> list[str]:
    """The links that stay on this site, without the place on the page."""
    whole = [urljoin(here, link).partition("#")[0] for link in links]
    return [each.removeprefix(address) or "/" for each in whole if each.startswith(address + "/")]


def view_of(routes: object, path: str) -> str:
    """The name of the view that answers at a path."""
    try:
        return str(routes.match(path, method="GET")[0])  # type: ignore[attr-defined]  # werkzeug's MapAdapter
    except (RequestRedirect, HTTPException):
        return "nobody"
