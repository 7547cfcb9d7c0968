"""Suggested dates are business days with no holiday beside them, at hours when somebody is there."""

from dataclasses import astuple
from datetime import UTC, date, datetime, time, timedelta

import pytest

from pglab.core.clock import EASTERN
from pglab.core.workdays import is_holiday
from pglab.rfps.services.dates import check_dates, check_pilot_dates
from pglab.rfps.services.suggesting import calm_day, suggest_dates

EVERY_DAY_OF_FOUR_YEARS = [datetime(2026, 1, 1, 15, tzinfo=UTC) + timedelta(days=day) for day in range(1461)]


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2026, 1, 1), True),
        (date(2026, 1, 19), True),
        (date(2026, 2, 16), True),
        (date(2026, 5, 25), True),
        (date(2026, 5, 18), False),
        (date(2026, 7, 3), True),
        (date(2027, 7, 5), True),
        (date(2026, 9, 7), True),
        (date(2026, 10, 12), True),
        (date(2026, 11, 26), True),
        (date(2026, 11, 25), False),
        (date(2026, 10, 16), False),
    ],
)
def test_holidays(day: date, closed: bool):
    assert is_holiday(day) is closed


def test_a_day_beside_a_holiday_moves_on():
    assert calm_day(date(2026, 11, 25)) == date(2026, 11, 30)
    assert calm_day(date(2026, 10, 16)) == date(2026, 10, 16)


def test_suggestions_keep_the_rules_on_every_day_of_four_years():
    for now in EVERY_DAY_OF_FOUR_YEARS:
        dates = suggest_dates(now)
        check_dates(dates)
        check_pilot_dates(dates.pilot_start_on, dates.pilot_end_on)
        assert dates.publish_at > now
        assert dates.pilot_start_on > dates.decision_on
        assert timedelta(days=28) <= dates.closes_at - dates.publish_at <= timedelta(days=42)
        closes = dates.closes_at.astimezone(EASTERN)
        assert (closes.time(), closes.weekday() < 5) == (time(16), True)
        local = [at.astimezone(EASTERN).date() if isinstance(at, datetime) else at for at in astuple(dates)]
        assert local == [calm_day(day) for day in local]
