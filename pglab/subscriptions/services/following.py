"""Following without an account: asked for on a page, confirmed in the mailbox, stopped by the link of any mail."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from pglab.accounts.queries import email_key, real_now
from pglab.accounts.services import count_try, hashed
from pglab.audit.services import record
from pglab.cohorts.models import Cohort
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError
from pglab.core.ids import uuid7
from pglab.outbox.services import forget_addresses
from pglab.subscriptions import notices, queries
from pglab.subscriptions.models import Follow, Follower, FollowerLink, FollowRequest
from pglab.subscriptions.states import Frequency, Wish

GOOD_FOR = timedelta(hours=72)
KEPT_FOR = timedelta(days=30)
LONGEST_KEY = 255
# One mailbox gets at most so many of these mails a day, wherever they are asked for.
MAILBOX_LIMITS = ((5, timedelta(days=1)),)


def ask_to_follow(*, email: str, wishes: Collection[Wish], frequency: Frequency) -> None:
    """Mail a link to this address, behind which its owner confirms what they want to follow.

    The same for every address: nothing on the page, in the mail or in the time it takes tells whether it follows
    something already, and nothing changes before the link is used.
    """
    key = email_key(email)
    if len(key) > LONGEST_KEY:
        raise RuleError("Enter an email address of 254 characters or fewer.", "email")
    count_try(MAILBOX_LIMITS, "follow", key)
    token, now = secrets.token_urlsafe(32), real_now()
    db.session.add(
        FollowRequest(
            id=uuid7(),
            email=email,
            email_key=key,
            wishes=[str(wish) for wish in wishes],
            frequency=frequency,
            token_hash=hashed(token),
            asked_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    notices.ask_to_confirm(email, f"/updates/confirm/{token}")


def ask_again(request: FollowRequest) -> None:
    """Send a new link to the address of one that was used or whose time has passed."""
    wishes = [Wish.read(each) for each in request.wishes]
    ask_to_follow(email=request.email, wishes=wishes, frequency=request.frequency)


def confirm_follow(request: FollowRequest) -> Follower:
    """The owner of the mailbox wants this. A follower who comes back keeps what they followed before.

    Effects: the link is used up; they are told of what becomes public from now on.
    """
    asked = queries.lock_request(request)
    now = real_now()
    if asked.used_at is not None or asked.expires_at <= now:
        raise GoneError("This link has been used, or its time has passed.")
    asked.used_at = now
    wishes = {Wish.read(each) for each in asked.wishes}
    found = {"id": uuid7(), "email": asked.email, "email_key": asked.email_key, "frequency": asked.frequency}
    db.session.execute(insert(Follower).values(**found, confirmed_at=now).on_conflict_do_nothing())
    follower = queries.lock_follower(asked.email_key)
    if follower.unsubscribed_at is not None:
        follower.unsubscribed_at, follower.confirmed_at = None, now
    follower.email, follower.frequency = asked.email, asked.frequency
    _follow(follower, wishes | set(queries.list_wishes(follower)))
    record("follower.confirmed", follower, actor=None, after=_written(wishes, asked.frequency))
    return follower


def change_follows(follower: Follower, *, wishes: Collection[Wish], frequency: Frequency) -> None:
    """From now on the follower is told of this, this often. News of a topic they add counts from now on."""
    locked = queries.lock_follower(follower.email_key)
    if locked.unsubscribed_at is not None:
        raise GoneError("You have stopped all updates. Subscribe again to get some.")
    locked.frequency = frequency
    _follow(locked, set(wishes))
    record("follower.changed", locked, actor=None, after=_written(wishes, frequency))


def stop_following(follower: Follower) -> None:
    """Send this mailbox nothing more. Asking twice changes nothing; the address is forgotten a month later."""
    locked = queries.lock_follower(follower.email_key)
    if locked.unsubscribed_at is None:
        locked.unsubscribed_at = real_now()
        _follow(locked, set())
        record("follower.stopped", locked, actor=None)


def note_bounce(address: str) -> None:
    """Send nothing more to a mailbox that the mail server refused for good. It is forgotten a month later, and whoever
    has it again can follow again."""
    follower = queries.find_following(email_key(address))
    if follower is not None:
        follower.unsubscribed_at = real_now()
        _follow(follower, set())
        record("follower.bounced", follower, actor=None)


def new_link(follower: Follower) -> str:
    """The path by which this follower changes or stops what they get: a link of its own for each mail."""
    token = secrets.token_urlsafe(32)
    link = FollowerLink(id=uuid7(), follower_id=follower.id, token_hash=hashed(token), made_at=real_now())
    db.session.add(link)
    return f"/updates/{token}"


def forget_old() -> int:
    """Remove who stopped a month ago, with all their links; requests as old; and requests that nobody confirmed while
    their link worked. How many rows that were.

    The mails they were sent forget their addresses too.
    """
    now = real_now()
    before = now - KEPT_FOR
    unconfirmed = FollowRequest.used_at.is_(None) & (FollowRequest.expires_at <= now)
    old = unconfirmed | (FollowRequest.asked_at < before)
    followers = delete(Follower).where(Follower.unsubscribed_at < before).returning(Follower.email)
    requests = delete(FollowRequest).where(old).returning(FollowRequest.email)
    gone, asked = (db.session.scalars(each).all() for each in (followers, requests))
    forget_addresses("news", gone)
    forget_addresses("follow_asked", asked)
    return len(gone) + len(asked)


def _follow(follower: Follower, wishes: set[Wish]) -> None:
    now, present = official_now(), queries.list_wishes(follower)
    cohorts = _cohorts(wish.cohort for wish in wishes | set(present) if wish.cohort is not None)
    for wish in set(present) - wishes:
        gone = delete(Follow).where(Follow.follower_id == follower.id, Follow.topic == wish.topic)
        db.session.execute(gone.where(Follow.cohort_id == cohorts[wish.cohort].id) if wish.cohort else gone)
    db.session.add_all(_new(follower, wish, cohorts, now) for wish in wishes - set(present))
    db.session.flush()


def _new(follower: Follower, wish: Wish, cohorts: dict[int, Cohort], now: datetime) -> Follow:
    cohort_id = cohorts[wish.cohort].id if wish.cohort else None
    return Follow(id=uuid7(), follower_id=follower.id, topic=wish.topic, cohort_id=cohort_id, followed_at=now)


def _cohorts(numbers: Iterable[int]) -> dict[int, Cohort]:
    found = db.session.scalars(select(Cohort).where(Cohort.number.in_(set(numbers))))
    return {cohort.number: cohort for cohort in found}


def _written(wishes: Collection[Wish], frequency: Frequency) -> dict[str, object]:
    return {"wishes": sorted(str(wish) for wish in wishes), "frequency": frequency.value}
