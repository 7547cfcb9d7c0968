"""Business days of the City: Monday to Friday but for federal holidays, in Eastern time."""

from datetime import UTC, date, datetime, time, timedelta

from pglab.core.clock import EASTERN

DAY = timedelta(days=1)
# When the one news of a day goes out.
DIGEST_TIME = time(8)
# (month, weekday, which one of the month); the last Monday of May is written as -1.
MOVING_HOLIDAYS = ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))
FIXED_HOLIDAYS = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))


def is_holiday(day: date) -> bool:
    """Whether the day is a federal holiday; a fixed one on a weekend is kept on the Friday or Monday beside it."""
    kept = [day]
    if day.weekday() == 4:
        kept.append(day + DAY)
    if day.weekday() == 0:
        kept.append(day - DAY)
    return _is_moving_holiday(day) or any((each.month, each.day) in FIXED_HOLIDAYS for each in kept)


def _is_moving_holiday(day: date) -> bool:
    """Whether the day is, for instance, the third Monday of January."""
    place = (day.day - 1) // 7 + 1
    last = -1 if (day + 7 * DAY).month != day.month else 0
    return any(
        (day.month, day.weekday()) == (month, weekday) and which in (place, last)
        for month, weekday, which in MOVING_HOLIDAYS
    )


def is_workday(day: date) -> bool:
    """Whether the City works on this day."""
    return day.weekday() < 5 and not is_holiday(day)


def workdays_since(at: datetime, now: datetime) -> int:
    """How many business days have begun since the day of `at`: 0 on that day itself, 1 on the next business day."""
    first, last = (moment.astimezone(EASTERN).date() for moment in (at, now))
    return sum(is_workday(first + days * DAY) for days in range(1, (last - first).days + 1))


def next_digest(now: datetime) -> datetime:
    """The next 8 a.m. Eastern of a business day after `now`, in UTC."""
    local = now.astimezone(EASTERN)
    day = local.date()
    while datetime.combine(day, DIGEST_TIME, EASTERN) <= local or not is_workday(day):
        day += DAY
    return datetime.combine(day, DIGEST_TIME, EASTERN).astimezone(UTC)
