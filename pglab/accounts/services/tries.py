"""How often somebody may try a password, a code, or a form that sends mail."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text

from pglab.accounts.models import SignInTry
from pglab.core.db import db
from pglab.core.errors import RuleError
from pglab.web.filters import et_time

A_MINUTE = timedelta(minutes=1)
TEN_MINUTES = timedelta(minutes=10)
KEPT_FOR = timedelta(days=1)

# Few tries for one account from one place, so that a stranger elsewhere cannot lock its owner out.
PASSWORD_LIMITS = ((5, A_MINUTE), (10, TEN_MINUTES))
CODE_LIMITS = ((5, A_MINUTE), (10, TEN_MINUTES))
PLACE_LIMITS = ((100, TEN_MINUTES),)
MAIL_LIMITS = ((20, TEN_MINUTES),)


class TooManyTriesError(RuleError):
    """Somebody has to wait before trying again (429)."""

    status = 429


def count_try(limits: tuple[tuple[int, timedelta], ...], *about: object) -> None:
    """Count one try about `about` (an account and a place, say); TooManyTriesError once a limit is reached.

    A refused try is not counted, so that waiting always helps. The real clock decides, also when the official time of
    a demo has been moved.
    """
    key = key_of(about)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    now: datetime = db.session.scalar(text("SELECT clock_timestamp()"))
    for limit, within in limits:
        recent = select(SignInTry.at).where(SignInTry.key == key, SignInTry.at > now - within)
        times = db.session.scalars(recent.order_by(SignInTry.at.desc()).limit(limit)).all()
        if len(times) == limit:
            raise TooManyTriesError(f"Too many tries. Try again at {et_time(times[-1] + within + A_MINUTE)}.")
    db.session.add(SignInTry(key=key))
    db.session.execute(delete(SignInTry).where(SignInTry.at < now - KEPT_FOR))


def forget_tries(*about: object) -> None:
    """A try that succeeded wipes the ones before it."""
    db.session.execute(delete(SignInTry).where(SignInTry.key == key_of(about)))


def key_of(about: tuple[object, ...]) -> str:
    """What a try is about, as a hash."""
    return hashlib.sha256("|".join(str(part) for part in about).encode()).hexdigest()
