"""The forms of applying: start, one section of answers, one file, declare and submit."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from wtforms.widgets import HiddenInput

from pglab.accounts.models import Organization
from pglab.cohorts.models import ChallengeArea
from pglab.core.text import count_words
from pglab.proposals.models import Answer
from pglab.proposals.queries import too_long
from pglab.rfps.models import FormQuestion, FormSection, QuestionKind
from pglab.web.forms import (
    ChoiceField,
    Form,
    HttpsUrlField,
    IdempotencyKeyField,
    LineField,
    TextField,
    TickField,
    UploadField,
    VersionField,
    YesNoField,
)

LONGEST_ANSWER = 20_000


class SeenField(LineField):
    """Hidden: a fingerprint of what the page showed as stored."""

    widget = HiddenInput()


class AnswerField(TextField):
    """An answer with a word limit that a draft may still exceed: it is kept, and the message stands beside it."""

    def __init__(self, label: str | None = None, *, word_limit: int | None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.word_limit = word_limit


class FileForm(Form):
    """One file for one document slot."""

    file = UploadField("File")


class SubmitForm(Form):
    """The declarations an authorized representative makes; the version and key name this very page."""

    version = VersionField()
    idempotency_key = IdempotencyKeyField()
    is_true = TickField(
        "The information is true to the best of my knowledge.", blank="Select that the information is true"
    )
    can_take_part = TickField(
        "We can take part for the full six months.", blank="Select that you can take part for the full six months"
    )
    knows_what_is_public = TickField(
        "I understand what becomes public if we’re awarded.", blank="Select that you understand what becomes public"
    )

    def declarations(self) -> list[str]:
        """The sentences that were confirmed, as they stand in the receipt."""
        return [str(field.label.text) for field in (self.is_true, self.can_take_part, self.knows_what_is_public)]


def start_form(organizations: Iterable[Organization], areas: Iterable[ChallengeArea]) -> Form:
    """Which of the person's organizations applies, and to which challenge area; the only one is chosen already."""
    writers = {str(organization.id): organization for organization in organizations}
    offered = {str(area.id): area for area in areas}
    made: type[Form] = type(
        "StartForm",
        (Form,),
        {
            "organization": ChoiceField(
                "Which startup is applying?",
                choices=[(key, organization.legal_name) for key, organization in writers.items()],
                coerce=writers.get,
                blank="Select the startup that is applying",
                default=next(iter(writers)) if len(writers) == 1 else None,
            ),
            "area": ChoiceField(
                "Which challenge do you answer?",
                choices=[(key, area.title, area.teaser) for key, area in offered.items()],
                coerce=offered.get,
                blank="Select the challenge you’re applying to",
            ),
        },
    )
    return made()


def section_form(section: FormSection, answers: Mapping[UUID, Answer]) -> Form:
    """The form of one section. Blank answers are fine in a draft; `seen` tells whether somebody saved meanwhile."""
    fields: dict[str, Any] = {field_name(question): _field(question) for question in section.questions}
    made: type[Form] = type("SectionForm", (Form,), {"seen": SeenField(required=False), **fields})
    stored = {field_name(q): answers[q.id].text for q in section.questions if q.id in answers}
    return made(data={**stored, "seen": seen_of(section, answers)})


def field_name(question: FormQuestion) -> str:
    """The name of a question's control on the page."""
    return f"q{question.position}"


def _field(question: FormQuestion) -> Any:
    words: dict[str, Any] = {"thing": question.name, "required": False, "description": question.hint}
    if question.kind is QuestionKind.LONG_TEXT:
        return AnswerField(question.label, word_limit=question.word_limit, max_length=LONGEST_ANSWER, **words)
    if question.kind is QuestionKind.URL:
        return HttpsUrlField(question.label, **words)
    if question.kind is QuestionKind.YES_NO:
        return YesNoField(question.label, **words)
    return LineField(question.label, max_length=300, **words)


def answers_in(form: Form, section: FormSection) -> dict[UUID, str]:
    """What was typed, by question, as it is kept."""
    return {question.id: as_text(form[field_name(question)].data) for question in section.questions}


def as_text(value: Any) -> str:
    """An answer as it is kept: text, yes or no."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value or "")


def mark_too_long(form: Form, section: FormSection) -> bool:
    """Put the word limit's message beside each answer that is over it; whether there was one."""
    over = False
    for question in section.questions:
        field = form[field_name(question)]
        words = count_words(as_text(field.data))
        if question.word_limit is not None and words > question.word_limit:
            field.errors = [*field.errors, too_long(question.name, question.word_limit, words)]
            over = True
    return over


def seen_of(section: FormSection, answers: Mapping[UUID, Answer]) -> str:
    """A short fingerprint of the section's stored answers, to notice that somebody else saved in between."""
    texts = [answers[question.id].text if question.id in answers else "" for question in section.questions]
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]
