"""P29: keys are replaced while people work; what the old ones signed stays good until they are thrown away."""

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import select

from pglab.accounts import services
from pglab.accounts.models import User
from pglab.app import create_app
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.proposals.models import Submission
from scripts import verify_receipt
from tests.factories.accounts import make_user
from tests.factories.proposals import fill, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support import databases
from tests.support.accounts import code_for
from tests.support.client import Client, client_for
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

KEYS = [f"key number {number} " + "x" * 32 for number in range(4)]
With = Callable[..., Flask]


@pytest.fixture
def restarted(committed: Flask) -> Iterator[With]:
    """The product on the same database, started again with other settings."""
    apps = []

    def start(**changed: object) -> Flask:
        apps.append(create_app(replace(committed.config["SETTINGS"], **changed)))
        return apps[-1]

    yield start
    for app in apps:
        databases.hang_up(app)


class Visitor:
    """Somebody at a browser: the cookie and an open form outlive the server's restarts."""

    def __init__(self, user_id: UUID) -> None:
        self.user_id, self.cookie, self.form_token = user_id, "", ""

    def sign_in(self, app: Flask) -> None:
        with app.app_context():
            client = client_for(app).sign_in(db.session.get_one(User, self.user_id))
            self.form_token = client.token()
            self.keep(client)

    def keep(self, client: Client) -> None:
        cookie = client.get_cookie("pglab")
        assert cookie is not None
        self.cookie = cookie.value

    def at(self, app: Flask) -> Client:
        client = client_for(app)
        client.set_cookie("pglab", self.cookie)
        return client

    def reads(self, app: Flask) -> bool:
        """Whether the session still counts; the browser keeps what it is given."""
        with app.app_context():
            client = self.at(app)
            seen = client.get("/account").status_code == 200
            self.keep(client)
            return seen

    def sends_the_open_form(self, app: Flask) -> bool:
        """Whether a form that was open since before the restart can be sent."""
        with app.app_context():
            answer = self.at(app).post("/account/name", data={"name": "Dana R.", "csrf_token": self.form_token})
            return bool(answer.status_code == 303)


def set_up_codes(app: Flask, user_id: UUID) -> str:
    """Give the person a second step; the key that their device has."""
    with app.test_request_context():
        user, secret = db.session.get_one(User, user_id), services.new_secret()
        key = services.setup_values(user, secret)["b32key"]
        with transaction():
            services.set_second_factor(user, secret=secret, code=code_for(key), actor=user)
    return key


def code_works(app: Flask, user_id: UUID, key: str) -> bool:
    """Whether the device's code is believed."""
    with app.app_context():
        try:
            with transaction():
                user = db.session.get_one(User, user_id)
                user.totp_counter = None
                services.check_code(user, code_for(key))
                db.session.expunge(user)
        except (RuleError, KeyError):  # an unknown key cannot even open the secret
            return False
        return True


def link_works(app: Flask, path: str) -> bool:
    with app.app_context():
        link = services.read_link(services.LinkKind.RESET, path.rsplit("/", 1)[1])
        return link.state is services.LinkState.GOOD


def test_the_secret_key_is_replaced_three_times_under_people_at_work(committed: Flask, restarted: With, scored: Scores):
    people = [make_user(f"Person {number}").id for number in range(20)]
    visitors = [Visitor(person) for person in people]
    app = restarted(secret_key=KEYS[0])
    devices = {person: set_up_codes(app, person) for person in people}
    for visitor in visitors:
        visitor.sign_in(app)
    tried, failed = 0, []
    for turn in (1, 2, 3):
        with app.app_context():
            links = [services.make_link(services.LinkKind.RESET, db.session.get_one(User, one)) for one in people]
        app = restarted(secret_key=KEYS[turn], secret_old_keys=(KEYS[turn - 1],))
        checks = [
            *(("session", partial(visitor.reads, app)) for visitor in visitors),
            *(("code", partial(code_works, app, person, devices[person])) for person in people),
            *(("link", partial(link_works, app, link)) for link in links),
        ]
        if turn == 1:
            checks += [("form", partial(visitor.sends_the_open_form, app)) for visitor in visitors]
        failed += [(turn, name) for name, works in checks if not works()]
        tried += len(checks)
        with app.app_context():
            renewed = app.test_cli_runner().invoke(args=["accounts", "renew-keys"])
        assert renewed.output.startswith("20 second steps"), renewed.output
        app = restarted(secret_key=KEYS[turn])  # the old key is thrown away
        for visitor in visitors:
            visitor.sign_in(app)  # the page a person opened meanwhile signed the session anew
        failed += [(turn, "alone") for person in people if not code_works(app, person, devices[person])]
        tried += len(people)

    assert failed == []
    scored("P29", what="sessions, open forms, links and codes over 3 new secret keys, failing", sample=tried)


def test_without_the_old_key_everything_it_made_is_void(committed: Flask, restarted: With, scored: Scores):
    """Negative control: the old key, and nothing else, keeps old sessions, links and codes good."""
    person = make_user().id
    old = restarted(secret_key=KEYS[0])
    visitor = Visitor(person)
    visitor.sign_in(old)
    device = set_up_codes(old, person)
    with old.app_context():
        link = services.make_link(services.LinkKind.RESET, db.session.get_one(User, person))

    new = restarted(secret_key=KEYS[1])

    assert not link_works(new, link)
    assert not code_works(new, person, device)
    assert not visitor.sends_the_open_form(new)
    with new.app_context():
        assert visitor.at(new).get("/account").location.startswith("/sign-in")
    scored("P29", control="without the old key session, form, link and code were all refused")


def test_receipts_of_old_keys_verify_and_new_ones_name_the_new_key(committed: Flask, restarted: With, scored: Scores):
    rfp = make_open_rfp()
    sent: list[tuple[UUID, str]] = []
    old_keys: tuple[str, ...] = ()
    for _ in range(3):
        secret = os.urandom(32)
        app = restarted(receipt_key=base64.b64encode(secret).decode(), receipt_old_keys=old_keys)
        with app.app_context():
            proposal = fill(make_draft(db.session.merge(rfp)))
            submit(proposal)
            sent.append((representative_of(proposal.organization).id, proposal.reference))
        verdicts = [verdict(app, *one) for one in sent]
        assert verdicts == [True] * len(sent)
        old_keys = (
            base64.b64encode(Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()).decode(),
            *old_keys,
        )

    assert len(set(db.session.scalars(select(Submission.key_id)))) == 3
    forgetful = restarted(receipt_key=base64.b64encode(os.urandom(32)).decode())
    assert [verdict(forgetful, *one) for one in sent] == [False] * 3
    scored("P29", what="receipts checked offline over 3 receipt keys, not verified", sample=6)
    scored("P29", control="with the old public keys forgotten 3 of 3 receipts no longer verified")


def verdict(app: Flask, person: UUID, reference: str) -> bool:
    """Whether the receipt, as its owner downloads it now, verifies with the keys the site publishes now."""
    with app.app_context():
        client = client_for(app).sign_in(db.session.get_one(User, person))
        receipt = client.get(f"/apply/proposals/{reference}/receipts/1.json").json
        return verify_receipt.verdict(receipt, client.get("/.well-known/pglab-receipt-keys.json").json)
