"""The forms of applying: start, one section of answers, declare and submit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from pglab.accounts.models import Organization
from pglab.adapters.inspector import in_sentence
from pglab.cohorts.models import ChallengeArea
from pglab.core.text import count_words
from pglab.proposals.models import Answer
from pglab.proposals.models.clarification import ASKED_LENGTH
from pglab.proposals.queries import (
    ClarificationView,
    Shown,
    ToAcknowledge,
    answer_problem,
    fingerprint,
    too_long,
)
from pglab.proposals.states import WithdrawalEffect
from pglab.rfps.forms import as_answer, as_text, as_typed, asked_field, asked_form, field_name
from pglab.rfps.models import DocumentSlot, FormQuestion, FormSection, QuestionKind
from pglab.web.forms import (
    AskedField,
    ChoiceField,
    EasternDateTimeField,
    Form,
    IdempotencyKeyField,
    LongTextField,
    ManyChoiceField,
    SelectField,
    TextField,
    TickField,
    UploadField,
    VersionField,
    chosen_of,
    show_stored,
    takes_theirs,
)

CLEAN_COPY_WANTED = (
    "Our virus check withheld the file you sent as the {}, so nobody can read it. Send a clean copy of the same file. "
    "Nothing else may change."
)
NO_VERSION = "This page does not say which version of the call you read. Open it again."
NOT_SENT = "This page is out of date, so nothing was submitted. Go back to the check, then submit from there."


class SubmitForm(Form):
    """The declarations an authorized representative makes; the versions say what was checked: of the draft, of the
    startup's profile and of the call. The key names this very page."""

    out_of_date = NOT_SENT
    version = VersionField(blank=NOT_SENT)
    profile_version = VersionField(blank=NOT_SENT)
    rfp_version = VersionField(blank=NOT_SENT)
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

    def key_sent(self) -> str:
        """The key that came with the form; empty for a form that lost it on the way."""
        return "" if self.idempotency_key.errors else self.idempotency_key.data

    def shown(self) -> Shown:
        """What the page showed besides the draft."""
        return Shown(profile=self.profile_version.data or 0, call=self.rfp_version.data or 0)

    def declarations(self) -> list[str]:
        """The sentences that were confirmed, as they stand in the receipt."""
        return [str(field.label.text) for field in (self.is_true, self.can_take_part, self.knows_what_is_public)]


class WithdrawForm(Form):
    """Taking a proposal back; `seen` is the submission the page showed, so that no newer one is taken back unseen, and
    `effect` what the page said that withdrawing does."""

    seen = VersionField()
    effect = VersionField(required=False)
    why = TextField("Why are you withdrawing?", required=False, max_length=1000, thing="the reason")

    def told(self) -> dict[str, int]:
        """What the page showed; a form that lost it showed nothing that could be true."""
        return {"seen": self.seen.data or 0, "shown": self.effect.data or 0}

    def say(self, effect: WithdrawalEffect) -> None:
        """What the page says now, also where it comes again."""
        self.effect.data, self.effect.typed = effect, str(effect)


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


def section_form(
    section: FormSection, shown: Sequence[FormQuestion], answers: Mapping[UUID, Answer], posted: MultiDict[str, str]
) -> Form:
    """The form of one section with the questions that are asked. Blank answers are fine in a draft; `seen` tells
    whether somebody saved meanwhile. Empty `posted` shows what is stored."""
    stored = {field_name(q): as_answer(q, answers[q.id].text) for q in shown if q.id in answers}
    names = [field_name(question) for question in shown]
    form = asked_form(shown, {**stored, "seen": seen_of(section, answers)}, formdata=chosen_of(names, posted) or None)
    for name in names:
        if takes_theirs(name, posted):
            show_stored(form[name], stored.get(name))
    return form


def answers_in(form: Form, shown: Iterable[FormQuestion], posted: MultiDict[str, str]) -> dict[UUID, str]:
    """What was typed, by question, as it is kept. Questions that the page did not show keep their answers, and so do
    those whose typing cannot be stored at all and those where a colleague's answer was chosen."""
    kept = {}
    for question in shown:
        if takes_theirs(field_name(question), posted):
            continue
        field = form[field_name(question)]
        text = as_typed(question, field) if field.errors else as_text(question, field.data)
        if text is not None:
            kept[question.id] = text
    return kept


@dataclass(frozen=True)
class Clash:
    """A question that two people answered at once: what the one at the screen typed, and what is stored."""

    question: FormQuestion
    name: str
    posted: list[str]
    mine: str
    theirs: Answer

    @property
    def label(self) -> str:
        """What was asked."""
        return self.question.label

    @property
    def saved(self) -> str:
        """What the colleague saved."""
        return self.theirs.text

    @property
    def chosen_only(self) -> bool:
        """Whether one takes the one answer or the other, for there is nothing to write."""
        return bool(self.question.answers)

    @property
    def long(self) -> bool:
        """Whether the two texts are of several lines."""
        return self.question.kind is QuestionKind.LONG_TEXT


def clashes_in(
    form: Form, shown: Iterable[FormQuestion], answers: Mapping[UUID, Answer], questions: Collection[UUID]
) -> list[Clash]:
    """The two texts of each of these questions."""
    found = [(question, form[field_name(question)]) for question in shown if question.id in questions]
    return [
        Clash(question, field.name, list(field.raw_data or []), _own_text(question, field), answers[question.id])
        for question, field in found
    ]


def _own_text(question: FormQuestion, field: AskedField) -> str:
    return as_typed(question, field) or "" if field.errors else as_text(question, field.data)


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
    """A fingerprint of each stored answer of the section, by which a save notices that somebody else changed it."""
    return carried_signs(section, {key: fingerprint(answer.text) for key, answer in answers.items()})


def seen_after(
    section: FormSection, before: Mapping[UUID, str], answers: Mapping[UUID, Answer], shows: Mapping[UUID, str]
) -> str:
    """The same for a page that goes on after a save and `shows` these texts. Where it does not show what is stored, it
    has still seen only what it had seen before."""
    agreed = {
        key: fingerprint(text) for key, text in shows.items() if text == (answers[key].text if key in answers else "")
    }
    return carried_signs(section, {**before, **agreed})


def carried_signs(section: FormSection, signs: Mapping[UUID, str]) -> str:
    """Fingerprints as a page carries them: by the place of the question."""
    return ",".join(f"{q.position}-{signs[q.id]}" for q in section.questions if q.id in signs)


def seen_in(section: FormSection, carried: str | None) -> dict[UUID, str]:
    """The same as it came back with a page. An answer it does not name counts as one that was not there yet."""
    signs = dict(each.split("-", 1) for each in (carried or "").split(",") if "-" in each)
    return {q.id: signs[str(q.position)] for q in section.questions if str(q.position) in signs}


def clarification_form(sections: Iterable[FormSection], slots: Iterable[DocumentSlot], wanted: str | None) -> Form:
    """What to ask a startup about its opened proposal; `wanted`, a document that was withheld, is chosen already."""
    documents = {slot.slug: slot for slot in slots}
    clean = documents.get(wanted or "")
    made: type[Form] = type(
        "ClarificationForm",
        (Form,),
        {
            "text": LongTextField(
                "What do you need to know?",
                word_limit=500,
                max_length=ASKED_LENGTH,
                thing="what you need to know",
                default=CLEAN_COPY_WANTED.format(in_sentence(clean.title)) if clean else None,
            ),
            "questions": ManyChoiceField(
                "Questions that may be answered again",
                choices=[
                    (str(each.id), each.label, section.title) for section in sections for each in section.questions
                ],
                blank="Select questions of this call",
                required=False,
            ),
            "document": SelectField(
                "Document that may be sent again",
                choices=[(slug, slot.title) for slug, slot in documents.items()],
                nothing="No document",
                blank="Select a document of this call",
                required=False,
                default=clean.slug if clean else None,
            ),
            "due_at": EasternDateTimeField("Answer due", thing="the due time", blank="Enter when the answer is due"),
        },
    )
    return made()


class MoreTimeForm(Form):
    """A later due time of a clarification."""

    due_at = EasternDateTimeField("New due time", thing="the new due time", blank="Enter the new due time")


def response_form(view: ClarificationView, received: Mapping[str, str]) -> Form:
    """The answer to one clarification: a control for each thing that was asked and for nothing else, filled with what
    was received before."""
    fields: dict[str, Any] = {}
    stored = {}
    for each in view.items:
        name = f"answer_{each.item.position}"
        if each.item.question is None:
            fields["file"] = UploadField(each.item.label, blank=f"Select the {in_sentence(each.item.label)}")
        else:
            fields[name] = asked_field(each.item.question)
            before = received.get(each.item.question.label, "")
            stored[name] = as_answer(each.item.question, before) if before else None
    made: type[Form] = type("ResponseForm", (Form,), fields)
    return made(data=stored)


def response_texts(form: Form, view: ClarificationView) -> dict[UUID, str]:
    """The answers as they are kept, by item, with what is missing or too long beside each field."""
    texts = {}
    for each in view.items:
        question = each.item.question
        if question is None:
            continue
        asked = form[f"answer_{each.item.position}"]
        texts[each.item.id] = as_text(question, asked.data)
        problem = "" if asked.errors else answer_problem(question, texts[each.item.id])
        if problem:
            asked.errors = [*asked.errors, problem]
    return texts
