"""The forms of applying: start, one section of answers, one file, declare and submit."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from pglab.accounts.models import Organization
from pglab.cohorts.models import ChallengeArea
from pglab.core.text import count_words
from pglab.proposals.models import Answer
from pglab.proposals.queries import ToAcknowledge, too_long
from pglab.rfps.forms import as_answer, as_text, asked_form, field_name
from pglab.rfps.models import FormQuestion, FormSection
from pglab.web.forms import (
    ChoiceField,
    Form,
    IdempotencyKeyField,
    TickField,
    UploadField,
    VersionField,
)


class FileForm(Form):
    """One file for one document slot."""

    file = UploadField("File")


NO_VERSION = "This page does not say which version of the call you read. Open it again."


class SubmitForm(Form):
    """The declarations an authorized representative makes; the version and key name this very page."""

    version = VersionField()
    rfp_version = VersionField(blank=NO_VERSION)
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


def acknowledgement_form(addenda: Iterable[ToAcknowledge]) -> Form:
    """One tick for each addendum that was not acknowledged yet; some may be left for later. The version of the call
    says which addenda the page showed."""
    ticks = {
        f"addendum_{each.addendum.number}": TickField(f"I’ve read {each.addendum.name}.", required=False)
        for each in addenda
        if each.given is None
    }
    made: type[Form] = type("AcknowledgementForm", (Form,), {"rfp_version": VersionField(blank=NO_VERSION), **ticks})
    return made()


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


def section_form(section: FormSection, shown: Sequence[FormQuestion], answers: Mapping[UUID, Answer]) -> Form:
    """The form of one section with the questions that are asked. Blank answers are fine in a draft; `seen` tells
    whether somebody saved meanwhile."""
    stored = {field_name(q): as_answer(q, answers[q.id].text) for q in shown if q.id in answers}
    return asked_form(shown, {**stored, "seen": seen_of(section, answers)})


def answers_in(form: Form, shown: Iterable[FormQuestion]) -> dict[UUID, str]:
    """What was typed, by question, as it is kept. Questions that the page did not show keep their answers."""
    return {question.id: as_text(question, form[field_name(question)].data) for question in shown}


def mark_too_long(form: Form, shown: Iterable[FormQuestion]) -> bool:
    """Put the word limit's message beside each answer that is over it; whether there was one."""
    over = False
    for question in shown:
        if question.word_limit is None:
            continue
        field = form[field_name(question)]
        words = count_words(field.data or "")
        if words > question.word_limit:
            field.errors = [*field.errors, too_long(question.name, question.word_limit, words)]
            over = True
    return over


def seen_of(section: FormSection, answers: Mapping[UUID, Answer]) -> str:
    """A short fingerprint of the section's stored answers, to notice that somebody else saved in between."""
    texts = [answers[question.id].text if question.id in answers else "" for question in section.questions]
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]
