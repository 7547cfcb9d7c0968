"""How often somebody may try a password, a code, or a form that sends mail."""

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from pglab.accounts import queries
from pglab.accounts.models import SignInTry
from pglab.core.db import db
from pglab.core.errors import RuleError
from pglab.core.ids import uuid7
from pglab.web.filters import et_time

A_MINUTE = timedelta(minutes=1)
TEN_MINUTES = timedelta(minutes=10)
KEPT_FOR = timedelta(days=1)

# NIST SP 800-63B-4 allows at most 100 wrong tries in a row; after that a link to the mailbox helps.
PASSWORD_LIMITS = ((5, A_MINUTE), (10, TEN_MINUTES), (100, KEPT_FOR))
CODE_LIMITS = ((5, A_MINUTE), (10, TEN_MINUTES), (100, KEPT_FOR))
PLACE_LIMITS = ((100, TEN_MINUTES),)
MAIL_LIMITS = ((20, TEN_MINUTES),)
MESSAGE_LIMITS = ((5, TEN_MINUTES), (30, KEPT_FOR))
ONCE = ((1, KEPT_FOR),)


class TooManyTriesError(RuleError):
    """Somebody has to wait before trying again (429)."""

    status = 429


def count_try(limits: tuple[tuple[int, timedelta], ...], *about: object) -> UUID:
    """Count one try about `about` (an account, or a place); TooManyTriesError once a limit is reached.

    A refused try is not counted, so that waiting always helps. Any number of web processes share the count: it stands
    in the database. The database's own clock decides, also when the official time of a demo has been moved.
    """
    key = key_of(about)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    most, longest = (max(each) for each in zip(*limits, strict=True))
    recent = select(SignInTry.at, func.clock_timestamp()).where(
        SignInTry.key == key, SignInTry.at > func.clock_timestamp() - longest
    )
    made = db.session.execute(recent.order_by(SignInTry.at.desc()).limit(most)).all()
    for limit, within in limits:
        if len(made) >= limit and made[limit - 1].at > made[0][1] - within:
            raise TooManyTriesError(f"Too many tries. Try again at {et_time(made[limit - 1].at + within + A_MINUTE)}.")
    counted = SignInTry(id=uuid7(), key=key)
    db.session.add(counted)
    return counted.id


def remove_old_tries() -> int:
    """Forget tries that count for nothing any more; the number of them."""
    old = SignInTry.at < queries.real_now() - KEPT_FOR
    return len(db.session.scalars(delete(SignInTry).where(old).returning(SignInTry.id)).all())


def forget_tries(*counted: UUID) -> None:
    """A try that succeeded was no guess: it is taken back. Those before it still count, whoever made them."""
    db.session.execute(delete(SignInTry).where(SignInTry.id.in_(counted)))


def forgive_tries(*about: object) -> None:
    """The person has shown in another way who they are: what was tried before no longer stands in their way."""
    db.session.execute(delete(SignInTry).where(SignInTry.key == key_of(about)))


def key_of(about: tuple[object, ...]) -> str:
    """What a try is about, as a hash."""
    return hashlib.sha256("|".join(str(part) for part in about).encode()).hexdigest()
