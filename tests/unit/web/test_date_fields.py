"""Days and Eastern instants: real ones only, and never one of two meanings."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pglab.web.forms import DateField, EasternDateTimeField, Form


class Dates(Form):
    """A day that may be left out and an instant that may not."""

    founded = DateField("Date of registration", required=False)
    closes = EasternDateTimeField("Deadline", thing="the deadline")


def closing(post: Callable[..., Any], day: str, clock: str) -> Any:
    """The form with this deadline typed in."""
    return post(Dates, **{"closes-date": day, "closes-time": clock})


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-10-16", date(2026, 10, 16)),
        ("10/16/2026", date(2026, 10, 16)),
        ("2028-02-29", date(2028, 2, 29)),
        ("", None),
    ],
)
def test_days(post: Callable[..., Any], typed: str, day: date | None) -> None:
    assert post(Dates, founded=typed).founded.data == day


@pytest.mark.parametrize(
    "typed",
    [
        "2027-02-29",
        "2026-13-01",
        "16.10.2026",
        "2026-W42-5",
        "20261016",
        "٢٠٢٦-01-01",
        "0000-01-01",
        "9999-01-01",
        "tomorrow",
    ],
)
def test_other_days_are_refused(post: Callable[..., Any], typed: str) -> None:
    form = post(Dates, founded=typed)

    assert ("founded", "Enter a real date") in form.problems
    assert f'value="{typed}"' in str(form.founded())


@pytest.mark.parametrize(
    ("clock", "instant"),
    [
        ("16:00", datetime(2026, 10, 16, 20, 0, tzinfo=UTC)),
        ("4:00 p.m.", datetime(2026, 10, 16, 20, 0, tzinfo=UTC)),
        ("4 pm", datetime(2026, 10, 16, 20, 0, tzinfo=UTC)),
        ("12:00 a.m.", datetime(2026, 10, 16, 4, 0, tzinfo=UTC)),
        ("12:30 PM", datetime(2026, 10, 16, 16, 30, tzinfo=UTC)),
        ("16:00:00", datetime(2026, 10, 16, 20, 0, tzinfo=UTC)),
        ("23:59", datetime(2026, 10, 17, 3, 59, tzinfo=UTC)),
    ],
)
def test_instants_are_eastern_and_kept_in_utc(post: Callable[..., Any], clock: str, instant: datetime) -> None:
    form = closing(post, "2026-10-16", clock)

    assert (form.closes.data, form.problems) == (instant, [])


@pytest.mark.parametrize(
    "clock", ["24:00", "16:60", "16:00:60", "16", "13:00 p.m.", "0:30 a.m.", "noon", "-1:00", "１６:００"]
)
def test_times_that_no_clock_shows_are_refused(post: Callable[..., Any], clock: str) -> None:
    assert closing(post, "2026-10-16", clock).problems == [("closes-time", "Enter a time, like 4:00 p.m.")]


def test_a_time_that_comes_twice_is_refused_with_both_readings(post: Callable[..., Any]) -> None:
    assert closing(post, "2026-11-01", "01:30").problems == [
        (
            "closes-time",
            "1:30 a.m. on November 1, 2026 happens twice because the clocks change: 05:30 UTC and 06:30 UTC. "
            "Choose another time.",
        )
    ]


def test_a_time_that_is_skipped_is_refused_with_both_readings(post: Callable[..., Any]) -> None:
    assert closing(post, "2027-03-14", "02:30").problems == [
        (
            "closes-time",
            "2:30 a.m. on March 14, 2027 does not exist because the clocks change. "
            "It could mean 06:30 UTC or 07:30 UTC. Choose another time.",
        )
    ]


@pytest.mark.parametrize(
    ("day", "clock", "problem"),
    [
        ("", "", ("closes-date", "Enter the deadline")),
        ("", "16:00", ("closes-date", "Enter the date of the deadline")),
        ("2026-10-16", "", ("closes-time", "Enter the time of the deadline")),
        ("2026-02-30", "16:00", ("closes-date", "Enter a real date")),
    ],
)
def test_missing_parts_lead_to_their_control(
    post: Callable[..., Any], day: str, clock: str, problem: tuple[str, str]
) -> None:
    form = closing(post, day, clock)

    assert form.problems == [problem]
    assert (form.closes.day_value, form.closes.clock_value) == (day, clock)


def test_a_stored_instant_is_shown_in_eastern_time(bare_app: Any) -> None:
    with bare_app.test_request_context():
        field = Dates(data={"closes": datetime(2026, 12, 1, 21, 0, tzinfo=UTC)}).closes

        assert (field.day_value, field.clock_value) == ("2026-12-01", "16:00")
