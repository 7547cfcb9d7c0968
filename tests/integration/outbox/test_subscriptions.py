"""Mail that somebody subscribed to says in its headers how to stop it; all other mail does not. What is
attached says what it asks of a calendar."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from pglab.adapters.worker import run_worker
from pglab.core.calendars import CalendarDate, write_calendar
from pglab.core.db import db, transaction
from pglab.outbox.models import Email
from pglab.outbox.services import owe
from tests.support.mail_server import Mailbox

Box = tuple[Mailbox, int]


def send(app: Flask, **more: str) -> Email:
    with transaction():
        notice_id: UUID = owe("x", "ada@example.org", subject="Hello", template="tests/own", startup="Acme", **more).id
    run_worker(app, app.config["SETTINGS"].database_url, modules=["pglab.outbox.jobs"], until_idle=True)
    return db.session.scalars(
        select(Email).where(Email.notice_id == notice_id).execution_options(populate_existing=True)
    ).one()


def test_a_subscription_can_be_stopped_with_one_click(posting: Flask, mailbox: Box) -> None:
    email = send(posting, unsubscribe_path="/updates/s3cret/unsubscribe")

    [message] = mailbox[0].messages
    assert message["List-Unsubscribe"] == "<http://localhost/updates/s3cret/unsubscribe>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    db.session.refresh(email.notice)
    assert (email.unsubscribe_path, email.notice.body_text) == ("", ""), "the link is forgotten with the text"


def test_other_mail_names_no_way_to_stop_it(posting: Flask, mailbox: Box) -> None:
    send(posting)

    [message] = mailbox[0].messages
    assert "List-Unsubscribe" not in message
    assert "List-Unsubscribe-Post" not in message


@pytest.mark.parametrize("cancelled", [True, False])
def test_an_attached_calendar_says_in_its_type_what_it_asks_for(posting: Flask, mailbox: Box, cancelled: bool) -> None:
    at = datetime(2026, 10, 16, 20, tzinfo=UTC)
    due = CalendarDate(uid="due@pghlab", title="Due", starts_at=at, changed_at=at, cancelled=cancelled)
    send(posting, calendar=write_calendar("Cohort 12", [due], organizer="lab@example.org").decode())

    [message] = mailbox[0].messages
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert (part.get_param("method"), part.get_content_charset()) == ("CANCEL" if cancelled else "PUBLISH", "utf-8")
    assert str(Calendar.from_ical(part.get_payload(decode=True))["method"]) == part.get_param("method")
