"""Business days: weekends and federal holidays do not count, and news goes out at eight in the morning."""

from datetime import datetime

import pytest

from pglab.core.clock import EASTERN
from pglab.core.workdays import next_digest, workdays_since


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("since", "now", "days"),
    [
        ("2026-10-07 09:00", "2026-10-07 23:59", 0),
        ("2026-10-07 23:59", "2026-10-08 00:01", 1),
        ("2026-10-09 15:00", "2026-10-11 15:00", 0),  # Friday to Sunday
        ("2026-10-09 15:00", "2026-10-12 15:00", 0),  # and Columbus Day
        ("2026-10-09 15:00", "2026-10-14 09:00", 2),
        ("2026-10-14 09:00", "2026-10-09 15:00", 0),  # a clock that was moved back
    ],
)
def test_days_that_the_city_works_are_counted(since: str, now: str, days: int):
    assert workdays_since(at(since), at(now)) == days


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2026-10-07 07:59", "2026-10-07 08:00"),
        ("2026-10-07 08:00", "2026-10-08 08:00"),
        ("2026-10-09 12:00", "2026-10-13 08:00"),  # over a weekend and a holiday
        ("2026-10-30 12:00", "2026-11-02 08:00"),  # over the change of the clocks
    ],
)
def test_news_goes_out_at_eight_on_the_next_business_day(now: str, sent: str):
    assert next_digest(at(now)) == at(sent)
