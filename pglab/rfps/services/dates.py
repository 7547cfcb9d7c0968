"""The order in which the dates of a call follow each other."""

from datetime import date, datetime
from itertools import pairwise
from typing import Protocol

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
    if dated.decision_on < dated.scores_due_at.astimezone(EASTERN).date():
        raise RuleError(
            f"Decisions ({et_date(dated.decision_on)}) must come after the date scores are due "
            f"({et_long(dated.scores_due_at)}).",
            field="decision_on",
        )


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
