"""Asking for a later deadline: for everyone, never shorter, before it passed or, after an outage, before opening."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pglab.accounts.models import User
from pglab.addenda import notices, policy, queries
from pglab.addenda.models import Addendum
from pglab.addenda.services.moments import CallState, call_state
from pglab.addenda.states import ADDENDUM_WORKFLOW, AddendumEvent, AddendumKind
from pglab.audit.services import record
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.core.workdays import is_workday
from pglab.outages.models import Outage
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from pglab.rfps.services.publishing import lock
from pglab.web.filters import et_long

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From when until when the site could not be used."""

    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class Extension:
    """A later deadline, why, and the outage on the log that it makes up for, if there was one."""

    closes_at: datetime
    reason: str
    outage: Outage | None = None


def ask_extension(rfp: Rfp, extension: Extension, *, actor: User) -> Addendum:
    """The first person asks for a later deadline; it moves when a second person confirms.

    Refused: an earlier or equal time; a time that has passed; without a reason; shorter than the outage; after the
    deadline without an outage before it; after the opening.
    """
    require(policy.may_prepare(actor))
    call = lock(rfp)
    now = official_now()
    span = span_of(extension.outage)
    if not extension.reason:
        raise RuleError("Enter why the deadline moves", field="reason")
    check_extension(call, extension.closes_at, span, now)
    if queries.find_open_addendum(call, AddendumKind.DEADLINE) is not None:
        raise StateError("Somebody has already asked for a later deadline. A second person confirms it.")
    addendum = Addendum(
        rfp=call,
        kind=AddendumKind.DEADLINE,
        version=queries.unused_version(call),
        title=f"The deadline moves to {et_long(extension.closes_at)}",
        summary=f"Everyone has until {et_long(extension.closes_at)} to submit.",
        reason=extension.reason,
        changes={},
        closes_at=extension.closes_at,
        outage_id=extension.outage.id if extension.outage else None,
        outage_from=span.began_at if span else None,
        outage_until=span.ended_at if span else None,
        prepared_by=actor,
        prepared_at=now,
    )
    db.session.add(addendum)
    db.session.flush()
    ADDENDUM_WORKFLOW.fire(addendum, AddendumEvent.ASK)
    record(
        "addendum.extension_asked",
        addendum,
        actor=actor,
        reason=extension.reason,
        after={"closes_at": extension.closes_at.isoformat()},
    )
    notices.tell_issue_asked(addendum)
    return addendum


def span_of(outage: Outage | None) -> Span | None:
    """The times of an outage on the log; one that goes on cannot be made up for yet."""
    if outage is None:
        return None
    if outage.ended_at is None:
        raise RuleError("This outage still goes on. Note its end in the log of outages first.", field="outage")
    return Span(outage.started_at, outage.ended_at)


def check_extension(call: Rfp, closes_at: datetime, span: Span | None, now: datetime) -> None:
    """RuleError beside what is wrong with the extension at `now`; StateError when none is possible any more."""
    state = call_state(call, now)
    if closes_at <= call.closes_at:
        raise RuleError(
            f"The new deadline must be later than the present one ({et_long(call.closes_at)}).", field="closes_at"
        )
    if closes_at <= now:
        raise RuleError("The new deadline must lie ahead.", field="closes_at")
    if span is None and state is CallState.SEALED:
        raise RuleError("The deadline has passed. It moves only to make up for an outage before it.", field="outage")
    if span is not None and span.began_at > call.closes_at:
        raise RuleError("The outage must have begun before the deadline.", field="outage")
    if span is not None and closes_at - call.closes_at < span.ended_at - span.began_at:
        raise RuleError("The new deadline must make up for at least the whole outage.", field="closes_at")


def later_dates(rfp: Rfp, closes_at: datetime) -> dict[str, Any]:
    """The dates that move with the deadline, by their place in the RFP: scores, the days of the stages and decisions
    keep their distance in days from it and their time of day, fall on business days, and stay in their order."""
    days = closes_at.astimezone(EASTERN).date() - rfp.closes_at.astimezone(EASTERN).date()
    scores = moved(rfp.scores_due_at, days)
    if scores <= closes_at:
        scores = moved(rfp.scores_due_at, days + DAY)
    later = {"dates.closes_at": closes_at.astimezone(UTC).isoformat(), "dates.scores_due_at": scores.isoformat()}
    last = scores.astimezone(EASTERN).date()
    for name in rfp_queries.DAYS:
        day = getattr(rfp, name)
        if day is not None:
            last = max(business_day(day + days), last)
            later[f"dates.{name}"] = last.isoformat()
    return later


def moved(at: datetime, by: timedelta) -> datetime:
    """The same time of day so many days later, or on the next business day."""
    local = at.astimezone(EASTERN)
    return datetime.combine(business_day(local.date() + by), local.time(), EASTERN).astimezone(UTC)


def business_day(day: date) -> date:
    """This day, or the next one on which the City works."""
    while not is_workday(day):
        day += DAY
    return day
