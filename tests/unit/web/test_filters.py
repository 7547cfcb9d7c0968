"""Dates, times, money and sizes are written as the content style says, also on the days the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pglab.web import filters

DEADLINE = datetime(2026, 10, 16, 20, 0, tzinfo=UTC)
SUBMITTED = datetime(2026, 10, 16, 18, 14, 7, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (filters.et_long(DEADLINE), "Friday, October 16, 2026, 4:00 p.m. ET"),
        (filters.et_short(DEADLINE), "Oct 16, 2026, 4:00 p.m. ET"),
        (filters.unbroken(filters.et_long(DEADLINE)), "Friday, October 16, 2026, 4:00\u00a0p.m.\u00a0ET"),
        (filters.unbroken(""), ""),
        (filters.et_time(datetime(2026, 1, 5, 5, 5, tzinfo=UTC)), "12:05 a.m. ET"),
        (filters.et_time(datetime(2026, 1, 5, 17, 5, tzinfo=UTC)), "12:05 p.m. ET"),
        (filters.et_seconds(SUBMITTED), "Friday, October 16, 2026, 2:14:07 p.m. ET"),
        (filters.et_seconds(SUBMITTED, precise=True), "Friday, October 16, 2026, 2:14:07.123 p.m. ET"),
        (filters.et_date(DEADLINE), "Friday, October 16, 2026"),
        (filters.et_date(date(2026, 5, 1)), "Friday, May 1, 2026"),
        (filters.et_day(datetime(2027, 1, 1, 4, 59, tzinfo=UTC)), "Dec 31, 2026"),
        (filters.et_iso(DEADLINE), "2026-10-16T16:00:00-04:00"),
        (filters.et_iso(date(2026, 5, 1)), "2026-05-01"),
        (filters.part_date("2016-08-02"), "August 2, 2016"),
        (filters.part_date("2016-08"), "August 2016"),
        (filters.part_date("2016"), "2016"),
        (filters.part_date(None), ""),
        (filters.et_offset(DEADLINE), "UTC −04:00"),
        (filters.et_offset(datetime(2026, 12, 1, tzinfo=UTC)), "UTC −05:00"),
    ],
)
def test_times_are_eastern_and_say_so(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 8, 6, 59, tzinfo=UTC), "Sunday, March 8, 2026, 1:59 a.m. ET"),
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "Sunday, March 8, 2026, 3:00 a.m. ET"),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "Sunday, November 1, 2026, 1:30 a.m. ET"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "Sunday, November 1, 2026, 1:30 a.m. ET"),
    ],
)
def test_clock_change_days(at: datetime, expected: str) -> None:
    assert filters.et_long(at) == expected


def test_an_instant_just_past_the_deadline_is_not_shown_as_the_deadline() -> None:
    late = DEADLINE + timedelta(microseconds=1)

    assert filters.et_seconds(late, precise=True) == "Friday, October 16, 2026, 4:00:00.000001 p.m. ET"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        filters.et_long(datetime(2026, 10, 16, 16, 0))  # noqa: DTZ001  # the point of the test


def test_nothing_is_written_as_nothing() -> None:
    assert [filters.et_long(None), filters.et_date(None), filters.money(None), filters.filesize(None)] == [""] * 4


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(days=3), "3 days 0 hours left"),
        (timedelta(days=1, hours=1), "1 day 1 hour left"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 hours 59 minutes left"),
        (timedelta(hours=1), "1 hour 0 minutes left"),
        (timedelta(minutes=12, seconds=40), "12 minutes left"),
        (timedelta(seconds=59), "less than a minute left"),
        (timedelta(0), "less than a minute left"),
        (timedelta(microseconds=-1), "Closed"),
    ],
)
def test_time_left(before: timedelta, expected: str) -> None:
    assert filters.time_left(DEADLINE - before, DEADLINE) == expected


def test_recent_times_have_a_word_and_older_ones_a_date() -> None:
    hours = [timedelta(hours=1), timedelta(hours=20), timedelta(days=3)]

    assert [filters.et_recent(DEADLINE - before, DEADLINE) for before in hours] == [
        "today 3:00 p.m. ET",
        "yesterday 8:00 p.m. ET",
        "Oct 13, 2026, 4:00 p.m. ET",
    ]


def test_money() -> None:
    assert [filters.money(2_500_000), filters.money_plain(2_500_000), filters.money(-1_000_000)] == [
        "$25,000.00",
        "25,000.00",
        "−$10,000.00",
    ]
    assert [filters.dollars(2_500_000), filters.dollars(625_050), filters.money(0)] == ["$25,000", "$6,250.50", "$0.00"]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (640_000, "640 kB"),
        (999_999, "1 MB"),
        (22_800_000, "22.8 MB"),
        (25_000_000, "25 MB"),
    ],
)
def test_file_sizes(size: int, expected: str) -> None:
    assert filters.filesize(size) == expected


def test_counts_and_lists() -> None:
    assert [filters.plural(1, "proposal"), filters.plural(1200, "proposal"), filters.plural(2, "party", "parties")] == [
        "1 proposal",
        "1,200 proposals",
        "2 parties",
    ]
    assert [filters.ordinal(number) for number in (1, 2, 3, 4, 11, 12, 21)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "21st",
    ]  # fmt: skip
    assert [filters.listed(["Dana"]), filters.listed(["Dana", "Lee"]), filters.listed(["A", "B", "C"], "or")] == [
        "Dana",
        "Dana and Lee",
        "A, B or C",
    ]
    assert filters.listed([]) == ""


def test_fingerprints_are_read_in_groups() -> None:
    assert filters.fingerprint("9f2c41ab00") == "9f2c 41ab 00"


def test_plain_text_is_shown_and_never_run() -> None:
    assert filters.paragraphs("<script>x</script>\nline\n\nnext & last") == (
        "<p>&lt;script&gt;x&lt;/script&gt;<br>line</p><p>next &amp; last</p>"
    )


@pytest.mark.parametrize(
    ("action", "spoken"),
    [
        ("rfp.proposals_opened", "RFP: proposals opened"),
        ("payment_request.approved", "Payment request: approved"),
        ("role.granted", "Role: granted"),
    ],
)
def test_audited_acts_have_names_people_read(action: str, spoken: str) -> None:
    assert filters.act(action) == spoken
