"""The store, the mail server, the scanner or the worker is away: nobody who submits is late, and nothing is lost."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from config import Settings
from pglab.adapters.mailer import MailDelayedError, OutgoingMail, current_mailer
from pglab.adapters.scanner import ScannerUnavailableError, current_scanner
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.outbox.queries import worker_seen_at
from pglab.proposals.models import Proposal, Submission
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support import databases
from tests.support.client import Client, client_for
from tests.support.files import make_pdf

DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}
PARTS = ["store", "mail", "scanner", "worker", "all of them"]


@contextmanager
def nobody_there() -> Iterator[int]:
    """A port that refuses every connection."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


@contextmanager
def somebody_silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as silent:
        yield int(silent.getsockname()[1])


def without(settings: Settings, part: str, port: int) -> Settings:
    """The same settings, with this part of the site at a port where it is not. No worker runs in any of these."""
    away: dict[str, dict[str, Any]] = {
        "store": {"s3_endpoint": f"http://127.0.0.1:{port}"},
        "mail": {"mail_server": "127.0.0.1", "mail_port": port},
        "scanner": {"clamd_address": f"127.0.0.1:{port}"},
        "worker": {},
    }
    parts = list(away) if part == "all of them" else [part]
    return replace(settings, **{name: value for each in parts for name, value in away[each].items()})


@contextmanager
def site(part: str, port: int) -> Iterator[tuple[Flask, Client, Proposal]]:
    """The product without this part, and the representative of a complete draft in its last minute."""
    with (
        databases.copy_of(databases.empty_database(), databases.run_name("parts")) as own,
        databases.app_on(without(own, part, port)) as app,
        app.app_context(),
    ):
        rfp = make_open_rfp()
        proposal = fill(make_draft(rfp))
        databases.OfficialClock(own).move(rfp.closes_at - official_now() - timedelta(seconds=50))
        yield app, client_for(app).sign_in(representative_of(proposal.organization)), proposal


def submit(client: Client, proposal: Proposal) -> tuple[int, str]:
    page = client.get(f"/apply/proposals/{proposal.reference}/submission")
    assert page.status_code == 200
    fields = {
        "version": proposal.version,
        "profile_version": 1,
        "rfp_version": 1,
        "idempotency_key": "ab" * 16,
        **DECLARED,
    }
    answer = client.post(f"/apply/proposals/{proposal.reference}/submission", data=fields)
    return answer.status_code, client.get(answer.location).text if answer.location else answer.text


@pytest.mark.parametrize("away", [nobody_there, somebody_silent], ids=["refusing", "silent"])
@pytest.mark.parametrize("part", PARTS)
def test_a_submission_in_the_last_minute_is_on_time(part: str, away: Any):
    with away() as port, site(part, port) as (_app, client, proposal):
        status, receipt = submit(client, proposal)

        assert status == 303, receipt
        assert "Received" in receipt
        sent = db.session.scalars(select(Submission)).one()
        assert sent.received_at <= proposal.rfp.closes_at
        waiting = db.session.scalars(text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")).all()
        assert "proposals.tell_submitted" in waiting, "what the worker has to do waits in the database"


def test_the_parts_are_really_away():
    """Negative control: what does need the store, the mail server, the scanner or the worker says so."""
    with nobody_there() as port, site("all of them", port) as (_app, client, proposal):
        file = {"file": (BytesIO(make_pdf()), "deck.pdf")}
        answer = client.post(
            f"/apply/proposals/{proposal.reference}/documents/pitch-deck", data=file, content_type="multipart/form-data"
        )
        assert answer.status_code == 503
        assert worker_seen_at() is None
        with pytest.raises(ScannerUnavailableError):
            current_scanner().scan(iter([b"x"]))
        mail = OutgoingMail("<1@localhost>", "rita@startup.example", "A receipt", "Received.", "", official_now())
        with pytest.raises(MailDelayedError):
            current_mailer().send(mail)
