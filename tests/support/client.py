"""A client that behaves like our pages: it sends the CSRF token, and checks every HTML answer it gets."""

import re
import secrets
import time
from contextlib import nullcontext
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from pglab.accounts.models import User
from pglab.accounts.services import open_session
from pglab.core.db import db, transaction

A_YEAR = timedelta(days=365)


class PageCheck(HTMLParser):
    """What every page must keep: one h1, a title, labels for fields, nothing inline, no Python words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.h1 = 0
        self.problems: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._skip = 0
        self.feed(html)
        if self.h1 != 1:
            self.problems.append(f"{self.h1} h1 elements")
        self.problems += [f"field {name} has no label" for name, key in self.fields if key not in self.labelled]
        words = " ".join(self._text)
        if re.search(r"\bNone\b(?! of )|\bundefined\b|&lt;|\{\{", words):
            self.problems.append("a Python word or escaped mark-up is shown: " + words[:2000])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.h1 += tag == "h1"
        if tag in ("script", "style", "textarea"):
            self._skip += 1
        if (tag == "script" and "src" not in given) or tag == "style" or "style" in given:
            self.problems.append(f"inline {tag}")
        if any(name.startswith("on") for name in given) or "required" in given:
            self.problems.append(f"{tag} has a handler or `required`")
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        needs_label = tag in ("textarea", "select") or (
            tag == "input" and given.get("type") not in ("hidden", "submit", "button")
        )
        if needs_label and "aria-label" not in given and "aria-labelledby" not in given:
            self.fields.append((given.get("name", "?"), given.get("id", "?")))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "textarea"):
            self._skip -= 1

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self._text.append(data)


class Client(FlaskClient):
    """FlaskClient that adds a valid token to unsafe requests (`csrf=False` leaves it out) and checks pages."""

    def open(self, *args: Any, csrf: bool = True, check: bool = True, **kwargs: Any) -> TestResponse:
        if csrf and kwargs.get("method", "GET") == "POST" and "json" not in kwargs:
            given = kwargs.get("data") or {}
            if isinstance(given, dict) and "csrf_token" not in given:
                kwargs["data"] = {**given, "csrf_token": self.token()}
        if has_app_context():
            for name in list(g):  # the test's own app context outlives a request; what a request noted must not
                g.pop(name)
            db.session.commit()  # the request begins a transaction of its own, in which the database knows who looks
        response = super().open(*args, **kwargs)
        if has_app_context():
            db.session.rollback()  # as the end of a request does; the test goes on in its own name
        if check and response.mimetype == "text/html" and response.status_code not in (302, 303, 308):
            problems = PageCheck(response.text).problems
            assert not problems, (response.request.path, response.status_code, problems)
        return response

    def token(self) -> str:
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", secrets.token_hex(20))
        key = self.application.config["SECRET_KEY"]
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))

    def sign_in(self, user: User, *, second_factor: bool = True, signed_in_ago: float = 0) -> "Client":
        """Be `user`, as after signing in `signed_in_ago` seconds ago, with a session that does not end by itself."""
        sid = self._open_session(user)
        with self.session_transaction() as session:
            session.clear()
            session.update(
                _user_id=user.fs_uniquifier,
                _fresh=True,
                fs_cc="set",
                fs_paa=time.time() - signed_in_ago,
                viewer=str(user.id),
                sid=sid,
                second_factor=second_factor,
            )
        return self

    def _open_session(self, user: User) -> str:
        with nullcontext() if has_app_context() else self.application.app_context(), transaction():
            return open_session(user, via="test", device="A test", idle=A_YEAR, longest=A_YEAR)


def client_for(app: Flask) -> Client:
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    return client
