"""People of the generated load, signed in: their cookie and the token their forms carry."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from bench.client import request
from config import Settings
from pglab.accounts.models import User
from pglab.app import create_app
from pglab.core.db import db
from tests.support.client import client_for


@dataclass(frozen=True)
class SignedIn:
    """One person's browser."""

    cookie: str
    token: str

    def get(self, path: str) -> bytes:
        """A page as this person asks for it."""
        return request(path, cookie=self.cookie)

    def post(self, path: str, **fields: str | int) -> bytes:
        """A form as this person sends it."""
        body = urlencode({"csrf_token": self.token, **fields}).encode()
        return request(path, method="POST", cookie=self.cookie, body=body)

    def upload(self, path: str, content: bytes, filename: str) -> bytes:
        """A form with one file."""
        edge = "pglab-bench-7MA4YWxkTrZu0gW"
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token}\r\n'
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        return request(path, method="POST", cookie=self.cookie, body=body, kind=f"multipart/form-data; boundary={edge}")


NOBODY = SignedIn("", "")


def sign_in(app: Flask, user: User) -> SignedIn:
    """The person as after signing in with a second factor."""
    client = client_for(app).sign_in(user)
    token = client.token()
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    if cookie is None:
        raise RuntimeError("signing in gave no cookie")
    return SignedIn(f"{cookie.key}={cookie.value}", token)


def signed_in(settings: Settings, *emails: str) -> list[SignedIn]:
    """Everybody with these addresses, in this order."""
    app = create_app(settings)
    with app.app_context():
        found = {user.email: user for user in db.session.scalars(select(User).where(User.email.in_(emails)))}
        made = [sign_in(app, found[email]) for email in emails]
        db.session.remove()
        db.engine.dispose()
    return made
