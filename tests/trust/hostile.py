"""What people and programs send that nobody asked for, and where it can be sent: every form the demo city shows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from flask import Flask

from tests.support.client import client_for
from tests.support.person import Page, PageForm
from tests.trust.world import Place, person, places

PEOPLE = ("visitor", "founder", "teammate", "evaluator", "champion", "manager", "director", "finance", "admin")

LONG = "x" * 20_001
# Each as it stands in a body: percent-encoded, so that bytes no text can hold are sent as well.
VALUES = {
    "nothing": "",
    "only spaces": "%20%C2%A0%E3%85%A4",
    "NUL": "a%00b",
    "controls": "a%01%0B%1F%7F%C2%85b",
    "lone surrogate": "%ED%A0%80",
    "no UTF-8": "%FF%FE%C3%28",
    "bidi": "evil%E2%80%AEfdp.exe",
    "zero width": "%E2%80%8B%EF%BB%BF%EF%BF%BE",
    "line breaks": "a%0D%0ABcc%3A%20b%40y.example",
    "markup": "%3Cscript%3Ealert(1)%3C%2Fscript%3E%7B%7B7*7%7D%7D%27%20OR%201%3D1--%20%25s",
    "emoji": "%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB" * 40,
    "long": LONG,
    "negative": "-1",
    "huge": "9" * 400,
    "past 63 bits": "9223372036854775808",
    "not a number": "NaN",
    "exponent": "1e5",
    "other digits": "%D9%A3%EF%BC%91",
    "half": "3.5",
    "no such day": "2027-02-30",
    "no such hour": "2027-03-14T02%3A30",
    "year 0": "0000-00-00",
    "year 99999": "99999-12-31",
    "no such id": "00000000-0000-0000-0000-000000000000",
    "no id": "..%2F..%2Fetc%2Fpasswd",
    "address": "javascript%3Aalert(1)",
    "inside": "http%3A%2F%2F169.254.169.254%2F",
    "letterhead": "a%40b%0Ac%40d",
}
TYPED = "Żółć &lt; 7*7 is what I typed"
PATHS = (
    *("0", "-1", "9223372036854775808", "99999999999999999999", "00000000-0000-0000-0000-000000000000", "%00"),
    *("%ff%fe", "..%2f..%2fetc", "%E2%80%AE", "x" * 5000, "A12-00", "None"),
)
QUERIES = (
    *("page=-1", "page=0", "page=1000000000000000000000", "page=%00", "page=NaN", "page=1&page=2", "page[]=1"),
    *("q=%00", "q=%25%5F%5C", "q=%FF", "q=" + "(" * 2000, "role=nobody", "action=%00", "subject=%00%ED%A0%80"),
    *(
        "status=x&status=y",
        "next=//evil.example",
        "next=%00",
        "challenge=%00",
        "show=%F0%9F%92%BB",
        "cohort=99999999999",
    ),
)
BODIES = (
    ("application/json", b'{"a": NaN, "a": [1'),
    ("application/json", b"[" * 10_000),
    ("text/plain", b"\xff\xfe\x00"),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="\x00"\r\n\r\n\xff\r\n--x--'),
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=%00"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(1001))),
    ("application/x-www-form-urlencoded", b"a=" + b"x" * 1_000_001),
)
METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "BREW")
SHOWN = {"text", "textarea", "email", "url", "search", "tel"}
SECRET = {"password", "password_confirm", "new_password", "new", "current", "code", "csrf_token"}


@dataclass
class Target:
    """A form that somebody is shown: who, where it is sent, what stands in it, and of which kind each control is."""

    role: str
    address: str
    values: dict[str, str]
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> list[str]:
        return sorted(name for name in self.kinds if name != "csrf_token")


class Controls(Page):
    """The forms of a page, with the kind of each control."""

    def __init__(self, html: str) -> None:
        self.kinds: dict[int, dict[str, str]] = {}
        super().__init__(html)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        super()._control(tag, given)
        if given.get("name") and tag in ("input", "textarea", "select", "button"):
            kind = given.get("type", "text") if tag == "input" else tag
            self.kinds.setdefault(len(self.forms) - 1, {})[given["name"]] = kind


def targets(app: Flask) -> list[Target]:
    """Every form that is sent by POST, once for each address and shape, as the first person sees it who is shown it."""
    found: dict[tuple[str, frozenset[str]], Target] = {}
    for role, place, html in pages(app):
        page = Controls(html)
        for turn, form in enumerate(page.forms):
            if form.method == "post":
                target = as_target(role, place, form, page.kinds.get(turn, {}))
                found.setdefault((target.address, frozenset(target.kinds)), target)
    return list(found.values())


def as_target(role: str, place: Place, form: PageForm, kinds: dict[str, str]) -> Target:
    address = urlsplit(urljoin(place.address, unescape(form.action) or place.address))
    where = address.path + (f"?{address.query}" if address.query else "")
    return Target(role, where, {name: form.values[name] for name in form.values if name != "csrf_token"}, dict(kinds))


def pages(app: Flask) -> Iterator[tuple[str, Place, str]]:
    """Every page of the demo city as the first two kinds of people see it who are let in."""
    for place in places(app):
        if place.method != "GET" or place.endpoint == "static":
            continue
        seen = 0
        for role in PEOPLE:
            client = client_for(app)
            user = person(role)
            answer = (client.sign_in(user) if user else client).get(place.address, check=False)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                yield role, place, answer.text
                seen += 1
            answer.close()
            if seen == 2:
                break
