"""The order in which the dates of a call follow each other."""

from datetime import date, datetime
from itertools import pairwise
from typing import Any, Protocol

from pglab.core.clock import EASTERN, official_now
from pglab.core.errors import RuleError
from pglab.web.filters import et_date, et_long

DATE_ORDER = (
    ("publish_at", "Publication"),
    ("questions_due_at", "The last day for questions"),
    ("answers_due_at", "The last day for answers"),
    ("closes_at", "The deadline"),
    ("scores_due_at", "The date scores are due"),
)
# The days after the scores, in the order of the stages; those of stages that a call does not have are left out.
DAY_ORDER = (
    ("pitch_on", "The day of the pitches"),
    ("feasibility_on", "The feasibility reviews"),
    ("decision_on", "Decisions"),
)
MAY_COINCIDE = ("answers_due_at", "closes_at")


class Dated(Protocol):
    """Anything with the dates of a call: a new cohort, changed dates, an RFP."""

    @property
    def publish_at(self) -> datetime: ...
    @property
    def questions_due_at(self) -> datetime: ...
    @property
    def answers_due_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def scores_due_at(self) -> datetime: ...
    @property
    def decision_on(self) -> date: ...


def check_dates(dated: Dated) -> None:
    """Each date comes after the one before it (answers and deadline may coincide with theirs); RuleError beside the
    first that does not, naming both."""
    for (earlier, earlier_name), (later, later_name) in pairwise(DATE_ORDER):
        first, second = getattr(dated, earlier), getattr(dated, later)
        if second < first or (second == first and later not in MAY_COINCIDE):
            raise RuleError(
                f"{later_name} ({et_long(second)}) must come after {in_sentence(earlier_name)} ({et_long(first)}).",
                field=later,
            )
    check_days(dated)


def check_days(dated: Dated) -> None:
    """The days of pitches, feasibility reviews and decisions follow the scores and each other; they may coincide."""
    last, said = (
        dated.scores_due_at.astimezone(EASTERN).date(),
        f"the date scores are due ({et_long(dated.scores_due_at)})",
    )
    for field, name in DAY_ORDER:
        day: Any = getattr(dated, field, None)
        if day is None:
            continue
        if day < last:
            raise RuleError(f"{name} ({et_date(day)}) must come after {said}.", field=field)
        last, said = day, f"{in_sentence(name)} ({et_date(day)})"


def missing_days(dated: Any) -> list[tuple[str, str]]:
    """The days that a call's stages need and nobody has entered yet: field and sentence."""
    needed = [
        ("pitch_on", dated.has_pitch, "Finalists pitch, but the day of the pitches is not set."),
        ("feasibility_on", dated.has_feasibility, "Host departments review feasibility, but it is not said by when."),
    ]
    return [(field, said) for field, stage, said in needed if stage and getattr(dated, field) is None]


def check_deadline_ahead(closes_at: datetime) -> None:
    """A call is planned for a deadline that is still to come."""
    if closes_at <= official_now():
        raise RuleError(f"The deadline ({et_long(closes_at)}) has passed already.", field="closes_at")


def check_pilot_dates(start_on: date, end_on: date) -> None:
    """Pilots end after they start."""
    if end_on <= start_on:
        raise RuleError(
            f"The end of the pilots ({et_date(end_on)}) must come after their start ({et_date(start_on)}).",
            field="pilot_end_on",
        )


def in_sentence(name: str) -> str:
    """The name as it reads inside a sentence."""
    return name[:1].lower() + name[1:]
