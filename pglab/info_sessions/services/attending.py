"""Taking a place and giving it up, without an account: by a button behind a link that only the mailbox gets."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from pglab.accounts.queries import email_key, real_now
from pglab.accounts.services import count_try, hashed
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError
from pglab.core.ids import uuid7
from pglab.info_sessions import notices, queries
from pglab.info_sessions.models import InfoSession, SessionPlace

# One mailbox gets at most so many of these mails a day, wherever they are asked for.
MAILBOX_LIMITS = ((5, timedelta(days=1)),)
LONGEST_KEY = 255
KEPT_FOR = timedelta(days=30)


def find_obstacle(session: InfoSession) -> str:
    """Why nobody can take a place, in a sentence; empty while somebody can."""
    if queries.gathering_of(session).cancelled:
        return "This session is cancelled."
    if session.starts_at <= official_now():
        return "This session has begun. Nobody can sign up any more."
    if queries.places_left(session) == 0:
        return "All places are taken. A place that somebody gives up is free again."
    return ""


def ask_for_place(session: InfoSession, *, name: str, email: str) -> None:
    """Mail a link to this address, behind which its owner takes the place. Nothing is taken before.

    The same for every address: nothing tells whether it has a place already.
    """
    obstacle = find_obstacle(session)
    if obstacle:
        raise GoneError(obstacle)
    key = email_key(email)
    if len(key) > LONGEST_KEY:
        raise RuleError("Enter an email address of 254 characters or fewer.", "email")
    count_try(MAILBOX_LIMITS, "session place", key)
    token = secrets.token_urlsafe(32)
    place = SessionPlace(
        id=uuid7(),
        session_id=session.id,
        name=name,
        email=email,
        email_key=key,
        token_hash=hashed(token),
        asked_at=real_now(),
    )
    db.session.add(place)
    notices.ask_to_confirm(place, session, f"/info-sessions/places/{token}")


def confirm_place(token: str) -> SessionPlace:
    """The owner of the mailbox takes the place, if one is still free. Pressing twice changes nothing.

    People who press at the same moment wait for each other, so that no more places are given than there are. A mailbox
    has one place: the newest link stands for it.
    """
    asked = queries.get_place(token)
    session = queries.lock_session(asked.session_id)
    place = queries.get_place(token, lock=True)
    if place.given_up_at is not None:
        raise GoneError("You gave this place up. Sign up again to get another.")
    if place.is_held:
        return place
    earlier = queries.find_held(session.id, place.email_key)
    if earlier is not None:
        earlier.given_up_at = real_now()
        db.session.flush()
    obstacle = find_obstacle(session)
    if obstacle:
        raise GoneError(obstacle)
    place.confirmed_at = real_now()
    db.session.flush()
    record(
        "info_session.place_taken", session, actor=None, after={"taken": queries.count_places([session.id])[session.id]}
    )
    notices.tell_confirmed(place, f"/info-sessions/places/{token}")
    return place


def give_up_place(token: str) -> SessionPlace:
    """The place is free for somebody else. Giving it up twice changes nothing."""
    place = queries.get_place(token, lock=True)
    if place.is_held:
        place.given_up_at = real_now()
        db.session.flush()
        record("info_session.place_given_up", place.session, actor=None)
    return place


def forget_unconfirmed() -> int:
    """Remove what the mailbox's owner never confirmed: a month after somebody typed it, or once the session has begun
    and nobody can confirm any more. How many rows that were."""
    begun = select(InfoSession.id).where(InfoSession.starts_at <= official_now())
    late = (SessionPlace.asked_at < real_now() - KEPT_FOR) | SessionPlace.session_id.in_(begun)
    old = SessionPlace.confirmed_at.is_(None) & late
    return len(db.session.scalars(delete(SessionPlace).where(old).returning(SessionPlace.id)).all())
