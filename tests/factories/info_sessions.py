"""Sessions and places, made through the services as staff and people with a mailbox do."""

from datetime import timedelta
from itertools import count
from urllib.parse import urlsplit

from sqlalchemy import select

from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.info_sessions import services
from pglab.info_sessions.models import InfoSession
from pglab.outbox.models import Notice
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_program_manager

_numbers = count(1)


def plan(starts_in: timedelta = timedelta(days=3), *, capacity: int | None = None) -> services.SessionPlan:
    """An hour online."""
    starts_at = official_now() + starts_in
    return services.SessionPlan(
        title="Questions and answers",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        place="",
        join_link="https://meet.example.org/pgh-lab",
        capacity=capacity,
    )


def make_session(rfp: Rfp, starts_in: timedelta = timedelta(days=3), *, capacity: int | None = None) -> InfoSession:
    """A session that everyone reads of."""
    with transaction():
        return services.publish_session(rfp, plan(starts_in, capacity=capacity), actor=make_program_manager())


def ask(session: InfoSession, email: str = "") -> str:
    """Sign an address up; gives the secret of the link in its mail."""
    with transaction():
        services.ask_for_place(session, name="Rosa Díaz", email=email or f"guest{next(_numbers)}@example.org")
    newest = select(Notice).where(Notice.kind == "session_place_asked").order_by(Notice.created_at.desc()).limit(1)
    text = db.session.scalars(newest).one().body_text
    path = next(urlsplit(word).path for word in text.split() if "/info-sessions/places/" in word)
    return path.rpartition("/")[2]


def take_place(session: InfoSession, email: str = "") -> str:
    """Sign up and confirm."""
    token = ask(session, email)
    with transaction():
        services.confirm_place(token)
    return token
