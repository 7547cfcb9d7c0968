"""Which addenda there are, and which acts of two people wait for the second one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import joinedload

from pglab.addenda.models import Addendum, Cancellation
from pglab.addenda.states import AddendumKind, AddendumStatus
from pglab.cohorts.models import Cohort
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.outages.models import Outage
from pglab.outages.queries import NEAR, list_all, list_ended_after
from pglab.rfps.models import Rfp

# How long after a deadline its outages are named; by then the set has long been opened.
WAITS = timedelta(days=14)
OPEN = (AddendumStatus.DRAFT, AddendumStatus.WAITING)


@dataclass(frozen=True)
class Waiting:
    """One act that waits for a second person: what, in which cohort, who asked, since when, and where it is done."""

    what: str
    cohort: int
    asked_by: str
    since: datetime
    path: str


def list_issued(rfp: Rfp) -> list[Addendum]:
    """The issued addenda, the newest first."""
    query = select(Addendum).where(Addendum.rfp_id == rfp.id, Addendum.number.is_not(None))
    return list(db.session.scalars(query.order_by(Addendum.number.desc())))


def get_issued(rfp: Rfp, number: int) -> Addendum:
    """One issued addendum of an RFP the viewer has already been allowed to see."""
    found = db.session.scalar(select(Addendum).where(Addendum.rfp_id == rfp.id, Addendum.number == number))
    if found is None:
        raise NotFoundError(f"{rfp.reference} has no addendum {number}.")
    return found


def find_open_addendum(rfp: Rfp, kind: AddendumKind) -> Addendum | None:
    """The draft, or what waits for its second person; there is one of each kind at most."""
    query = select(Addendum).where(Addendum.rfp_id == rfp.id, Addendum.kind == kind, Addendum.status.in_(OPEN))
    return db.session.scalar(query.options(joinedload(Addendum.prepared_by)))


def get_open_addendum(rfp: Rfp, kind: AddendumKind = AddendumKind.CONTENT) -> Addendum:
    """The addendum in preparation."""
    found = find_open_addendum(rfp, kind)
    if found is None:
        raise NotFoundError("No addendum of this cohort is in preparation.")
    return found


def unused_version(rfp: Rfp) -> int:
    """A version that no addendum of this call ever had: a page opened for one that was withdrawn confirms no other."""
    return (db.session.scalar(select(func.max(Addendum.version)).where(Addendum.rfp_id == rfp.id)) or 0) + 1


def list_to_acknowledge(rfp_id: UUID) -> list[Addendum]:
    """The addenda that startups must say they have read, in order."""
    query = select(Addendum).where(
        Addendum.rfp_id == rfp_id, Addendum.number.is_not(None), Addendum.needs_acknowledgement
    )
    return list(db.session.scalars(query.order_by(Addendum.number)))


def list_outages(rfp: Rfp) -> list[Outage]:
    """The outages on the log that ended and that began while proposals were taken: what an extension may make up
    for."""
    return [
        outage
        for outage in list_all()
        if outage.ended_at and outage.ended_at > rfp.publish_at and outage.started_at <= rfp.closes_at
    ]


@dataclass(frozen=True)
class Unanswered:
    """An outage in the last day before a deadline, which nobody has asked to make up for."""

    outage: Outage
    cohort: int
    closes_at: datetime


def list_unanswered_outages(now: datetime) -> list[Unanswered]:
    """What the program has to decide before the opening: outages that ended, near a deadline that can still move."""
    soon = select(Rfp).where(Rfp.closes_at.between(now - WAITS, now + NEAR), Rfp.opened_at.is_(None))
    closing = soon.where(Rfp.publish_at <= now, Rfp.cancelled_at.is_(None)).options(joinedload(Rfp.cohort))
    asked = select(Addendum.outage_id, Addendum.rfp_id).where(Addendum.status != AddendumStatus.WITHDRAWN)
    answered = {(row[0], row[1]) for row in db.session.execute(asked.where(Addendum.outage_id.is_not(None)))}
    ended = list_ended_after(now - WAITS - NEAR)
    return [
        Unanswered(outage, rfp.cohort.number, rfp.closes_at)
        for rfp in db.session.scalars(closing)
        for outage in ended
        if is_near(outage, rfp.closes_at) and (outage.id, rfp.id) not in answered
    ]


def is_near(outage: Outage, closes_at: datetime) -> bool:
    """Whether this outage, which ended, went on in the last day before this deadline."""
    return outage.ended_at is not None and outage.started_at <= closes_at <= outage.ended_at + NEAR


def find_cancellation(rfp: Rfp) -> Cancellation | None:
    """The cancellation of a call, asked for or confirmed."""
    query = select(Cancellation).where(Cancellation.rfp_id == rfp.id, Cancellation.withdrawn_at.is_(None))
    people = (joinedload(Cancellation.asked_by), joinedload(Cancellation.confirmed_by))
    return db.session.scalar(query.options(*people))


def count_cancellations(rfp: Rfp) -> int:
    """How often the cancellation of this call was asked for, withdrawn requests included: the number of the latest."""
    asked = select(func.count()).select_from(Cancellation).where(Cancellation.rfp_id == rfp.id)
    return db.session.scalar(asked) or 0


def list_waiting() -> list[Waiting]:
    """Every addendum, extension and cancellation that waits for its second person, the oldest first."""
    addenda = select(Addendum).where(Addendum.status == AddendumStatus.WAITING)
    asked = select(Cancellation).where(Cancellation.confirmed_at.is_(None), Cancellation.withdrawn_at.is_(None))
    found = [
        _waiting_addendum(each)
        for each in db.session.scalars(addenda.options(joinedload(Addendum.rfp), joinedload(Addendum.prepared_by)))
    ]
    for each in db.session.scalars(asked.options(joinedload(Cancellation.rfp), joinedload(Cancellation.asked_by))):
        number = each.rfp.cohort.number
        path = f"/manage/cohorts/{number}/cancellation"
        found.append(Waiting("A cancellation", number, each.asked_by.name, each.asked_at, path))
    return sorted(found, key=lambda waiting: waiting.since)


def _waiting_addendum(addendum: Addendum) -> Waiting:
    number = addendum.rfp.cohort.number
    page = "deadline-extension" if addendum.moves_deadline else "addenda/draft"
    what = "A later deadline" if addendum.moves_deadline else f"An addendum, “{addendum.title}”,"
    return Waiting(what, number, addendum.prepared_by.name, addendum.prepared_at, f"/manage/cohorts/{number}/{page}")


def addendum_texts() -> Select[str, str, str, str]:
    """Kind, title, text and address of every issued addendum, as the search reads them."""
    title = func.concat("Cohort ", Cohort.number, ", addendum ", Addendum.number, ": ", Addendum.title)
    path = func.concat("/cohorts/", Cohort.number, "/addenda/", Addendum.number)
    told = select(
        literal("addendum").label("kind"), title.label("title"), Addendum.summary.label("body"), path.label("path")
    )
    issued = told.join(Rfp, Rfp.id == Addendum.rfp_id).join(Cohort, Cohort.id == Rfp.cohort_id)
    return issued.where(Addendum.status == AddendumStatus.ISSUED, Rfp.publish_at <= func.official_now())
