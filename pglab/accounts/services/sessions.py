"""Sessions: each sign-in is a row here, so that it can be shown, and ends everywhere at once when it ends here."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, update

from pglab.accounts import notices, queries
from pglab.accounts.models import KnownDevice, SignInSession, User
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import NotFoundError, require
from pglab.core.ids import uuid7

KEPT_FOR = timedelta(days=30)
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrom": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def hashed(token: str) -> str:
    """What is kept of a token that a browser holds: enough to know it again, useless to whoever reads it here."""
    return hashlib.sha256(token.encode()).hexdigest()


def device_name(user_agent: str) -> str:
    """A device in words its owner knows again: `Firefox on Windows`. Nothing else of what a browser tells is kept."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "A browser")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "an unknown system")
    return f"{browser} on {system}"


def open_session(user: User, *, via: str, device: str, idle: timedelta, longest: timedelta) -> str:
    """Begin a session and give the token its browser holds. It ends after resting for `idle`, and after `longest`.

    Sessions of this person that ended over 30 days ago are forgotten.
    """
    token, now = secrets.token_urlsafe(32), queries.real_now()
    old = SignInSession.seen_at < now - KEPT_FOR
    db.session.execute(delete(SignInSession).where(SignInSession.user_id == user.id, old))
    db.session.add(
        SignInSession(
            user_id=user.id,
            token_hash=hashed(token),
            device=device,
            via=via,
            began_at=now,
            seen_at=now,
            ends_at=now + longest,
            idle_seconds=int(idle.total_seconds()),
        )
    )
    db.session.flush()
    return token


def touch_session(opened: SignInSession) -> None:
    """Somebody is still there: the time a session may rest begins anew."""
    _where(SignInSession.id == opened.id, seen_at=func.clock_timestamp())


def end_session_of(token: str) -> None:
    """End the session a browser holds: a copy of its cookie opens nothing any more."""
    _where(SignInSession.token_hash == hashed(token), ended_at=func.clock_timestamp())


def end_one_session(user: User, session_id: UUID, *, actor: User) -> None:
    """Sign a device of one's own out, from another one."""
    require(user.id == actor.id)
    opened = next((each for each in queries.list_sessions(user) if each.id == session_id), None)
    if opened is None:
        raise NotFoundError("This device is signed out already.")
    _where(SignInSession.id == session_id, ended_at=func.clock_timestamp())
    record("session.ended", user, actor=actor, after={"device": opened.device})


def end_other_sessions(user: User, *, this: str, actor: User) -> None:
    """Sign every device of one's own out but the one at hand, whose session token is `this`."""
    require(user.id == actor.id)
    _where(SignInSession.user_id == user.id, SignInSession.token_hash != hashed(this), ended_at=func.clock_timestamp())
    record("sessions.ended", user, actor=actor)


def end_all_sessions(user: User) -> None:
    """Sign a person out everywhere, by the next request: a new stamp, and no session of theirs goes on."""
    user.fs_uniquifier = queries.new_stamp()
    _where(SignInSession.user_id == user.id, ended_at=func.clock_timestamp())


def forget_devices(user: User) -> None:
    """No device counts as known any more: the password came into doubt."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.user_id == user.id))


def remember_device(user: User, token: str, *, device: str) -> None:
    """Know this browser from now on. A mail tells of a new one, unless it is the first."""
    known = set(queries.list_device_hashes(user))
    if hashed(token) in known:
        return
    db.session.add(KnownDevice(id=uuid7(), user_id=user.id, token_hash=hashed(token)))
    if known:
        notices.say_changed(user, f"Somebody signed in to your account on a new device: {device}.")


def _where(*conditions: ColumnElement[bool], **values: object) -> None:
    """Change live sessions without loading them; what has ended stays as it ended."""
    query = update(SignInSession).where(*conditions, SignInSession.ended_at.is_(None)).values(**values)
    db.session.execute(query.execution_options(synchronize_session=False))
