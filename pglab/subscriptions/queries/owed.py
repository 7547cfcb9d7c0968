"""Which news is owed to whom by mail right now."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import aliased, undefer

from pglab.core.clock import EASTERN
from pglab.core.db import db
from pglab.core.workdays import DIGEST_TIME, is_workday
from pglab.subscriptions.models import Delivery, Follow, Follower, NewsItem
from pglab.subscriptions.queries.news import stands
from pglab.subscriptions.states import NEWS_OF, Frequency

# In Eastern time nobody's phone rings between these for something they did not ask for at that moment.
QUIET_FROM, QUIET_UNTIL = time(20), time(7)
MERGED_WITHIN = timedelta(minutes=10)

Owed = tuple[UUID, UUID]


def is_quiet(now: datetime) -> bool:
    """Whether it is between 8 p.m. and 7 a.m. in Pittsburgh."""
    clock = now.astimezone(EASTERN).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def list_owed(now: datetime, *, followers: int) -> list[Owed]:
    """Pairs of follower and item that are due at `now`, of at most so many followers; a follower's pairs are whole.

    As it happens: at once, unless the same kind of news of the same cohort went to the same person within the last ten
    minutes. Daily: what was public at 8 a.m., on business days. Neither in the quiet hours.
    """
    if is_quiet(now):
        return []
    pairs = _pairs(now)
    some = select(pairs.subquery().c.follower_id).distinct().order_by("follower_id").limit(followers)
    whole = pairs.where(Follower.id.in_(some.scalar_subquery())).order_by(Follower.id, NewsItem.id)
    return [(follower_id, item_id) for follower_id, item_id in db.session.execute(whole)]


def _pairs(now: datetime) -> Select[UUID, UUID]:
    told = exists().where(Delivery.follower_id == Follower.id, Delivery.news_item_id == NewsItem.id)
    about = or_(
        *(and_(Follow.topic == topic, NewsItem.kind.in_(sorted(kinds))) for topic, kinds in NEWS_OF.items()),
    )
    return (
        select(Follower.id.label("follower_id"), NewsItem.id.label("news_item_id"))
        .distinct()
        .select_from(Follow)
        .join(Follower, Follow.follower_id == Follower.id)
        .join(NewsItem, and_(about, or_(Follow.cohort_id.is_(None), Follow.cohort_id == NewsItem.cohort_id)))
        .where(Follower.unsubscribed_at.is_(None), NewsItem.visible_at > Follow.followed_at)
        .where(NewsItem.visible_at <= now, stands(), ~told)
        .where(or_(_at_once(now), _in_digest(now)))
    )


def _at_once(now: datetime) -> ColumnElement[bool]:
    other = aliased(NewsItem)
    just_told = exists().where(
        Delivery.follower_id == Follower.id,
        Delivery.owed_at > now - MERGED_WITHIN,
        Delivery.news_item_id == other.id,
        other.kind == NewsItem.kind,
        other.cohort_id == NewsItem.cohort_id,
    )
    return and_(Follower.frequency == Frequency.NOW, ~just_told)


def _in_digest(now: datetime) -> ColumnElement[bool]:
    local = now.astimezone(EASTERN)
    morning = datetime.combine(local.date(), DIGEST_TIME, EASTERN)
    if local < morning or not is_workday(local.date()):
        return false()
    return and_(Follower.frequency == Frequency.DAILY, NewsItem.visible_at < morning)


def list_items(ids: Collection[UUID]) -> list[NewsItem]:
    """These items with what goes out by mail, in the order in which they became public."""
    mailed = (undefer(NewsItem.detail), undefer(NewsItem.calendar))
    wanted = select(NewsItem).where(NewsItem.id.in_(ids)).options(*mailed)
    return list(db.session.scalars(wanted.order_by(NewsItem.visible_at, NewsItem.id)))
