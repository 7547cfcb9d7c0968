"""Suggested dates of a new call: four weeks to apply, business days, afternoons. A person decides on them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pglab.core.clock import EASTERN

DAY = timedelta(days=1)
MORNING, AFTERNOON, EVENING = time(9), time(16), time(17)
# (month, weekday, which one of the month); the last Monday of May is written as -1.
MOVING_HOLIDAYS = ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))
FIXED_HOLIDAYS = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))


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


def is_holiday(day: date) -> bool:
    """Whether the day is a federal holiday; a fixed one on a weekend is kept on the Friday or Monday beside it."""
    kept = [day]
    if day.weekday() == 4:
        kept.append(day + DAY)
    if day.weekday() == 0:
        kept.append(day - DAY)
    return is_moving_holiday(day) or any((each.month, each.day) in FIXED_HOLIDAYS for each in kept)


def is_moving_holiday(day: date) -> bool:
    """Whether the day is, for instance, the third Monday of January."""
    place = (day.day - 1) // 7 + 1
    last = -1 if (day + 7 * DAY).month != day.month else 0
    return any(
        (day.month, day.weekday()) == (month, weekday) and which in (place, last)
        for month, weekday, which in MOVING_HOLIDAYS
    )


def eastern(day: date, clock: time) -> datetime:
    """The instant of a time of day that is never skipped or repeated by the clock change."""
    return datetime.combine(day, clock, tzinfo=EASTERN).astimezone(UTC)
