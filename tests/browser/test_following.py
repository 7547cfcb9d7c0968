"""Following without an account, as people meet it: with the keyboard alone, and in a browser that runs no scripts."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from pglab.cohorts.models import Cohort
from pglab.core.clock import EASTERN
from pglab.core.db import db, transaction
from pglab.core.workdays import is_workday
from pglab.outbox.models import Email
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind
from tests.browser.checking import Inspector
from tests.browser.people import Reader
from tests.browser.typists import Typist
from tests.support.site import Site

pytestmark = pytest.mark.browser
MINUTE = timedelta(minutes=1)


@pytest.fixture
def morning(demo: Site) -> datetime:
    """Eleven o'clock of a business day, when news goes out at once."""
    with demo.app.app_context():
        latest = db.session.scalars(select(Email.created_at).order_by(Email.created_at.desc())).first()
    assert latest is not None
    at = latest.astimezone(EASTERN).replace(hour=11, minute=0) + timedelta(days=1)
    while not is_workday(at.date()):
        at += timedelta(days=1)
    demo.clock.freeze(at)
    return at


def newest_mail(site: Site, address: str) -> Email:
    with site.app.app_context():
        found = select(Email).where(Email.to_address == address).order_by(Email.created_at.desc(), Email.id.desc())
        mail = db.session.scalars(found).first()
    assert mail is not None
    return mail


def something_happens(site: Site, at: datetime, title: str) -> None:
    """The program issues an addendum, and the worker does what is waiting."""
    site.clock.freeze(at)
    with site.app.app_context(), transaction():
        cohort = db.session.scalars(select(Cohort).where(Cohort.number == 12)).one()
        announce(NewsKind.ADDENDUM, cohort, title=title, summary="A date moves.", path="/cohorts/12/rfp")
    site.work()


def test_a_follower_comes_reads_and_goes_without_a_mouse(
    demo: Site, a_window: Callable[..., Reader], inspector: Inspector, morning: datetime
):
    reader = a_window(demo, "follower", inspector).open("/")
    follower = Typist(reader)
    follower.follow("Get updates").press("Subscribe", expect=422)
    follower.go_to(name="email").type("keys@example.org")
    follower.go_to("Everything about Cohort 12").page.keyboard.press("Space")
    follower.go_to(name="frequency").pick("now").press("Subscribe")
    reader.sees("Check your email")

    reader.open(confirm_link(demo, "keys@example.org"))
    follower.press("Yes, send me updates")
    reader.sees("You’re subscribed", "Everything about Cohort 12", "keys@example.org")

    something_happens(demo, morning + MINUTE, "Addendum 7 moves a date")
    mail = newest_mail(demo, "keys@example.org")
    assert mail.notice.subject == "Addendum 7 moves a date (PGH Lab Cohort 12)"
    reader.open("/cohorts/12").sees("What changed", "Addendum 7 moves a date")
    follower.follow("All updates of this cohort")
    reader.open(mail.unsubscribe_path)
    follower.press("Stop all updates")
    reader.sees("You are unsubscribed")

    something_happens(demo, morning + 30 * MINUTE, "Addendum 8")
    assert newest_mail(demo, "keys@example.org").id == mail.id
    assert inspector.problems == []


def confirm_link(site: Site, address: str) -> str:
    """The link in the mail that asks whether it was them."""
    text = newest_mail(site, address).notice.body_text
    found = re.search(rf"{re.escape(site.address)}(/updates/confirm/\S+)", text)
    assert found is not None
    return found[1]


def test_a_follower_needs_no_scripts(demo: Site, a_window: Callable[..., Reader], morning: datetime):
    follower = a_window(demo, "follower", scripts=False).open("/updates/subscribe?cohort=12")
    follower.press("Subscribe", email="plain@example.org", frequency="daily").sees("Check your email")
    follower.open(confirm_link(demo, "plain@example.org")).press("Yes, send me updates")
    follower.press("Save changes", wishes="results").sees("Your changes are saved")
    follower.press("Stop all updates").sees("You are unsubscribed")
    follower.open(confirm_link(demo, "plain@example.org"), expect=410).sees("This link was used on")
    follower.press("Send a new link").sees("Check your email")
