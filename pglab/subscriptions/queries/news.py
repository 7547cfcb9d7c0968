"""Reading news: of one cohort, of all, and which cohorts still have some to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from pglab.cohorts.models import Cohort
from pglab.core.db import db
from pglab.subscriptions.models import NewsItem
from pglab.subscriptions.states import NewsKind, Wish

OVERTAKING = (NewsKind.DEADLINE, NewsKind.CANCELLED)
DATED = (NewsKind.CALL, NewsKind.DEADLINE)


@dataclass(frozen=True)
class News:
    """The news of something at one instant, newest first, and when more of it becomes public."""

    items: list[NewsItem]
    changes: list[datetime]


def overtaken(items: Iterable[NewsItem]) -> dict[UUID, NewsItem]:
    """What news of a call or a deadline no longer hold, and what overtook them: the newest later deadline of their
    cohort, or its cancellation. `items` are the newest first."""
    newest: dict[UUID, NewsItem] = {}
    found = {}
    for item in items:
        if item.kind in DATED and item.cohort_id in newest:
            found[item.id] = newest[item.cohort_id]
        if item.kind in OVERTAKING:
            newest.setdefault(item.cohort_id, item)
    return found


def list_news(cohort: Cohort, now: datetime) -> list[NewsItem]:
    """What has been made public about the cohort up to `now`, newest first."""
    return find_news(cohort, now).items


def find_news(cohort: Cohort, now: datetime) -> News:
    """The news of one cohort, in one statement."""
    return _split(db.session.scalars(_news_of_one(), {"cohort_id": cohort.id}), now)


def find_call_news(now: datetime, *, kinds: Iterable[NewsKind], limit: int) -> News:
    """The latest news of these kinds in all cohorts."""
    return _split(db.session.scalars(_news().where(NewsItem.kind.in_(list(kinds))).limit(limit)), now)


def list_running_cohorts(now: datetime) -> list[Cohort]:
    """Cohorts with more to come: their call is public, their results are not, and they were not cancelled."""
    public = NewsItem.visible_at <= now
    called = select(NewsItem.cohort_id).where(NewsItem.kind == NewsKind.CALL, public)
    over = select(NewsItem.cohort_id).where(NewsItem.kind.in_([NewsKind.RESULTS, NewsKind.CANCELLED]), public)
    running = select(Cohort).where(Cohort.id.in_(called), Cohort.id.not_in(over))
    return list(db.session.scalars(running.order_by(Cohort.number.desc())))


def list_cohorts(numbers: Iterable[int]) -> list[Cohort]:
    """The cohorts of these numbers, newest first."""
    return list(
        db.session.scalars(select(Cohort).where(Cohort.number.in_(set(numbers))).order_by(Cohort.number.desc()))
    )


def list_cohorts_to_choose(now: datetime, wishes: Iterable[Wish]) -> list[Cohort]:
    """Those with more to come, and those that somebody follows already, newest first."""
    followed = list_cohorts(wish.cohort for wish in wishes if wish.cohort is not None)
    every = {cohort.number: cohort for cohort in [*list_running_cohorts(now), *followed]}
    return [every[number] for number in sorted(every, reverse=True)]


def stands() -> ColumnElement[bool]:
    """Whether an item is still meant: what was to become public of a call that was cancelled before never does, but
    for the cancellation itself."""
    cancelled = aliased(NewsItem)
    return (NewsItem.kind == NewsKind.CANCELLED) | ~exists().where(
        cancelled.cohort_id == NewsItem.cohort_id,
        cancelled.kind == NewsKind.CANCELLED,
        cancelled.announced_at >= NewsItem.announced_at,
        cancelled.announced_at < NewsItem.visible_at,
    )


def _news() -> Select[NewsItem]:
    return select(NewsItem).where(stands()).order_by(NewsItem.visible_at.desc(), NewsItem.id.desc())


@cache
def _news_of_one() -> Select[NewsItem]:
    return _news().where(NewsItem.cohort_id == bindparam("cohort_id"))


def _split(found: Iterable[NewsItem], now: datetime) -> News:
    every = list(found)
    return News([item for item in every if item.visible_at <= now], [item.visible_at for item in every])
