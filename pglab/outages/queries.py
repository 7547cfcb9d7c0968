"""Reading the log of outages: everyone may."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.outages.models import Outage
from pglab.outages.states import Part

SHOWN_FOR = timedelta(days=90)
# How long before a deadline an outage may have cost somebody the time they needed.
NEAR = timedelta(hours=24)


def list_recent(now: datetime) -> list[Outage]:
    """The outages that go on or ended in the past 90 days, latest first."""
    recent = or_(Outage.ended_at.is_(None), Outage.ended_at > now - SHOWN_FOR)
    return list(db.session.scalars(select(Outage).where(recent).order_by(Outage.started_at.desc(), Outage.id)))


def list_overlapping(start: datetime, end: datetime) -> list[Outage]:
    """The outages that went on at some time between these two instants, earliest first."""
    during = (Outage.started_at <= end) & or_(Outage.ended_at.is_(None), Outage.ended_at > start)
    return list(db.session.scalars(select(Outage).where(during).order_by(Outage.started_at, Outage.id)))


def list_all() -> list[Outage]:
    """Every outage ever noted with who noted it, latest first."""
    query = select(Outage).options(joinedload(Outage.noted_by))
    return list(db.session.scalars(query.order_by(Outage.started_at.desc(), Outage.id)))


def find_noticed(part: Part) -> Outage | None:
    """The outage of this part that the site noticed by itself and that goes on."""
    return db.session.scalar(select(Outage).where(Outage.part == part, Outage.ended_at.is_(None)).with_for_update())


def list_ended_after(since: datetime) -> list[Outage]:
    """The outages that ended after this instant, earliest first."""
    return list(db.session.scalars(select(Outage).where(Outage.ended_at > since).order_by(Outage.started_at)))


def get_outage(outage_id: UUID, *, lock: bool = False) -> Outage:
    """One outage; `lock` waits for whoever is changing it."""
    query = select(Outage).where(Outage.id == outage_id)
    if lock:
        query = query.with_for_update(of=Outage).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError("There is no such outage.")
    return found
