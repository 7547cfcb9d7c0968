"""How phases and dates of a call are said on its pages."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pglab.core.clock import EASTERN
from pglab.rfps import queries
from pglab.rfps.models import Rfp
from pglab.rfps.states import Phase, RfpStatus
from pglab.web.filters import et_date, et_long, time_left
from pglab.web.kept_pages import after, text_changes

# Phase -> what everyone reads, and the color of the tag.
PHASE_WORDS = {
    Phase.PREPARING: ("In preparation", "gray"),
    Phase.UPCOMING: ("Opens soon", "blue"),
    Phase.OPEN_FOR_QUESTIONS: ("Open", "green"),
    Phase.OPEN: ("Open", "green"),
    Phase.CLOSED_SEALED: ("Closed", "yellow"),
    Phase.SCORING: ("Being evaluated", "blue"),
    Phase.PANEL: ("Being evaluated", "blue"),
    Phase.DECIDED: ("Decided", "blue"),
    Phase.PILOTING: ("Pilots running", "blue"),
    Phase.COMPLETE: ("Complete", "gray"),
    Phase.CANCELLED: ("Cancelled", "red"),
}
# What staff read where it says more.
STAFF_WORDS = {
    **PHASE_WORDS,
    Phase.UPCOMING: ("Published, opens soon", "blue"),
    Phase.OPEN_FOR_QUESTIONS: ("Open for questions", "green"),
    Phase.CLOSED_SEALED: ("Closed, sealed", "yellow"),
    Phase.SCORING: ("Scoring", "blue"),
    Phase.PANEL: ("Panel", "blue"),
}

WAITING = ("Waiting for review", "yellow")


def staff_status(rfp: Rfp, now: datetime) -> tuple[str, str]:
    """Where the RFP stands, as staff read it."""
    return WAITING if rfp.status is RfpStatus.IN_REVIEW else STAFF_WORDS[rfp.phase(now)]


DateRow = tuple[str, str, str, bool]


def key_dates(rfp: Rfp, now: datetime) -> list[DateRow]:
    """The timeline as rows: what, when, its state in words, and whether it is the one that comes next.

    Of a cancelled call nothing is to come: what had not happened by then says so.
    """
    if rfp.cancelled_at is None:
        return _timeline(rfp, now)
    rows = _timeline(rfp, rfp.cancelled_at)
    return [(name, said, state if state == "Done" else "Cancelled", False) for name, said, state, _coming in rows]


def _timeline(rfp: Rfp, now: datetime) -> list[DateRow]:
    dated = [
        ("RFP published", et_long(rfp.publish_at), rfp.publish_at),
        ("Last day to ask questions", et_long(rfp.questions_due_at), rfp.questions_due_at),
        ("Last day for answers", et_long(rfp.answers_due_at), rfp.answers_due_at),
        ("Proposals due", et_long(rfp.closes_at), rfp.closes_at),
        ("Scores due", et_long(rfp.scores_due_at), rfp.scores_due_at),
        *((name, said, end_of(day)) for name, said, day in stage_days(rfp) if day),
    ]
    coming = next((name for name, _said, at in dated if now <= at), "")
    rows = [(name, said, _state(now, at, name == coming), name == coming) for name, said, at in dated]
    rows += [(name, "Not set yet", "", False) for name, _said, day in stage_days(rfp) if day is None]
    decided = rfp.decided_at is not None
    rows.append(
        ("Decisions", f"On or after {et_date(rfp.decision_on)}", "Done" if decided else "", not coming and not decided)
    )
    rows.append(("Pilots", pilot_months(rfp.cohort.pilot_start_on, rfp.cohort.pilot_end_on), "", False))
    if rfp.cancelled_at is None:
        return rows
    done = {name for name, _said, at in dated if at < rfp.cancelled_at}
    return [(name, said, "Done" if name in done else "Cancelled", False) for name, said, *_ in rows]


def stage_days(rfp: Rfp) -> list[tuple[str, str, date | None]]:
    """The optional stages that this call has, in their order: name, its day in words, its day."""
    named = [("Pitches", "", rfp.has_pitch, rfp.pitch_on)]
    named.append(("Feasibility reviews", "Done by ", rfp.has_feasibility, rfp.feasibility_on))
    return [(name, f"{said}{et_date(day)}" if day else "", day) for name, said, has, day in named if has]


def end_of(day: date) -> datetime:
    """The last instant of a day in Pittsburgh."""
    return datetime.combine(day + timedelta(days=1), time(0), EASTERN).astimezone(UTC) - timedelta(microseconds=1)


def frozen_dates(content: Mapping[str, Any]) -> list[DateRow]:
    """The dates that a superseded version named: none of them is to come or done, for none is in force."""
    named = {name: content["dates"][name] for name in queries.DATES if name in content["dates"]}
    return [(change.label, change.after, "", False) for change in queries.differences({}, {"dates": named})]


def _state(now: datetime, at: datetime, coming: bool) -> str:
    if now > at:
        return "Done"
    return time_left(now, at) if coming else ""


def changes(rfp: Rfp, now: datetime) -> list[datetime]:
    """The instants at which a page about a call reads differently: its phase, a date that has passed, the time left."""
    inclusive = [rfp.questions_due_at, rfp.answers_due_at, rfp.closes_at, rfp.scores_due_at]
    inclusive += [end_of(day) for _name, _said, day in stage_days(rfp) if day]
    left = [text_changes(now, at) for at in (rfp.publish_at, *inclusive) if now <= at]
    return [*phase_changes(rfp), after(rfp.publish_at), *(after(at) for at in inclusive), *left]


def phase_changes(rfp: Rfp) -> list[datetime]:
    """The instants at which a call may come into another phase by its dates alone."""
    pilots_start = datetime.combine(rfp.cohort.pilot_start_on, time(0), EASTERN)
    return [rfp.publish_at, after(rfp.questions_due_at), after(rfp.closes_at), pilots_start]


def pilot_months(start: date, end: date) -> str:
    """`January to July 2027`, with both years where they differ."""
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start:%B}{year} to {end:%B} {end.year}"
