"""P44: nothing that can be sent to a form or an address makes the site fail or hang, and a refusal keeps the typing."""

import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape, unescape
from types import FrameType
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from pglab.core.db import db
from pglab.web.security import public
from tests.support.client import Client, client_for
from tests.support.demo import a_demo_city
from tests.support.scoreboard import Scores
from tests.support.undoing import undone
from tests.trust import hostile
from tests.trust.hostile import Target
from tests.trust.world import address, person

pytestmark = pytest.mark.slow

FORMS = "application/x-www-form-urlencoded"
HANGS_AFTER = 20  # seconds
REQUESTS = 5000
# They say with 503 that no worker runs, which is so here.
SAYS_503 = ("/readyz", "/status")


@pytest.fixture(scope="module")
def city() -> Iterator[Flask]:
    """The demo city, with one more address that always fails: the control."""

    @public
    def planted() -> str:
        raise ZeroDivisionError

    with a_demo_city("bad_input") as app:
        app.add_url_rule("/planted", "planted", planted, methods=["POST"])
        yield app


@pytest.fixture(scope="module")
def targets(city: Flask) -> list[Target]:
    with undone(city):
        return hostile.targets(city)


class Sender:
    """Sends hostile requests, undoes what each of them did, and notes every failure."""

    def __init__(self, app: Flask) -> None:
        self.app, self.sent, self.signed_out = app, 0, 0
        self.failures: list[str] = []
        self.clients: dict[str, tuple[Client, str, str]] = {}

    def client(self, role: str) -> tuple[Client, str]:
        """This person's browser with the cookie as after signing in, whatever was done with it since, and its token."""
        name = self.app.config["SESSION_COOKIE_NAME"]
        if role not in self.clients:
            client, user = client_for(self.app), person(role)
            token = (client.sign_in(user) if user else client).token()
            cookie = client.get_cookie(name)
            assert cookie is not None
            self.clients[role] = client, token, cookie.value
        client, token, cookie_value = self.clients[role]
        client.set_cookie(name, cookie_value)
        return client, token

    def send(self, role: str, where: str, what: str, **request: object) -> TestResponse | None:
        """One request; None when it failed."""
        self.sent += 1
        client, _token = self.client(role)  # before the part that is undone: the session has to stay
        db.session.rollback()
        undo = db.session.get_bind().begin_nested()  # type: ignore[union-attr]  # the connection of `undone`
        try:
            with patience():
                answer = client.open(where, csrf=False, check=False, **request)
                answer.get_data()
        except Exception as fault:
            self.failures.append(f"{role} {where} [{what}]: {fault!r}"[:300])
            return None
        finally:
            db.session.rollback()
            db.session.expunge_all()
            undo.rollback()
        if answer.status_code >= 500 and not where.startswith(SAYS_503):
            self.failures.append(f"{role} {where} [{what}]: {answer.status_code}"[:300])
        self.signed_out += answer.location is not None and "/sign-in" in answer.location
        return answer

    def post(self, target: Target, what: str, body: str) -> TestResponse | None:
        token = quote(self.client(target.role)[1], safe="")
        return self.send(
            target.role, target.address, what, method="POST", data=f"csrf_token={token}&{body}", content_type=FORMS
        )


@contextmanager
def patience() -> Iterator[None]:
    """Ends what hangs."""

    def enough(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, enough)
    signal.alarm(HANGS_AFTER)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def encoded(target: Target, /, **changed: str) -> str:
    """A form's body; what is changed is encoded already."""
    kept = {name: quote(value, safe="") for name, value in target.values.items() if name in target.kinds}
    return "&".join(f"{quote(name, safe='')}={value}" for name, value in {**kept, **changed}.items())


def hostile_posts(targets: list[Target]) -> list[tuple[Target, str, str]]:
    """Each field of each form, then all of them, with each hostile value; none, twice, as lists, and unknown ones."""
    posts = []
    for target in targets:
        for name in target.fields:
            posts += [
                (target, f"{name}: {what}", encoded(target, **{name: value})) for what, value in hostile.VALUES.items()
            ]
            posts.append((target, f"{name} twice", f"{encoded(target)}&{quote(name)}=1&{quote(name)}=2"))
            posts.append((target, f"{name} as a list", encoded(target, **{f"{name}[]": "1", f"{name}[0][x]": "2"})))
        posts += [
            (target, f"everything: {what}", encoded(target, **dict.fromkeys(target.fields, value)))
            for what, value in hostile.VALUES.items()
        ]
        posts.append((target, "nothing at all", ""))
        posts.append((target, "unknown fields", encoded(target, id="1", status="paid", is_admin="1", __class__="x")))
    return posts


def test_no_form_fails_whatever_is_sent(city: Flask, targets: list[Target], scored: Scores):
    posts = hostile_posts(targets)
    chosen = random.Random(44).sample(posts, min(len(posts), REQUESTS))  # noqa: S311  (the same on every run)
    with undone(city):
        sender = Sender(city)
        for target, what, body in chosen:
            sender.post(target, what, body)
        for target in targets:
            for media_type, content in hostile.BODIES:
                sender.send(
                    target.role, target.address, media_type, method="POST", data=content, content_type=media_type
                )
            for method in hostile.METHODS:
                sender.send(target.role, target.address, method, method=method)
    assert sender.failures == [], "\n".join(sender.failures)
    assert sender.signed_out < sender.sent / 20, "what is asked of nobody proves nothing"
    assert sender.sent > REQUESTS, "the forms are too few to prove something"
    scored("P44", what=f"hostile requests to {len(targets)} forms, answered 5xx or not at all", sample=sender.sent)


def test_a_refused_form_keeps_what_was_typed(city: Flask, targets: list[Target], scored: Scores):
    kept, lost = 0, []
    typed = unescape(hostile.TYPED)
    with undone(city):
        sender = Sender(city)
        for target in targets:
            names = [n for n in target.fields if target.kinds[n] in hostile.SHOWN and n not in hostile.SECRET]
            if not names:
                continue
            answer = sender.post(target, "typed", encoded(target, **dict.fromkeys(names, quote(typed))))
            if answer is None or answer.status_code != 422:
                continue
            kept += len(names)
            if answer.text.count(escape(typed)) + answer.text.count(escape(typed, quote=False)) < len(names):
                lost.append(f"{target.role} {target.address}: {names}")
    assert sender.failures == [], "\n".join(sender.failures)
    assert lost == []
    assert kept > 30, "too few refusals to prove something"
    scored("P44", what="fields of refused forms that lost what was typed", sample=kept)


def test_no_address_fails_whatever_stands_in_it(city: Flask, scored: Scores):
    with undone(city):
        sender = Sender(city)
        for rule in sorted(city.url_map.iter_rules(), key=lambda rule: rule.rule):
            if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "planted"):
                continue
            role = next((r for part, r in ROLES.items() if rule.rule.startswith(part)), "founder")
            good = address(rule, "opened")
            for value in hostile.PATHS if rule.arguments else ():
                parts = [value if part.startswith("<") else part for part in rule.rule.split("/")]
                sender.send(role, "/".join(parts), value[:40])
            for query in hostile.QUERIES:
                sender.send(role, f"{good}?{query}", query[:40])
    assert sender.failures == [], "\n".join(sender.failures)
    assert sender.signed_out < sender.sent / 20, "what is asked of nobody proves nothing"
    scored("P44", what="hostile addresses and filters, answered 5xx or not at all", sample=sender.sent)


ROLES = {
    "/manage": "manager",
    "/review": "evaluator",
    "/finance": "finance",
    "/admin": "admin",
    "/workspace": "champion",
}


def test_a_planted_error_is_found(city: Flask, scored: Scores):
    """Negative control: an address that always fails is noticed by the very same check."""
    with undone(city):
        sender = Sender(city)
        sender.post(Target("founder", "/planted", {}), "anything", "a=1")
    assert len(sender.failures) == 1
    assert "ZeroDivisionError" in sender.failures[0]
    scored("P44", control="a route with a planted error was found")
