"""The proposal form as startups fill it in, and program managers preview it: one control for each kind of question.

Answers are kept as text: a date as `2026-10-16`, an amount as `$2,500.00`, several choices one on each line.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.widgets import HiddenInput

from pglab.core.money import format_money, parse_money
from pglab.core.text import has_control, normalize_line
from pglab.rfps.models import FormQuestion, FormSection, QuestionKind
from pglab.web.forms import (
    AskedField,
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
    read_day,
)

LONGEST_ANSWER = 20_000
# The longest line that is kept although it does not fit its question.
LONGEST_MISFIT = 500
# Kinds whose answer is typed on one line and has to be written in a certain way.
TYPED_LINES = {QuestionKind.NUMBER, QuestionKind.MONEY, QuestionKind.DATE, QuestionKind.URL}


class CarriedField(LineField):
    """Hidden: what the page showed, sent back with the answers."""

    widget = HiddenInput()

    def __init__(self, label: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **{"required": False, "max_length": 5000, **kwargs})


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


def focus_name(question: FormQuestion) -> str:
    """The id of the control that leads to a question: the first choice of several."""
    return f"{field_name(question)}-0" if question.answers else field_name(question)


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
    carried = {"seen": CarriedField(), "asked": CarriedField()}
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


def as_typed(question: FormQuestion, field: AskedField) -> str | None:
    """What can be kept of an answer that does not fit its question: the line as it was typed, or nothing."""
    line = normalize_line(field.typed)
    storable = not has_control(line, one_line=True) and len(line) <= LONGEST_MISFIT
    return line if question.kind in TYPED_LINES and storable else None


def misfit(question: FormQuestion, text: str) -> str:
    """The sentence for an answer that its question cannot take; empty when it fits. A draft may hold such an answer,
    because nothing that was typed is dropped; a submission may not."""
    if question.kind in TYPED_LINES:
        controls: Any = {"asked": asked_field(question)}
        asked: Any = BaseForm(controls)["asked"]
        try:
            asked.read(text)
        except ValueError as error:
            return f"“{question.label}”: {error}"
    chosen = text.split("\n") if question.kind is QuestionKind.MULTI_CHOICE else [text]
    if question.answers and not set(chosen) <= set(question.answers):
        return f"Select {question.name}"
    return ""


def as_answer(question: FormQuestion, text: str) -> Any:
    """What its control shows for an answer that was kept; a line that does not fit its question as it was typed."""
    if not text:
        return None
    if question.kind is QuestionKind.YES_NO:
        return {"Yes": True, "No": False}.get(text)
    if question.kind is QuestionKind.MULTI_CHOICE:
        return text.split("\n")
    if question.kind is QuestionKind.MONEY:
        cents = parse_money(text)
        return text if cents is None else cents
    if question.kind is QuestionKind.DATE:
        return read_day(text) if not misfit(question, text) else text
    return text
