"""Suggested dates of a new call: four weeks to apply, business days, afternoons. A person decides on them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from pglab.core.clock import EASTERN
from pglab.core.workdays import DAY, is_holiday

MORNING, AFTERNOON, EVENING = time(9), time(16), time(17)


@dataclass(frozen=True)
class SuggestedDates:
    """The dates of a call and of its pilots."""

    publish_at: datetime
    questions_due_at: datetime
    answers_due_at: datetime
    closes_at: datetime
    scores_due_at: datetime
    decision_on: date
    pilot_start_on: date
    pilot_end_on: date


def suggest_dates(now: datetime) -> SuggestedDates:
    """Two weeks to prepare, four to apply, three to score, five to decide; then pilots of six months.

    Every date is a business day with no holiday beside it, so that somebody is there to help.
    """
    opens = calm_day(now.astimezone(EASTERN).date() + 14 * DAY)
    closes = calm_day(opens + 32 * DAY)
    scores = calm_day(closes + 21 * DAY)
    decision = calm_day(scores + 35 * DAY)
    start = calm_day(decision + 30 * DAY)
    return SuggestedDates(
        publish_at=eastern(opens, MORNING),
        questions_due_at=eastern(calm_day(opens + 18 * DAY), AFTERNOON),
        answers_due_at=eastern(calm_day(opens + 25 * DAY), AFTERNOON),
        closes_at=eastern(closes, AFTERNOON),
        scores_due_at=eastern(scores, EVENING),
        decision_on=decision,
        pilot_start_on=start,
        pilot_end_on=calm_day(start + 182 * DAY),
    )


def calm_day(day: date) -> date:
    """This day, or the next business day that has no holiday beside it."""
    while day.weekday() >= 5 or any(is_holiday(near) for near in (day - DAY, day, day + DAY)):
        day += DAY
    return day


def eastern(day: date, clock: time) -> datetime:
    """The instant of a time of day that is never skipped or repeated by the clock change."""
    return datetime.combine(day, clock, tzinfo=EASTERN).astimezone(UTC)
