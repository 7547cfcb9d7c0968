"""Signing up for a session as people meet it: in a browser that runs no scripts, and every page checked."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from pglab.core.db import db
from pglab.outbox.models import Email
from tests.browser.checking import Inspector
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser
ADDRESS = "nadia@example.org"


def link_in_mail(site: Site) -> str:
    """The link of the newest mail to her."""
    with site.app.app_context():
        newest = select(Email).where(Email.to_address == ADDRESS).order_by(Email.created_at.desc(), Email.id.desc())
        mail = db.session.scalars(newest).first()
        assert mail is not None
        found = re.search(r"/info-sessions/places/\S+", mail.notice.body_text)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("scripts", [False, True])
def test_somebody_signs_up_and_gives_the_place_up(
    demo: Site, a_window: Callable[..., Reader], inspector: Inspector, scripts: bool
):
    # The inspector is a script of its own, so it looks where scripts run.
    guest = a_window(demo, "guest", inspector if scripts else None, scripts=scripts)
    guest.open("/cohorts/12").follow("Ask the program")
    guest.press("Sign up", name="", email="nobody", expect=422).sees("Enter your name")
    guest.press("Sign up", name="Nadia", email=ADDRESS).sees("Check your email")
    link = link_in_mail(demo)
    guest.open(link).press("Yes, I will come").sees("You have a place", "Link to join")
    guest.open("/cohorts/12/info-sessions/2").sees("38 places of 40 left")
    guest.open(link).press("Give up my place")
    guest.open("/cohorts/12/info-sessions/2").sees("39 places of 40 left")
    assert inspector.problems == []
