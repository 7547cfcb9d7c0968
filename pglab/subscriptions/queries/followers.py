"""Reading who follows what. A follower is reached by the token of a mail's link, and in no other way."""

from sqlalchemy import func, select

from pglab.accounts.services import hashed
from pglab.cohorts.models import Cohort
from pglab.core.db import db, name_link
from pglab.core.errors import NotFoundError
from pglab.subscriptions.models import Follow, Follower, FollowerLink, FollowRequest
from pglab.subscriptions.states import Topic, Wish


def get_request(token: str) -> FollowRequest:
    """What somebody asked to follow, by the link that was mailed to the address they typed."""
    name_link(hashed(token))
    request = db.session.scalar(select(FollowRequest).where(FollowRequest.token_hash == hashed(token)))
    if request is None:
        raise NotFoundError("This link is not one of ours.")
    return request


def get_follower(token: str) -> Follower:
    """The follower to whom a mail with this link was sent; also one who has stopped since."""
    name_link(hashed(token))
    link = db.session.scalar(select(FollowerLink).where(FollowerLink.token_hash == hashed(token)))
    if link is None:
        raise NotFoundError("This link is not one of ours.")
    return link.follower


def lock_request(request: FollowRequest) -> FollowRequest:
    """The request as whoever used it last left it, held until the end of the transaction."""
    wanted = select(FollowRequest).where(FollowRequest.id == request.id)
    return db.session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()


def lock_follower(email_key: str) -> Follower:
    """The follower with this address, held until the end of the transaction."""
    wanted = select(Follower).where(Follower.email_key == email_key)
    return db.session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()


def find_following(email_key: str) -> Follower | None:
    """Who is told of something under this address, held until the end of the transaction."""
    wanted = select(Follower).where(Follower.email_key == email_key, Follower.unsubscribed_at.is_(None))
    return db.session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def list_wishes(follower: Follower) -> list[Wish]:
    """What the follower is told of, in the order they chose it."""
    rows = db.session.execute(
        select(Follow.topic, Cohort.number)
        .outerjoin(Cohort, Follow.cohort_id == Cohort.id)
        .where(Follow.follower_id == follower.id)
        .order_by(Follow.followed_at, Follow.id)
    )
    return [Wish(topic, number) for topic, number in rows]


def count_followers(topic: Topic) -> int:
    """How many people are told of this topic."""
    return db.session.scalar(select(func.followers_of(topic.value))) or 0
