"""Dates as a calendar file (RFC 5545) that phones and calendars read.

A moment is written in Eastern time with the rules of that time zone beside it. One in the hour that comes twice in
November is written in UTC: there a local time means the first of the two, which may be the wrong one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pglab.core.clock import EASTERN

PRODUCT = "-//City of Pittsburgh//PGH Lab//EN"
# Eastern time since 2007. Written by hand: the library's own puts the change in March an hour late.
EASTERN_RULES = f"""BEGIN:VTIMEZONE
TZID:{EASTERN.key}
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZNAME:EDT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZNAME:EST
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
"""
DAY = timedelta(days=1)
When = date | datetime


@dataclass(frozen=True)
class CalendarDate:
    """One entry: a moment, a span of time, or a whole day.

    `uid` never changes while the thing is the same; `sequence` grows and `changed_at` moves when its date does, so that
    a calendar that holds it already corrects it. A moment has no `ends_at`; a day is a plain date.
    """

    uid: str
    title: str
    starts_at: When
    changed_at: datetime
    ends_at: datetime | None = None
    detail: str = ""
    place: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False


def local_or_utc(at: When) -> When:
    """How a moment is written: in Eastern time, but in UTC where a local time would mean another moment."""
    if not isinstance(at, datetime):
        return at
    local = at.astimezone(EASTERN)
    return at.astimezone(UTC) if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset() else local


def write_calendar(name: str, dates: Iterable[CalendarDate], *, organizer: str = "") -> bytes:
    """The calendar file of these dates, with the rules of Eastern time.

    A file that goes out by mail names its `organizer`, the address it comes from. When all its dates are cancelled it
    asks the calendar to take them out (METHOD:CANCEL, RFC 5546 section 3.2.5).
    """
    entries = list(dates)
    # Loaded by the first calendar: most requests of a web process make none.
    from icalendar import Calendar, Event, Timezone  # noqa: PLC0415  (as said above)

    calendar = Calendar()
    for key, said in {
        "prodid": PRODUCT,
        "version": "2.0",
        "calscale": "GREGORIAN",
        "method": "CANCEL" if organizer and all(each.cancelled for each in entries) else "PUBLISH",
        "name": name,
        "x-wr-calname": name,
        "x-wr-timezone": EASTERN.key,
    }.items():
        calendar.add(key, said)
    calendar.add_component(Timezone.from_ical(EASTERN_RULES))
    for each in entries:
        event = Event()
        event.add("uid", each.uid)
        if organizer:
            event.add("organizer", f"mailto:{organizer}")
        event.add("summary", each.title)
        event.add("dtstamp", each.changed_at.astimezone(UTC))
        event.add("last-modified", each.changed_at.astimezone(UTC))
        event.add("sequence", each.sequence)
        event.add("dtstart", local_or_utc(each.starts_at))
        for name_of_part, part in _rest(each).items():
            event.add(name_of_part, part)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _rest(each: CalendarDate) -> dict[str, object]:
    """What not every date has. A deadline or a day takes up nobody's time; a session does."""
    told: dict[str, object] = {"transp": "OPAQUE" if each.ends_at else "TRANSPARENT"}
    if each.ends_at:
        told["dtend"] = local_or_utc(each.ends_at)
    elif not isinstance(each.starts_at, datetime):
        told["dtend"] = each.starts_at + DAY
    told["status"] = "CANCELLED" if each.cancelled else "CONFIRMED"
    return told | {
        key: said for key, said in (("description", each.detail), ("location", each.place), ("url", each.url)) if said
    }
