"""The forms of the panel. Forms with a row for each applicant or criterion are made for the occasion."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from pglab.proposals.models import Proposal
from pglab.reviews.models import Score
from pglab.reviews.policy import SCALE
from pglab.reviews.services import Declared, Given
from pglab.reviews.states import ConflictAnswer
from pglab.rfps.models import Criterion
from pglab.web.forms import (
    AskedField,
    ChoiceField,
    EmailField,
    Form,
    LineField,
    TextField,
    TickField,
    VersionField,
    YesNoField,
)

ANSWERS = [
    (ConflictAnswer.NONE, "No conflict"),
    (ConflictAnswer.CONFLICT, "I have a conflict"),
    (ConflictAnswer.UNSURE, "Not sure"),
]


class LaterField(AskedField):
    """Asked for, but it may wait: blank is saved as it is, and the rule that needs an answer speaks in its own time."""

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002  # WTForms' signature
        """Only what was typed and cannot be read is refused."""
        if self.process_errors or self.data == self.empty:
            raise StopValidation


class LaterChoiceField(LaterField, ChoiceField):
    """One of a few choices, or none yet."""


class LaterLineField(LaterField, LineField):
    """One line, or nothing yet."""


class LaterTextField(LaterField, TextField):
    """Several lines, or nothing yet."""


class SeatForm(Form):
    """A seat for a person who has an account."""

    email = EmailField("Email address of their account", thing="the evaluator’s email address")


class UnsureForm(Form):
    """What a program manager decides about a “not sure”."""

    may_score = YesNoField(
        "May this evaluator score the proposal?",
        yes="Yes, there is no conflict",
        no="No, they have a conflict",
        blank="Select whether they may score it",
    )
    reason = TextField("Reason (kept on record)", max_length=1000, blank="Enter the reason for your decision")


class RecusalForm(Form):
    """A conflict found late."""

    note = TextField("What is the conflict?", max_length=1000, blank="Enter what the conflict is")


class AttestationForm(Form):
    """The statement under one's scores."""

    agreed = TickField(
        "These are my own scores. I read each proposal, and I have no conflict of interest with any of these startups.",
        blank="Select the statement to sign",
    )


class PanelStageForm(Form):
    """Opening the panel stage, with the reason when something is missing."""

    reason = LaterTextField("Why open it although something is missing?", max_length=1000)


class DeclarationForm(Form):
    """One row for each applicant; use `declaration_form` to make it."""

    rest = TickField("I have no conflict with any applicant I left unanswered", required=False)
    proposals: tuple[Proposal, ...] = ()

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Every row has an answer, and a note unless the answer is “no conflict”; all gaps are named at once."""
        whole = bool(super().validate(extra_validators))
        for proposal in self.proposals:
            answer, note = self[f"answer-{proposal.reference}"], self[f"note-{proposal.reference}"]
            name = proposal.organization.legal_name
            if answer.data is None and not answer.errors and not self.rest.data:
                answer.errors = [f"Select an answer for {name}"]
                whole = False
            elif answer.data in (ConflictAnswer.CONFLICT, ConflictAnswer.UNSURE) and not note.data and not note.errors:
                note.errors = [f"Enter what your connection to {name} is"]
                whole = False
        return whole

    def declared(self) -> dict[UUID, Declared]:
        """The answers by proposal; rows left blank are “no conflict” only under the statement that says so."""
        return {
            proposal.id: Declared(
                self[f"answer-{proposal.reference}"].data or ConflictAnswer.NONE,
                self[f"note-{proposal.reference}"].data,
            )
            for proposal in self.proposals
        }


def declaration_form(proposals: Iterable[Proposal]) -> DeclarationForm:
    """The form for these applicants."""
    rows = tuple(proposals)
    fields: dict[str, Any] = {"proposals": rows}
    for proposal in rows:
        name = proposal.organization.legal_name
        fields[f"answer-{proposal.reference}"] = LaterChoiceField(
            name, choices=ANSWERS, coerce=ConflictAnswer, blank=f"Select an answer for {name}"
        )
        fields[f"note-{proposal.reference}"] = LaterLineField(
            f"Your connection to {name}", max_length=1000, thing="the note"
        )
    form: DeclarationForm = type("ApplicantsForm", (DeclarationForm,), fields)()
    return form


class ScoreForm(Form):
    """Points and an explanation for each criterion; use `score_form` to make it."""

    version = VersionField()
    criteria: tuple[Criterion, ...] = ()
    stale = False

    def points(self, criterion: Criterion) -> Any:
        """The field with the criterion's points."""
        return self[f"points-{criterion.position}"]

    def explanation(self, criterion: Criterion) -> Any:
        """The field with the criterion's explanation."""
        return self[f"explanation-{criterion.position}"]

    def is_whole(self, sent: Container[str]) -> bool:
        """Whether every field of the sheet was sent."""
        return all(field.name in sent for c in self.criteria for field in (self.points(c), self.explanation(c)))

    def given(self) -> dict[UUID, Given]:
        """What was given, by criterion."""
        return {c.id: Given(self.points(c).data, self.explanation(c).data) for c in self.criteria}

    def show_version(self, version: int) -> None:
        """Carry the newest version, so that the typed text can be saved over it."""
        self.version.raw_data, self.version.data = None, version


def score_form(criteria: Sequence[Criterion], scores: Mapping[UUID, Score], version: int) -> ScoreForm:
    """The form for this rubric, filled with what the sheet holds. A criterion without points is not scored, never 0."""
    fields: dict[str, Any] = {"criteria": tuple(criteria)}
    for criterion in criteria:
        score = scores.get(criterion.id)
        fields[f"points-{criterion.position}"] = LaterChoiceField(
            f"Score for {criterion.title}",
            choices=[(point, str(point), criterion.anchors[point]) for point in range(SCALE + 1)],
            coerce=int,
            blank=f"Select a score for {criterion.title}",
            default=score.points if score else None,
        )
        fields[f"explanation-{criterion.position}"] = LaterTextField(
            "Explain your score",
            max_length=4000,
            thing=f"the explanation for {criterion.title}",
            blank=f"Explain your score for {criterion.title}",
            default=score.explanation if score else "",
        )
    form: ScoreForm = type("RubricForm", (ScoreForm,), fields)(data={"version": version})
    return form
