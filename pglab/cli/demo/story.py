"""Telling the story: each step at its moment of official time, in a transaction of its own, exactly once.

The audit log says how far it was told, for every step leaves an entry there in its own transaction. A load that was
cut off at any moment goes on where it stopped, counting from the day on which it began.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

import psycopg
from sqlalchemy import exists, func, select
from sqlalchemy.engine import make_url

from pglab.audit.models import AuditEvent
from pglab.audit.services import record
from pglab.core.clock import EASTERN, machine_now
from pglab.core.db import db, transaction
from pglab.core.ids import uuid7

BEGUN, COMPLETED = "demo.begun", "demo.completed"
MOVE = "UPDATE official_clock SET shift = %s - clock_timestamp(), frozen_at = NULL"
PUT_BACK = "UPDATE official_clock SET shift = '0', frozen_at = NULL"
ONE_AT_A_TIME = "SELECT pg_advisory_lock(7250090)"
# No step takes as long as this, so a step that is over ended before the next one begins.
A_MOMENT = timedelta(minutes=10)
MON, TUE, WED, THU, FRI = range(5)


@dataclass(frozen=True)
class Step:
    """One thing that happens: when, in a few words, and what to do."""

    at: datetime
    title: str
    do: Callable[[], object]


@dataclass
class Demo:
    """What the log says of the demo itself: that it began, and that it is complete."""

    id: UUID

    def __str__(self) -> str:
        return "Demo: a made-up city"


@dataclass(frozen=True)
class Calendar:
    """Days of the story, told from the day on which loading began; all clock times are Eastern."""

    today: date

    def week(self, weeks: int, weekday: int, clock: str) -> datetime:
        """A working day of a week before (negative) or after this one."""
        return self.at(self.week_day(weeks, weekday), clock)

    def week_day(self, weeks: int, weekday: int) -> date:
        """The date of a weekday so many weeks before or after this week."""
        return self.today + timedelta(weeks=weeks, days=weekday - self.today.weekday())

    def day(self, days: int) -> date:
        """So many days from today; a weekend moves away from today, to the Friday before or the Monday after."""
        found = self.today + timedelta(days=days)
        if found.weekday() > FRI:
            found += timedelta(days=7 - found.weekday() if days > 0 else FRI - found.weekday())
        return found

    def days(self, days: int, clock: str) -> datetime:
        """A clock time so many days from today."""
        return self.at(self.day(days), clock)

    def at(self, day: date, clock: str) -> datetime:
        """An instant from a local date and time such as `16:00`."""
        return datetime.combine(day, time.fromisoformat(clock), EASTERN)

    def on(self, when: tuple[int, str], title: str, do: Callable[..., object], *given: object) -> Step:
        """A step so many days from today at a clock time; what City people do is never on a weekend.

        A weekend day of the past counts as the Friday before it: what needs another step has a later hour as well, and
        needs none that `any_day` put on that weekend.
        """
        return Step(self.days(*when), title, partial(do, *given))

    def any_day(self, when: tuple[int, str], title: str, do: Callable[..., object], *given: object) -> Step:
        """A step so many days from today at a clock time; startups also work on weekends."""
        days, clock = when
        return Step(self.at(self.today + timedelta(days=days), clock), title, partial(do, *given))

    def act(self, when: tuple[int, int, str], title: str, do: Callable[..., object], *given: object) -> Step:
        """A step on a weekday of some week (negative: before this one) at a clock time."""
        return Step(self.week(*when), title, partial(do, *given))


def is_complete() -> bool:
    """Whether a story was told to its end here. It then stays as it is, also when the code tells a longer one now."""
    return bool(db.session.scalar(select(exists().where(AuditEvent.action == COMPLETED))))


def find_first_day() -> date | None:
    """The day from which the story counts that was begun here."""
    change = db.session.scalar(select(AuditEvent.change).where(AuditEvent.action == BEGUN).order_by(AuditEvent.seq))
    return date.fromisoformat(json.loads(change)["after"]["today"]) if change else None


def begin() -> Calendar:
    """Note the day on which the story begins, today."""
    calendar = Calendar(machine_today())
    with transaction():
        record(BEGUN, Demo(uuid7()), actor=None, after={"today": calendar.today.isoformat()})
    return calendar


def machine_today() -> date:
    """Today in Pittsburgh by this machine's clock: the demo moves the official one."""
    return machine_now().astimezone(EASTERN).date()


def tell(steps: Iterable[Step], *, owner_url: str) -> int:
    """Tell every step that was not told yet, oldest first; returns how many. The official time ends unmoved, and only
    then the story counts as complete."""
    ordered = in_order(steps)
    with moved_time(owner_url) as move_to:
        told = told_until(ordered)
        left = [(step, at) for step, at in ordered if told is None or at > told]
        for step, at in left:
            move_to(at)
            with transaction():
                step.do()
            db.session.remove()  # the next step finds everything as another request would
    with transaction():
        record(COMPLETED, Demo(uuid7()), actor=None)
    return len(left)


def told_until(ordered: Sequence[tuple[Step, datetime]]) -> datetime | None:
    """The moment the story had come to when it was cut off, None when it has hardly begun.

    What stood on the log before it began, and what happened after the time of its last step, is not part of it.
    """
    began = select(func.min(AuditEvent.seq)).where(AuditEvent.action == BEGUN).scalar_subquery()
    end = ordered[-1][1] + A_MOMENT
    latest: datetime | None = db.session.scalar(
        select(func.max(AuditEvent.at)).where(AuditEvent.seq > began, AuditEvent.at < end)
    )
    return latest


@contextmanager
def moved_time(owner_url: str) -> Iterator[Callable[[datetime], object]]:
    """Gives the function that sets the official time, which only the database's owner may do; from there it runs on.

    Whatever happens, it is the machine's time again afterwards. Two loads at once wait for each other.
    """
    address = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute(ONE_AT_A_TIME)
        try:
            yield lambda at: owner.execute(MOVE, [at])
        finally:
            db.session.remove()
            owner.execute(PUT_BACK)


def in_order(steps: Iterable[Step]) -> Sequence[tuple[Step, datetime]]:
    """Steps by time; those that fall on the same moment follow each other by a few minutes, in the order given."""
    found: list[tuple[Step, datetime]] = []
    for step in sorted(steps, key=lambda step: step.at):
        found.append((step, max(step.at, found[-1][1] + A_MOMENT) if found else step.at))
    return found
