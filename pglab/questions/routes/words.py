"""How topics and ages of questions are said."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from pglab.core.workdays import workdays_since
from pglab.questions import policy
from pglab.questions.models import Question
from pglab.questions.states import QuestionStatus, Topic
from pglab.web.filters import plural


class About(Protocol):
    """A question or an answer: it has a topic, or a challenge."""

    @property
    def topic(self) -> Any: ...

    @property
    def area_slug(self) -> Any: ...


def about_words(areas: Iterable[dict[str, Any]]) -> Callable[[About], str]:
    """A function that says what a question is about: its challenge by title, or its topic."""
    titles = {area["slug"]: area["title"] for area in areas}
    return lambda thing: titles.get(thing.area_slug or "", Topic(thing.topic).spoken)


def age(question: Question, now: datetime) -> tuple[str, str]:
    """How long a question has waited, in business days, and the color of the chip."""
    if question.status is not QuestionStatus.WAITING or question.confirmed_at is None:
        return STATE_WORDS[question.status]
    days = workdays_since(question.confirmed_at, now)
    if not days:
        return "New", "blue"
    return f"Waiting {plural(days, 'day')}", "red" if days > policy.LATE_AFTER else "yellow"


STATE_WORDS = {
    QuestionStatus.UNCONFIRMED: ("Not confirmed", "gray"),
    QuestionStatus.WAITING: ("Waiting", "yellow"),
    QuestionStatus.IN_REVIEW: ("With second reader", "blue"),
    QuestionStatus.PUBLISHED: ("Published", "green"),
    QuestionStatus.DECLINED: ("Not answered", "gray"),
    QuestionStatus.ALREADY_ANSWERED: ("Answered before", "gray"),
    QuestionStatus.CORRECTING: ("Correction begun", "yellow"),
    QuestionStatus.CORRECTION_IN_REVIEW: ("Correction with second reader", "blue"),
}
