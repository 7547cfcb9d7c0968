"""Followers, confirmed through the services as somebody with a mailbox does."""

from itertools import count

from pglab.core.db import db, transaction
from pglab.subscriptions import services
from pglab.subscriptions.models import Follower, FollowRequest
from pglab.subscriptions.states import Frequency, Topic, Wish

CALLS, RESULTS = Wish(Topic.CALLS), Wish(Topic.RESULTS)
_numbers = count(1)


def of_cohort(number: int = 12) -> Wish:
    """The wish to follow one cohort."""
    return Wish(Topic.COHORT, number)


def make_follower(*wishes: Wish, email: str = "", frequency: Frequency = Frequency.NOW) -> Follower:
    """Somebody who asked for these updates and confirmed it."""
    email = email or f"follower{next(_numbers)}@example.org"
    with transaction():
        services.ask_to_follow(email=email, wishes=wishes or (CALLS,), frequency=frequency)
    asked = db.session.query(FollowRequest).filter_by(email=email).order_by(FollowRequest.asked_at.desc()).first()
    assert asked is not None
    with transaction():
        return services.confirm_follow(asked)
