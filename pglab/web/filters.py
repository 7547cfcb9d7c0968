"""How dates, times, money and sizes are written on every page (docs: the content style of the City).

Times are shown in Eastern time and always say "ET"; money carries its dollar sign; nothing people rely on is
rounded. An empty value is written as nothing, so that a page never says "None".
"""

from datetime import date, datetime, time
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from pglab.core.clock import EASTERN
from pglab.core.money import format_dollars, format_money
from pglab.core.text import count_words

KILO = 1000


def eastern(at: datetime) -> datetime:
    """The instant on the City's clock; ValueError for a time that does not say its zone."""
    if at.tzinfo is None:
        raise ValueError("A time without a zone cannot be shown.")
    return at.astimezone(EASTERN)


def clock_words(clock: time | datetime, *, seconds: str = "") -> str:
    """`4:00 p.m.`; `seconds` (":07", ":07.123") stands after the minutes."""
    half = "a.m." if clock.hour < 12 else "p.m."
    return f"{clock.hour % 12 or 12}:{clock.minute:02d}{seconds} {half}"


def day_words(day: date) -> str:
    """`October 16, 2026`."""
    return f"{day:%B} {day.day}, {day.year}"


def et_long(at: datetime | None) -> str:
    """`Friday, October 16, 2026, 4:00 p.m. ET`."""
    return f"{et_date(at)}, {clock_words(eastern(at))} ET" if at else ""


def et_short(at: datetime | None) -> str:
    """`Oct 16, 2026, 4:00 p.m. ET`."""
    return f"{et_day(at)}, {clock_words(eastern(at))} ET" if at else ""


def et_brief(at: datetime | None) -> str:
    """`Fri, Oct 16, 4:00 p.m. ET`: for the subject of a mail, which says the year inside."""
    return f"{eastern(at):%a, %b} {eastern(at).day}, {clock_words(eastern(at))} ET" if at else ""


def et_time(at: datetime | None) -> str:
    """`4:00 p.m. ET`."""
    return f"{clock_words(eastern(at))} ET" if at else ""


def et_seconds(at: datetime | None, *, precise: bool = False) -> str:
    """`Friday, October 16, 2026, 2:14:07 p.m. ET`.

    Precise adds thousandths, cut and never rounded past a deadline; all six places where three would show only zeros.
    """
    if not at:
        return ""
    local = eastern(at)
    part = f".{local.microsecond:06d}"
    seconds = f":{local.second:02d}" + ((part if 0 < local.microsecond < KILO else part[:4]) if precise else "")
    return f"{et_date(at)}, {clock_words(local, seconds=seconds)} ET"


def unbroken(moment: str) -> str:
    """The same moment with its hour in one piece: no line ends between `4:00` and `p.m. ET`."""
    day, comma, hour = moment.rpartition(", ")
    return day + comma + hour.replace(" ", "\u00a0")


def et_offset(at: datetime | None) -> str:
    """`UTC −04:00`: what the City's clock differs from universal time at that instant."""
    if not at:
        return ""
    written = f"{eastern(at):%z}"
    return f"UTC {written[0].replace('-', chr(0x2212))}{written[1:3]}:{written[3:5]}"


def local_day(at: date | datetime) -> date:
    """The day on the City's calendar."""
    return eastern(at).date() if isinstance(at, datetime) else at


def et_date(at: date | datetime | None) -> str:
    """`Friday, October 16, 2026`, of an instant or of a plain date."""
    return f"{local_day(at):%A}, {day_words(local_day(at))}" if at else ""


def et_day(at: date | datetime | None) -> str:
    """`Oct 16, 2026`, for tables."""
    return f"{local_day(at):%b} {local_day(at).day}, {local_day(at).year}" if at else ""


def et_iso(at: date | datetime | None) -> str:
    """For machines: `2026-10-16T16:00:00-04:00`, or `2026-10-16` for a plain date."""
    return (eastern(at).isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat()) if at else ""


def part_date(written: str | None) -> str:
    """A date as exact as it is known: `August 2, 2016`, `July 2016` or `2016`."""
    parts = [int(part) for part in (written or "").split("-") if part]
    if len(parts) == 1:
        return str(parts[0])
    whole = date(*[*parts, 1][:3]) if parts else None
    return "" if whole is None else day_words(whole) if len(parts) == 3 else f"{whole:%B} {whole.year}"


def et_recent(at: datetime | None, now: datetime) -> str:
    """`today 3:42 p.m. ET` or `yesterday 6:12 p.m. ET`; the date itself when longer ago or still to come."""
    if not at:
        return ""
    days = (eastern(now).date() - eastern(at).date()).days
    word = {0: "today", 1: "yesterday"}.get(days)
    return f"{word} {et_time(at)}" if word else et_short(at)


def time_left(now: datetime, at: datetime) -> str:
    """`3 days 0 hours left`; hours and minutes on the last day; `Closed` when the instant has passed."""
    seconds = int((at - now).total_seconds())
    if now > at:
        return "Closed"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{plural(days, 'day')} {plural(hours % 24, 'hour')} left"
    if hours:
        return f"{plural(hours, 'hour')} {plural(minutes % 60, 'minute')} left"
    return f"{plural(minutes, 'minute')} left" if minutes else "less than a minute left"


def money(cents: int | None) -> str:
    """`$25,000.00`; a negative amount with a true minus sign."""
    return "" if cents is None else format_money(cents)


def money_plain(cents: int | None) -> str:
    """`25,000.00`, under a column that says it is dollars."""
    return money(cents).replace("$", "")


def dollars(cents: int | None) -> str:
    """`$25,000` in running text; cents only when there are some."""
    return "" if cents is None else format_dollars(cents)


def filesize(size: int | None) -> str:
    """`22.8 MB`, `640 kB`, `512 bytes`."""
    if size is None:
        return ""
    if size < KILO:
        return plural(size, "byte")
    if size < KILO * KILO:
        return f"{max(1, round(size / KILO)):,} kB" if round(size / KILO) < KILO else "1 MB"
    return f"{size / KILO / KILO:.1f}".removesuffix(".0") + " MB"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 proposal`, `3 proposals`, `1,200 proposals`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def fingerprint(digest: str | None) -> str:
    """A hash in groups of four, so that two people can compare it aloud."""
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4)) if digest else ""


def paragraphs(text: str | None) -> Markup:
    """Plain text as paragraphs and line breaks; everything in it is shown, nothing is run."""
    blocks = [block.strip("\n") for block in (text or "").split("\n\n") if block.strip()]
    inner = (Markup("<br>").join(escape(line) for line in block.split("\n")) for block in blocks)
    return Markup("").join(Markup("<p>{}</p>").format(block) for block in inner)


def listed(names: list[str], word: str = "and") -> str:
    """`Dana`, `Dana and Lee`, `Dana, Lee and Sam`."""
    return f" {word} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def act(action: str) -> str:
    """The name of an audited act as people read it: `rfp.proposals_opened` is `RFP: proposals opened`."""
    subject, _, event = action.partition(".")
    spoken = "RFP" if subject == "rfp" else subject.replace("_", " ").capitalize()
    return f"{spoken}: {event.replace('_', ' ')}"


def register(app: Flask) -> None:
    """Give the filters to the templates of an app."""
    named: tuple[Any, ...] = (
        et_long, et_short, et_time, et_seconds, et_offset, unbroken, et_date, et_day, et_iso, part_date, et_recent,
        money, money_plain, dollars, filesize, plural, ordinal, fingerprint, paragraphs, listed, act,
    )  # fmt: skip  # one name a line would be longer than the functions
    app.jinja_env.filters.update({function.__name__: function for function in named})
    app.jinja_env.filters["word_count"] = count_words
    app.jinja_env.globals["time_left"] = time_left
