"""Mailing news to those who follow it: each item to each of them once, however many workers try."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.subscriptions import notices, queries
from pglab.subscriptions.models import Delivery, Follower
from pglab.subscriptions.queries.owed import Owed
from pglab.subscriptions.services.following import new_link

AT_ONCE = 50


def tell_followers() -> int:
    """Owe fifty followers what they have not been told; how many were due, so that 0 means all are told.

    What is due to a follower at one moment is one mail. Two workers may find the same people: the row of a delivery
    can be written once, and only who wrote it sends.
    """
    now = official_now()
    owed = queries.list_owed(now, followers=AT_ONCE)
    items = {item.id: item for item in queries.list_items({item_id for _, item_id in owed})}
    claimed = sorted(_claim(owed, now))
    people = _people(follower_id for follower_id, _ in claimed)
    for follower_id, pairs in groupby(claimed, key=lambda pair: pair[0]):
        told = {item_id for _, item_id in pairs}
        news = [item for item in items.values() if item.id in told]
        notices.send_news(people[follower_id], news, new_link(people[follower_id]))
    return len({follower_id for follower_id, _ in owed})


def _claim(owed: Sequence[Owed], now: datetime) -> list[Owed]:
    """Those of the pairs that nobody else wrote down before; waits for whoever is just writing the same."""
    if not owed:
        return []
    rows = [{"follower_id": follower_id, "news_item_id": item_id, "owed_at": now} for follower_id, item_id in owed]
    written = insert(Delivery).values(rows).on_conflict_do_nothing()
    mine = db.session.execute(written.returning(Delivery.follower_id, Delivery.news_item_id))
    return [(follower_id, item_id) for follower_id, item_id in mine]


def _people(ids: Iterable[UUID]) -> dict[UUID, Follower]:
    found = db.session.scalars(select(Follower).where(Follower.id.in_(set(ids))))
    return {follower.id: follower for follower in found}
