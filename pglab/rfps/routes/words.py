"""How phases and dates of a call are said on its pages."""

from collections.abc import Mapping
from datetime import date, datetime, time
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
    """The timeline as rows: what, when, its state in words, and whether it is the one that comes next."""
    instants = [
        ("RFP published", rfp.publish_at),
        ("Last day to ask questions", rfp.questions_due_at),
        ("Last day for answers", rfp.answers_due_at),
        ("Proposals due", rfp.closes_at),
        ("Scores due", rfp.scores_due_at),
    ]
    coming = next((name for name, at in instants if now <= at), "")
    rows = [(name, et_long(at), _state(now, at, name == coming), name == coming) for name, at in instants]
    decided = rfp.decided_at is not None
    rows.append(
        ("Decisions", f"On or after {et_date(rfp.decision_on)}", "Done" if decided else "", not coming and not decided)
    )
    rows.append(("Pilots", pilot_months(rfp.cohort.pilot_start_on, rfp.cohort.pilot_end_on), "", False))
    return rows


def frozen_dates(content: Mapping[str, Any]) -> list[DateRow]:
    """The dates that a superseded version named: none of them is to come or done, for none is in force."""
    return [(change.label, change.after, "", False) for change in queries.differences({}, {"dates": content["dates"]})]


def _state(now: datetime, at: datetime, coming: bool) -> str:
    if now > at:
        return "Done"
    return time_left(now, at) if coming else ""


def changes(rfp: Rfp, now: datetime) -> list[datetime]:
    """The instants at which a page about a call reads differently: its phase, a date that has passed, the time left."""
    inclusive = [rfp.questions_due_at, rfp.answers_due_at, rfp.closes_at, rfp.scores_due_at]
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
