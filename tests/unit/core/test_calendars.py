"""Calendar files: what a reader takes out is what was put in, also on the two days on which clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from pglab.core import calendars
from pglab.core.calendars import CalendarDate, write_calendar

MADE = datetime(2026, 9, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
# The hour that is skipped (7:00 UTC on March 8) and the one that comes twice (5:00 and 6:00 UTC on November 1).
CLOCK_CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC) - SECOND,
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 7, tzinfo=UTC),
    datetime(2027, 1, 15, 21, tzinfo=UTC),
]


def one(at: datetime | date, uid: str = "due@pghlab") -> CalendarDate:
    return CalendarDate(uid=uid, title="Proposals due", starts_at=at, changed_at=MADE, sequence=2)


def read_back(dates: list[CalendarDate]) -> list[datetime]:
    events = Calendar.from_ical(write_calendar("Cohort 12", dates)).walk("VEVENT")
    return [event["dtstart"].dt.astimezone(UTC) for event in events]


def test_a_moment_is_read_back_as_the_same_moment_also_when_clocks_change():
    assert read_back([one(at, str(at)) for at in CLOCK_CHANGES]) == CLOCK_CHANGES


def test_the_hour_that_comes_twice_would_be_read_wrong_if_it_were_written_in_local_time(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(calendars, "local_or_utc", lambda at: at.astimezone(calendars.EASTERN))

    assert read_back([one(at, str(at)) for at in CLOCK_CHANGES]) != CLOCK_CHANGES


def test_every_day_of_ten_years_is_read_back_as_the_same_moment():
    noons = [datetime(2024, 1, 1, 17, 30, tzinfo=UTC) + timedelta(days=day, hours=day % 24) for day in range(3650)]

    assert read_back([one(at, str(at)) for at in noons]) == noons


def disagreements(written: bytes) -> list[datetime]:
    """The hours of three years for which the zone written in a file says another time than the City's clocks."""
    zone = Calendar.from_ical(written).walk("VTIMEZONE")[0].to_tz(lookup_tzid=False)
    hours = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(24 * 365 * 3))
    return [at for at in hours if f"{at.astimezone(zone):%c}" != f"{at.astimezone(calendars.EASTERN):%c}"]


def test_the_zone_of_the_file_is_eastern_time_hour_for_hour():
    """A calendar may go by the rules in the file alone."""
    written = write_calendar("Cohort 12", [one(datetime(2026, 10, 16, 20, tzinfo=UTC))])

    assert Calendar.from_ical(written).walk("VEVENT")[0]["dtstart"].params["TZID"] == "America/New_York"
    assert disagreements(written) == []


def test_a_zone_whose_clocks_change_an_hour_late_is_noticed(monkeypatch: pytest.MonkeyPatch):
    late = calendars.EASTERN_RULES.replace("20070311T020000", "20070311T030000")
    monkeypatch.setattr(calendars, "EASTERN_RULES", late)

    assert disagreements(write_calendar("Cohort 12", [])) == [
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2027, 3, 14, 7, tzinfo=UTC),
        datetime(2028, 3, 12, 7, tzinfo=UTC),
    ]


def test_what_an_entry_says_is_read_back_word_for_word():
    detail = "Commas, semicolons; “quotes”, back\\slashes,\nlines and 王小明 " + "long " * 60
    session = replace(
        one(datetime(2026, 9, 9, 16, tzinfo=UTC)),
        ends_at=datetime(2026, 9, 9, 17, tzinfo=UTC),
        detail=detail.strip(),
        place="414 Grant Street; room 1",
        url="http://localhost/cohorts/12",
        cancelled=True,
    )

    (event,) = Calendar.from_ical(write_calendar("Cohort 12", [session])).walk("VEVENT")

    assert (event["summary"], event["description"], event["location"], event["url"]) == (
        "Proposals due",
        detail.strip(),
        "414 Grant Street; room 1",
        "http://localhost/cohorts/12",
    )
    assert (event["sequence"], event["last-modified"].dt, event["status"]) == (2, MADE, "CANCELLED")
    assert event["dtend"].dt.astimezone(UTC) == session.ends_at


def test_a_day_is_a_whole_day_and_takes_up_nobodys_time():
    (event,) = Calendar.from_ical(write_calendar("Cohort 12", [one(date(2026, 11, 1))])).walk("VEVENT")

    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 11, 1), date(2026, 11, 2))
    assert (event["transp"], event["status"]) == ("TRANSPARENT", "CONFIRMED")


def test_a_calendar_without_dates_is_a_calendar():
    assert Calendar.from_ical(write_calendar("Cohort 12", [])).walk("VEVENT") == []


def method(organizer: str, *cancelled: bool) -> str:
    dates = [replace(one(MADE, f"{number}@pghlab"), cancelled=gone) for number, gone in enumerate(cancelled)]
    return str(Calendar.from_ical(write_calendar("Cohort 12", dates, organizer=organizer))["method"])


def test_only_a_mailed_file_whose_dates_are_all_cancelled_asks_to_take_them_out():
    assert method("lab@example.org", True) == method("lab@example.org", True, True) == "CANCEL"
    assert method("lab@example.org", True, False) == method("lab@example.org", False) == "PUBLISH"
    assert method("", True) == "PUBLISH", "a file that is subscribed to keeps listing what is cancelled"


def test_a_mailed_file_names_who_sends_it():
    [event] = Calendar.from_ical(write_calendar("x", [one(MADE)], organizer="lab@example.org")).walk("VEVENT")
    [public] = Calendar.from_ical(write_calendar("x", [one(MADE)])).walk("VEVENT")
    assert (event["organizer"], "organizer" in public) == ("mailto:lab@example.org", False)
