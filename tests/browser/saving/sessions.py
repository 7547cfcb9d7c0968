"""Sessions of the demo's people, as seen from behind: how long ago somebody pressed a key, and their end."""

from datetime import timedelta

from sqlalchemy import Interval, func, literal, select, update

from pglab.accounts.models import SignInSession, User
from pglab.accounts.services import DEMO_PASSWORD
from pglab.core.db import db
from tests.browser.people import Reader
from tests.support.site import Site


def address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@example.org"


def sign_in(reader: Reader) -> Reader:
    """With email and password: unlike the session of the developers' button, this one ends when it rests."""
    reader.open("/sign-in")
    return enter_password(reader)


def enter_password(reader: Reader) -> Reader:
    """On the page for signing in."""
    return reader.press("Sign in", email=address(reader.name), password=DEMO_PASSWORD)


def rested(site: Site, name: str, by: timedelta) -> None:
    """Nobody pressed a key for so much longer."""
    _change(site, name, seen_at=SignInSession.seen_at - literal(by, Interval()))


def end_sessions(site: Site, name: str) -> None:
    """Somebody signed this person out everywhere."""
    _change(site, name, ended_at=func.clock_timestamp())


def _change(site: Site, name: str, **values: object) -> None:
    with site.app.app_context():
        whose = select(User.id).where(User.email == address(name)).scalar_subquery()
        db.session.execute(update(SignInSession).where(SignInSession.user_id == whose).values(**values))
        db.session.commit()


def rests_for(site: Site, name: str) -> timedelta:
    """How long ago the newest session of this person saw a key pressed."""
    with site.app.app_context():
        rest = func.clock_timestamp() - SignInSession.seen_at
        newest = select(rest).join(SignInSession.user).where(User.email == address(name))
        found = db.session.scalar(newest.order_by(SignInSession.began_at.desc()).limit(1))
        assert found is not None
        return found
