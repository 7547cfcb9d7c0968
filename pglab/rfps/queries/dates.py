"""The dates of a call as calendars hold them: each under a name that stays, with the version that last set it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from pglab.cohorts.models import Cohort
from pglab.core.calendars import CalendarDate, When, write_calendar
from pglab.core.db import db
from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.queries.gatherings import Gathering, list_gatherings
from pglab.rfps.states import RfpStatus
from pglab.web.filters import et_long

DEADLINE = "proposals-due"


def uid_of(cohort: Cohort, name: str) -> str:
    """What a calendar knows an entry by: it stays when the date moves or the site changes its address."""
    return f"cohort-{cohort.number}-{name}@pghlab"


def list_dates(rfp: Rfp, version: RfpVersion, *, base_url: str) -> list[CalendarDate]:
    """Every date of a published call, as its newest version set it; crossed out once the call is cancelled."""
    cohort = rfp.cohort
    page = f"{base_url}/cohorts/{cohort.number}"
    cancelled = rfp.status is RfpStatus.CANCELLED

    def one(name: str, title: str, at: When, detail: str = "") -> CalendarDate:
        return CalendarDate(
            uid=uid_of(cohort, name),
            title=f"PGH Lab {cohort}: {title}",
            starts_at=at,
            changed_at=rfp.cancelled_at or version.made_at,
            detail=f"{detail or _said(at)} {page}".strip(),
            url=page,
            # A cancelled call has no version of its own, and a calendar listens to a higher number only.
            sequence=version.number - 1 + cancelled,
            cancelled=cancelled,
        )

    return [
        one("published", "RFP published", rfp.publish_at),
        one("questions-due", "last day to ask questions", rfp.questions_due_at),
        one("answers-due", "last day for answers", rfp.answers_due_at),
        one(DEADLINE, "proposals due", rfp.closes_at, f"Proposals are due {et_long(rfp.closes_at)}."),
        one("scores-due", "scores due", rfp.scores_due_at),
        *_stage_days(rfp, one),
        one("decisions", "decisions", rfp.decision_on, "Decisions are made on or after this day."),
        one("pilots-begin", "pilots begin", cohort.pilot_start_on),
        one("pilots-end", "pilots end", cohort.pilot_end_on),
    ]


def _stage_days(rfp: Rfp, one: Callable[..., CalendarDate]) -> list[CalendarDate]:
    """The days of the stages this call has."""
    found = []
    if rfp.pitch_on:
        found.append(one("pitches", "pitches", rfp.pitch_on, "The startups that the panel invites pitch on this day."))
    if rfp.feasibility_on:
        said = "Host departments have reviewed by this day what a pilot would take."
        found.append(one("feasibility-reviews", "feasibility reviews done", rfp.feasibility_on, said))
    return found


def write_dates(rfp: Rfp, version: RfpVersion, *, base_url: str) -> bytes:
    """The calendar file of a published call, with the hours people come together in."""
    hours = [_hour(rfp, each, base_url) for each in list_gatherings(rfp)]
    return write_calendar(_name(rfp), [*list_dates(rfp, version, base_url=base_url), *hours])


def write_deadline(rfp: Rfp, version: RfpVersion, *, base_url: str, organizer: str) -> str:
    """The calendar file of the deadline alone, as mails about it carry it: the same entry as on the call's page."""
    dates = list_dates(rfp, version, base_url=base_url)
    due = [each for each in dates if each.uid == uid_of(rfp.cohort, DEADLINE)]
    return write_calendar(_name(rfp), due, organizer=organizer).decode()


def _hour(rfp: Rfp, each: Gathering, base_url: str) -> CalendarDate:
    page = f"{base_url}{each.path}"
    return CalendarDate(
        uid=each.uid,
        title=f"PGH Lab {rfp.cohort}: {each.title}",
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        changed_at=each.changed_at,
        detail=f"{et_long(each.starts_at)}. {page}",
        place=each.where,
        url=page,
        sequence=each.sequence,
        cancelled=each.cancelled,
    )


def _name(rfp: Rfp) -> str:
    return f"PGH Lab {rfp.cohort}"


def _said(at: When) -> str:
    return f"{et_long(at)}." if isinstance(at, datetime) else ""


def list_deadlines(since: datetime) -> list[datetime]:
    """When proposals are due, for every published call that is not cancelled, from this instant on."""
    due = select(Rfp.closes_at).where(Rfp.closes_at >= since, Rfp.publish_at <= since, Rfp.cancelled_at.is_(None))
    return list(db.session.scalars(due.order_by(Rfp.closes_at)))
