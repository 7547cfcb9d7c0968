"""The demo is told from today, and what the City does is never on a weekend: so its days fall together otherwise on
every day of the week. It loads on each."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import NoResultFound

from pglab.cli.demo import commands, front_desk, people, story
from pglab.cli.demo.story import Calendar, Step
from tests.support import databases

pytestmark = pytest.mark.slow

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
On = Callable[[str], None]


@pytest.fixture
def nowhere() -> Iterator[Flask]:
    """The product on an empty database."""
    with (
        databases.copy_of(databases.empty_database(), databases.run_name("demo_day")) as own,
        databases.app_on(own) as app,
    ):
        yield app


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """Have the story told from the last such day."""

    def choose(weekday: str) -> None:
        today = story.machine_today()
        last = today - timedelta(days=(today.weekday() - WEEKDAYS.index(weekday)) % 7)
        monkeypatch.setattr(story, "machine_today", lambda: last)

    return choose


@pytest.mark.parametrize("weekday", WEEKDAYS)
def test_the_demo_loads_on_any_day(nowhere: Flask, on: On, weekday: str):
    on(weekday)
    result = nowhere.test_cli_runner().invoke(args=["demo", "load"])
    assert (result.exit_code, result.exception) == (0, None)


def test_an_answer_before_its_question_ends_the_load(nowhere: Flask, on: On, monkeypatch: pytest.MonkeyPatch):
    """Negative control: on Mondays nine days ago was a Saturday, and eight count as the Friday before it."""

    def too_early(calendar: Calendar) -> list[Step]:
        asked = calendar.any_day((-9, "09:20"), "a message", front_desk.send_message_of, front_desk.HELPED)
        return [*people.steps(calendar), asked, calendar.on((-8, "10:05"), "it is answered", front_desk.answer)]

    monkeypatch.setattr(commands, "story", too_early)
    on("Monday")
    result = nowhere.test_cli_runner().invoke(args=["demo", "load"])
    assert isinstance(result.exception, NoResultFound)
