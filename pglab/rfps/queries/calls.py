"""Reading calls. The public sees a published one from its publication on, as it was frozen; staff see drafts too."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased, contains_eager

from pglab.accounts.models import User
from pglab.cohorts.models import Cohort, PastCohort
from pglab.core.clock import official_now
from pglab.core.db import UtcDateTime, db
from pglab.core.errors import NotFoundError
from pglab.rfps import policy
from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.queries.parts import Parts
from pglab.rfps.queries.snapshot import snapshot_of
from pglab.rfps.states import Phase, RfpStatus

SHOWN = (RfpStatus.PUBLISHED, RfpStatus.CANCELLED)
# Cohorts have one to three digits; an address may hold more than the database can count to.
NO_COHORT = 1000
OFFICIAL_NOW = func.official_now(type_=UtcDateTime)


@dataclass(frozen=True)
class Call:
    """One RFP as a page shows it at one instant: the frozen words of its newest version, or the draft's own.

    `parts` are what stands in the tables now.
    """

    rfp: Rfp
    now: datetime
    version: RfpVersion | None
    content: dict[str, Any]
    parts: Parts

    @property
    def phase(self) -> Phase:
        """Where the RFP stands at this instant."""
        return self.rfp.phase(self.now)

    @property
    def is_public(self) -> bool:
        """Whether everyone sees it."""
        return shown_to_everyone(self.rfp, self.now)


def shown_to_everyone(rfp: Rfp, now: datetime) -> bool:
    """A published RFP is public from its publication date on, also when it was cancelled later."""
    return rfp.status in SHOWN and rfp.publish_at <= now


def list_in_review() -> list[tuple[Rfp, User]]:
    """Every draft that waits for its second person, with its preparer; what becomes public first comes first."""
    found = select(Rfp, User).join(User, User.id == Rfp.prepared_by_id).where(Rfp.status == RfpStatus.IN_REVIEW)
    return [(rfp, preparer) for rfp, preparer in db.session.execute(found.order_by(Rfp.publish_at))]


def get_rfp(cohort: int, *, viewer: User | None) -> Rfp:
    """The RFP of a cohort; before its publication it exists for City staff only."""
    found = db.session.execute(_one(), {"cohort": min(cohort, NO_COHORT)}).first()
    return _visible(cohort, found[0] if found else None, found[1] if found else None, viewer)


def get_call(cohort: int, *, viewer: User | None) -> Call:
    """The RFP of a cohort with everything its pages show, in one statement once it is published."""
    found = db.session.execute(_one_with_version(), {"cohort": min(cohort, NO_COHORT)}).first()
    rfp = _visible(cohort, found[0] if found else None, found[1] if found else None, viewer)
    return call_of(rfp, found[1], found[2])  # type: ignore[index]  # an RFP that is visible was found


def call_of(rfp: Rfp, now: datetime, version: RfpVersion | None = None) -> Call:
    """The RFP as its newest version froze it; without a version, as its draft stands."""
    parts = Parts(rfp)
    content = _frozen(version.id, version.snapshot) if version else snapshot_of(rfp, parts)
    return Call(rfp, now.astimezone(UTC), version, content, parts)


def list_rfps(viewer: User | None) -> list[Rfp]:
    """All RFPs the viewer may see, newest cohort first."""
    query = select(Rfp).join(Rfp.cohort).order_by(Cohort.number.desc())
    if not policy.sees_drafts(viewer):
        query = query.where(Rfp.status.in_(SHOWN), Rfp.publish_at <= func.official_now())
    return list(db.session.scalars(query))


def publication_clock() -> tuple[datetime, datetime]:
    """The official time, and when the next RFP becomes public by its date; the end of time when none is to come."""
    coming = select(func.min(Rfp.publish_at)).where(Rfp.status.in_(SHOWN), Rfp.publish_at > OFFICIAL_NOW)
    now, publishes = db.session.execute(select(OFFICIAL_NOW, coming.scalar_subquery())).one()
    return now, publishes or datetime.max.replace(tzinfo=UTC)


def is_public(rfp: Rfp) -> bool:
    """Whether the public sees the RFP now."""
    return shown_to_everyone(rfp, official_now())


def next_cohort_number() -> int:
    """The number after the highest one that is taken, also by a cohort from before this site."""
    taken = select(Cohort.number).union(select(PastCohort.number)).subquery()
    return (db.session.scalar(select(func.max(taken.c.number))) or 0) + 1


@cache
def _one() -> Select[Rfp, datetime]:
    query = select(Rfp, OFFICIAL_NOW).join(Rfp.cohort).options(contains_eager(Rfp.cohort))
    return query.where(Cohort.number == bindparam("cohort"))


@cache
def _one_with_version() -> Select[Rfp, datetime, RfpVersion]:
    every = aliased(RfpVersion)
    newest = select(func.max(every.number)).where(every.rfp_id == Rfp.id).scalar_subquery()
    query = _one().add_columns(RfpVersion)
    return query.outerjoin(RfpVersion, (RfpVersion.rfp_id == Rfp.id) & (RfpVersion.number == newest))


def _visible(cohort: int, rfp: Rfp | None, now: datetime | None, viewer: User | None) -> Rfp:
    if rfp is None or now is None or not (policy.sees_drafts(viewer) or shown_to_everyone(rfp, now)):
        raise NotFoundError(f"There is no cohort {cohort} that is published.")
    return rfp


@lru_cache(maxsize=64)
def _frozen(_version_id: UUID, snapshot: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(snapshot)
    return content
