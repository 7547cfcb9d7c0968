"""The proposal form as startups fill it in, and program managers preview it: one control for each kind of question.

Answers are kept as text: a date as `2026-10-16`, an amount as `$2,500.00`, several choices one on each line.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import Field
from wtforms.widgets import HiddenInput

from pglab.core.money import format_money, parse_money
from pglab.rfps.models import FormQuestion, FormSection, QuestionKind
from pglab.web.forms import (
    ChoiceField,
    DateField,
    Form,
    HttpsUrlField,
    LineField,
    ManyChoiceField,
    MoneyField,
    TextField,
    WholeNumberField,
    YesNoField,
)

LONGEST_ANSWER = 20_000
ISO_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


class CarriedField(LineField):
    """Hidden: what the page showed, sent back with the answers."""

    widget = HiddenInput()


class AnswerField(TextField):
    """An answer with a word limit that a draft may still exceed: it is kept, and the message stands beside it."""

    def __init__(self, label: str | None = None, *, word_limit: int | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.word_limit = word_limit


class WholeOrNothing(WholeNumberField):
    """A whole number, also below zero."""

    def __init__(self, label: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **{"minimum": -self.largest, **kwargs})


# Kind -> its field, and what it needs beside the label.
FIELDS: dict[QuestionKind, type[Field]] = {
    QuestionKind.SHORT_TEXT: LineField,
    QuestionKind.LONG_TEXT: AnswerField,
    QuestionKind.CHOICE: ChoiceField,
    QuestionKind.MULTI_CHOICE: ManyChoiceField,
    QuestionKind.NUMBER: WholeOrNothing,
    QuestionKind.MONEY: MoneyField,
    QuestionKind.DATE: DateField,
    QuestionKind.URL: HttpsUrlField,
    QuestionKind.YES_NO: YesNoField,
}


def field_name(question: FormQuestion) -> str:
    """The name of a question's control on the page of its section."""
    return f"q{question.position}"


def asked_field(question: FormQuestion) -> Field:
    """The control of one question. Blank is fine: whether an answer is needed is judged when all is checked."""
    given: dict[str, Any] = {"thing": question.name, "required": False, "description": question.hint}
    if question.kind is QuestionKind.LONG_TEXT:
        given |= {"word_limit": question.word_limit, "max_length": LONGEST_ANSWER}
    elif question.kind is QuestionKind.SHORT_TEXT:
        given["max_length"] = 300
    elif question.kind.offers_options:
        given["choices"] = [(option, option) for option in question.options]
    return FIELDS[question.kind](question.label, **given)


def section_form(questions: Sequence[FormQuestion], stored: Mapping[str, Any], **kwargs: Any) -> Form:
    """The form of a section with these questions. `seen` and `asked` say what the page showed."""
    fields: dict[str, Any] = {field_name(question): asked_field(question) for question in questions}
    carried = {"seen": CarriedField(required=False), "asked": CarriedField(required=False)}
    made: type[Form] = type("SectionForm", (Form,), {**carried, **fields})
    shown = ",".join(str(question.position) for question in questions)
    return made(data={**stored, "asked": shown}, **kwargs)


def posted_questions(section: FormSection, asked: str | None, otherwise: Iterable[UUID]) -> list[FormQuestion]:
    """The questions of a section that the page at hand showed: named in `asked`, or else those that are `otherwise`."""
    if asked is None:
        keys = set(otherwise)
        return [question for question in section.questions if question.id in keys]
    places = set(asked.split(","))
    return [question for question in section.questions if str(question.position) in places]


def as_text(question: FormQuestion, answer: Any) -> str:
    """An answer as it is kept."""
    if answer is None or answer == []:
        return ""
    if question.kind is QuestionKind.MONEY:
        return format_money(answer)
    if isinstance(answer, bool):
        return "Yes" if answer else "No"
    if isinstance(answer, date):
        return answer.isoformat()
    return "\n".join(answer) if isinstance(answer, list) else str(answer)


def as_answer(question: FormQuestion, text: str) -> Any:
    """What its control shows for an answer that was kept; nothing for one that no longer fits the question."""
    if not text:
        return None
    if question.kind is QuestionKind.YES_NO:
        return {"Yes": True, "No": False}.get(text)
    if question.kind is QuestionKind.MULTI_CHOICE:
        return text.split("\n")
    if question.kind is QuestionKind.MONEY:
        return parse_money(text)
    if question.kind is QuestionKind.DATE:
        return date.fromisoformat(text) if ISO_DAY.fullmatch(text) else None
    return text
