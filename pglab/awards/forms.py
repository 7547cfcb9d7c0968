"""The forms of decisions."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms.widgets import HiddenInput

from pglab.awards.models import Decision
from pglab.awards.services import Choice
from pglab.awards.states import Outcome
from pglab.core.text import normalize_text
from pglab.reviews.forms import LaterChoiceField, LaterTextField
from pglab.reviews.queries import RankedProposal
from pglab.web.forms import Form, LineField, TickField

OUTCOMES = [(Outcome.AWARD, "Award"), (Outcome.RESERVE, "Reserve"), (Outcome.DECLINE, "Not selected")]


class DecisionsForm(Form):
    """One decision and one debrief for each proposal; use `decisions_form` to make it."""

    seen = LineField("Version", widget=HiddenInput(), max_length=64)
    lines: tuple[RankedProposal, ...] = ()
    drafts: Mapping[UUID, str] = {}

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """A debrief that was worked on needs a decision, so that no text is lost."""
        whole = bool(super().validate(extra_validators))
        for line in self.lines:
            outcome, feedback = self.outcome(line), self.feedback(line)
            worked_on = feedback.data != normalize_text(self.drafts.get(line.proposal_id, ""))
            if outcome.data is None and worked_on and not outcome.errors:
                outcome.errors = [outcome.blank]
                whole = False
        return whole

    def outcome(self, line: RankedProposal) -> Any:
        """The field with the decision on one proposal."""
        return self[f"outcome-{line.reference}"]

    def feedback(self, line: RankedProposal) -> Any:
        """The field with the debrief of one proposal."""
        return self[f"feedback-{line.reference}"]

    def choices(self) -> dict[UUID, Choice]:
        """What was decided, by proposal; proposals without a decision are left out."""
        return {
            line.proposal_id: Choice(self.outcome(line).data, self.feedback(line).data)
            for line in self.lines
            if self.outcome(line).data is not None
        }


def decisions_form(
    lines: Sequence[RankedProposal], decisions: Mapping[UUID, Decision], drafts: Mapping[UUID, str], seen: str
) -> DecisionsForm:
    """The form for these proposals. Where nothing is decided yet the debrief begins with `drafts`."""
    fields: dict[str, Any] = {"lines": tuple(lines), "drafts": drafts}
    for line in lines:
        startup, key = line.startup, line.proposal_id
        decision = decisions.get(key)
        fields[f"outcome-{line.reference}"] = LaterChoiceField(
            f"Decision on {startup}",
            choices=OUTCOMES,
            coerce=Outcome,
            blank=f"Select a decision for {startup}",
            default=decision.outcome if decision else None,
        )
        fields[f"feedback-{line.reference}"] = LaterTextField(
            f"Feedback to {startup}",
            max_length=6000,
            thing=f"the feedback to {startup}",
            default=decision.feedback if decision else drafts.get(key, ""),
        )
    form: DecisionsForm = type("BoardForm", (DecisionsForm,), fields)(data={"seen": seen})
    return form


class ReleaseForm(Form):
    """The confirmation of a release; `sha256` names exactly the decisions on the page."""

    sha256 = LineField("Version", widget=HiddenInput(), max_length=64)
    checked = TickField(
        "I checked these decisions. All startups are told in the same minute.",
        blank="Select that you checked the decisions",
    )


class AnswerForm(Form):
    """The answer to an award."""
