"""Fields for days and for instants in Eastern time."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from wtforms.utils import unset_value
from wtforms.widgets import DateInput

from pglab.core.clock import EASTERN, eastern_readings
from pglab.core.text import is_blank
from pglab.web.filters import clock_words, day_words
from pglab.web.forms.form import AskedField

ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
US_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
CLOCK = re.compile(r"([0-9]{1,2})(?::([0-9]{2})(?::00(?:\.0+)?)?)?\s*(?:([ap])\.?\s?m\.?)?", re.IGNORECASE)
YEARS = range(1800, 2101)


def read_day(written: str) -> date:
    """The day in `2026-10-16` (what date controls send) or `10/16/2026`; ValueError for a day that is not real."""
    iso, american = ISO_DAY.fullmatch(written.strip()), US_DAY.fullmatch(written.strip())
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif american:
        month, day, year = (int(part) for part in american.groups())
    else:
        raise ValueError("Enter a real date")
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise ValueError("Enter a real date") from error
    if found.year not in YEARS:
        raise ValueError("Enter a real date")
    return found


def read_clock(written: str) -> time:
    """The time of day in `16:00` (what time controls send) or `4:00 p.m.`; ValueError for anything else."""
    match = CLOCK.fullmatch(written.strip())
    if match is None or (match[2] is None and match[3] is None):
        raise ValueError("Enter a time, like 4:00 p.m.")
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError("Enter a time, like 4:00 p.m.")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise ValueError("Enter a time, like 4:00 p.m.")
    return time(hour, minute)


class DateField(AskedField):
    """A real day of the calendar."""

    widget = DateInput()
    kind = "date"
    data: date | None

    def read(self, written: str) -> date:
        return read_day(written)

    def write(self, answer: Any) -> str:
        """As date controls want it; what is no day as it was typed."""
        return answer.isoformat() if isinstance(answer, date) else str(answer or "")


class EasternDateTimeField(AskedField):
    """A day and a time in Eastern time, asked in two controls and kept as an instant in UTC.

    A time that the clock change skips or repeats is refused, with the two instants it could mean.
    """

    kind = "moment"
    data: datetime | None

    def __init__(self, label: str | None = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.typed_day, self.typed_clock = "", ""
        self.wrong_part = "date"

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Sequence[Any] | None = None) -> None:
        """Take the two controls together; a missing one counts as empty."""
        super().process(None, data, extra_filters)
        self.raw_data = None
        if formdata is None:
            return
        self.raw_data = [*formdata.getlist(f"{self.name}-date")[:1], *formdata.getlist(f"{self.name}-time")[:1]]
        self.typed_day = "".join(formdata.getlist(f"{self.name}-date")[:1]).replace("\x00", "")
        self.typed_clock = "".join(formdata.getlist(f"{self.name}-time")[:1]).replace("\x00", "")
        self.data = None
        try:
            self.data = self.read_parts()
        except ValueError as error:
            self.process_errors = [*self.process_errors, str(error)]

    def read_parts(self) -> datetime | None:
        """The instant that the two controls mean; None when both are empty."""
        if is_blank(self.typed_day) and is_blank(self.typed_clock):
            return None
        if is_blank(self.typed_day):
            raise ValueError(f"Enter the date of {self.thing}")
        day = read_day(self.typed_day)
        self.wrong_part = "time"
        if is_blank(self.typed_clock):
            raise ValueError(f"Enter the time of {self.thing}")
        return only_reading(day, read_clock(self.typed_clock))

    @property
    def focus_id(self) -> str:
        """The control a problem leads to: the date, or the time when the date is in order."""
        return f"{self.id}-{self.wrong_part}"

    @property
    def day_value(self) -> str:
        """What the date control shows."""
        if self.raw_data is not None:
            return self.typed_day
        return self.data.astimezone(EASTERN).date().isoformat() if self.data else ""

    @property
    def clock_value(self) -> str:
        """What the time control shows."""
        if self.raw_data is not None:
            return self.typed_clock
        return self.data.astimezone(EASTERN).strftime("%H:%M") if self.data else ""


def only_reading(day: date, clock: time) -> datetime:
    """The one instant (UTC) that a local time means; ValueError naming both readings when it means none or two."""
    readings = eastern_readings(day, clock)
    if len(readings) == 1:
        return readings[0]
    local = f"{clock_words(clock)} on {day_words(day)}"
    if readings:
        first, second = (f"{reading:%H:%M} UTC" for reading in readings)
        raise ValueError(f"{local} happens twice because the clocks change: {first} and {second}. Choose another time.")
    naive = datetime.combine(day, clock, tzinfo=UTC)
    first, second = (f"{naive + timedelta(hours=hours):%H:%M} UTC" for hours in (4, 5))
    raise ValueError(
        f"{local} does not exist because the clocks change. It could mean {first} or {second}. Choose another time."
    )
