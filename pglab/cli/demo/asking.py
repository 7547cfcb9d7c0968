"""Questions of the demo: who asks, who writes the answer, who reads and publishes it. Texts in `questions.json`."""

import json
from functools import cache
from typing import Any

from sqlalchemy import select

from pglab.cli.demo import city
from pglab.core.db import db
from pglab.proposals.services import tell_answers
from pglab.questions.models import Question
from pglab.questions.services import (
    Asked,
    Draft,
    ask_question,
    decline_question,
    point_to_answer,
    publish_answers,
    return_draft,
    save_draft,
    send_to_second_reader,
    start_correction,
)
from pglab.questions.states import Topic

WRITER, READER = "Priya Shah", "Marcus Bell"


@cache
def texts() -> dict[str, Any]:
    """What is asked and answered, by cohort."""
    found: dict[str, Any] = json.loads((city.FOLDER / "questions.json").read_text(encoding="utf-8"))
    return found


def about(word: str) -> tuple[Topic, str | None]:
    """The topic, or the challenge, of `stipend` or `challenge:safer-streets`."""
    topic, _, slug = word.partition(":")
    return Topic(topic), slug or None


def ask(cohort: int, name: str, word: str, text: str) -> None:
    """Somebody with an account asks."""
    person = city.person(name)
    ask_question(city.rfp(cohort), Asked(text, *about(word)), email=person.email, actor=person)


def ask_without_account(cohort: int, email: str, word: str, text: str) -> None:
    """Somebody else asks, and never opens the link."""
    ask_question(city.rfp(cohort), Asked(text, *about(word)), email=email, actor=None)


def ask_all(cohort: int, rows: list[list[str]]) -> None:
    """Several people ask."""
    for name, word, text, *_answer in rows:
        ask(cohort, name, word, text)


def asked(cohort: int, text: str) -> Question:
    """The question that was asked in these words."""
    here = (Question.rfp_id == city.rfp(cohort).id, Question.asked_text == text)
    return db.session.scalars(select(Question).where(*here)).one()


def send_all(cohort: int, rows: list[list[str]]) -> None:
    """Answers are written and handed to a second reader."""
    for _name, word, text, wording, answer, *_rest in rows:
        question = asked(cohort, text)
        draft = Draft(*about(word), wording, answer)
        send_to_second_reader(question, draft, version=question.version, actor=city.person(WRITER))


def publish_all(cohort: int, rows: list[list[str]]) -> None:
    """A second person publishes them together."""
    read = [(question, question.version) for question in (asked(cohort, row[2]) for row in rows)]
    publish_answers(city.rfp(cohort), read, actor=city.person(READER))


def keep_draft(cohort: int, row: list[str]) -> None:
    """An answer is begun."""
    _name, word, text, wording, answer = row
    question = asked(cohort, text)
    save_draft(question, Draft(*about(word), wording, answer), version=question.version, actor=city.person(WRITER))


def give_back(cohort: int, text: str, reason: str) -> None:
    """The second reader wants a change."""
    return_draft(asked(cohort, text), reason=reason, actor=city.person(READER))


def decline(cohort: int, text: str, reason: str) -> None:
    """What is no question is closed."""
    decline_question(asked(cohort, text), reason=reason, actor=city.person(WRITER))


def point(cohort: int, text: str, number: int) -> None:
    """What has been answered before is pointed to it."""
    point_to_answer(asked(cohort, text), number=number, actor=city.person(WRITER))


def begin_correction(cohort: int, text: str) -> None:
    """A published answer turns out to be incomplete."""
    start_correction(asked(cohort, text), actor=city.person(WRITER))


def correct(cohort: int, row: list[str], answer: str) -> None:
    """The corrected answer is written and handed to a second reader."""
    begin_correction(cohort, row[2])
    send_all(cohort, [[*row[:4], answer]])


def tell(cohort: int) -> None:
    """The one news of a morning goes to those who apply."""
    tell_answers(city.rfp(cohort).id)
