"""A follower whose address the mail server refuses for good is mailed no more; anything less changes nothing."""

import pytest
from flask import Flask
from sqlalchemy import select

from pglab.core.db import db, transaction
from pglab.outbox import services
from pglab.outbox.services import address_refused
from pglab.outbox.states import EmailState
from pglab.subscriptions.models import Follow, Follower
from pglab.subscriptions.receivers import stop_mailing
from tests.factories.followers import CALLS, make_follower
from tests.support.accounts import mails_to
from tests.support.mail_server import Mailbox

Box = tuple[Mailbox, int]


def after_delivery(mailbox: Box, *, rcpt: str = "250 OK", content: str = "250 OK") -> tuple[bool, EmailState]:
    """Whether somebody is still followed up once the server answered this, and how far the mail got."""
    other, follower = make_follower(CALLS), make_follower(CALLS)
    [mail] = mails_to(follower.email)
    mailbox[0].rcpt_answer, mailbox[0].data_answer = rcpt, content
    with transaction():
        services.deliver_email(mail.id)
    assert db.session.scalars(select(Follow.follower_id).where(Follow.follower_id == other.id)).all(), "only that one"
    left = db.session.scalars(select(Follow).where(Follow.follower_id == follower.id)).all()
    told = db.session.get_one(Follower, follower.id, populate_existing=True).unsubscribed_at is None
    assert told == bool(left)
    return told, mail.state


@pytest.mark.parametrize(
    ("rcpt", "content", "told", "state"),
    [
        ("550 No such person", "250 OK", False, EmailState.REFUSED),
        ("450 Greylisted", "250 OK", True, EmailState.QUEUED),
        ("250 OK", "554 Looks like spam", True, EmailState.REFUSED),
        ("250 OK", "250 OK", True, EmailState.SENT),
    ],
)
def test_only_an_address_refused_for_good_is_mailed_no_more(
    posting: Flask, mailbox: Box, rcpt: str, content: str, told: bool, state: EmailState
) -> None:
    assert after_delivery(mailbox, rcpt=rcpt, content=content) == (told, state)


def test_without_the_receiver_a_refused_address_would_be_mailed_on(posting: Flask, mailbox: Box) -> None:
    """Negative control of the test above."""
    address_refused.disconnect(stop_mailing)
    try:
        assert after_delivery(mailbox, rcpt="550 No such person") == (True, EmailState.REFUSED)
    finally:
        address_refused.connect(stop_mailing)


def test_whoever_has_the_mailbox_again_can_follow_again(posting: Flask, mailbox: Box) -> None:
    follower = make_follower(CALLS)
    with transaction():
        stop_mailing(follower.email.upper())
    assert follower.unsubscribed_at is not None
    assert make_follower(CALLS, email=follower.email).unsubscribed_at is None
