"""Forms of cohorts being built. Parts that come several times (criteria, questions, …) have numbered fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from wtforms import Field

from pglab.cohorts.models import HostOrganization
from pglab.rfps.models import FormQuestion, FormSection, QuestionKind
from pglab.web.forms import (
    DateField,
    EasternDateTimeField,
    EmailField,
    Form,
    HttpsUrlField,
    LineField,
    LongTextField,
    MoneyField,
    SelectField,
    TextField,
    TickField,
    VersionField,
    WholeNumberField,
    YesNoField,
)

# Whole cents fit a 32-bit column with room to spare.
LARGEST_STIPEND = 1_000_000_00
LARGEST_BUDGET = 20_000_000_00
POINTS = range(6)
ZONE_HINT = "Eastern time. A business day in the afternoon is best."


class EditForm(Form):
    """A form that changes a draft: it carries the version its page showed."""

    version = VersionField()


class DateFields(Form):
    """The dates of a call."""

    publish_at = EasternDateTimeField(
        "The call becomes public", thing="publication", blank="Enter when the call becomes public"
    )
    questions_due_at = EasternDateTimeField("Last day to ask questions", thing="the last day to ask questions")
    answers_due_at = EasternDateTimeField("Last day for our answers", thing="the last day for answers")
    closes_at = EasternDateTimeField(
        "Proposals are due", thing="the deadline", blank="Enter the deadline", description=ZONE_HINT
    )
    scores_due_at = EasternDateTimeField("Scores are due", thing="the date scores are due")
    decision_on = DateField("Decisions on or after", thing="the date of the decisions")


class DetailFields(Form):
    """What a cohort is called, when its pilots run, and its amounts."""

    headline = LineField("Headline", max_length=200, description="The title of the public page.")
    summary = TextField("Summary", max_length=600, description="One or two sentences under the title.")
    pilot_start_on = DateField("Pilots start", thing="the start of the pilots")
    pilot_end_on = DateField("Pilots end", thing="the end of the pilots")
    budget_cents = MoneyField("Budget for stipends", thing="the budget", minimum=1_00, maximum=LARGEST_BUDGET)
    stipend_cents = MoneyField("Stipend for each startup", thing="the stipend", minimum=1_00, maximum=LARGEST_STIPEND)
    award_count = WholeNumberField("Awards, at most", thing="the number of awards", minimum=1, maximum=100)


class DatesForm(DateFields, EditForm):
    """Changed dates of a draft."""


class DetailsForm(DetailFields, EditForm):
    """Changed details of a draft."""


class NewCohortForm(DetailFields, DateFields):
    """A new cohort; everything else comes from the sample plan."""

    number = WholeNumberField("Cohort number", thing="the cohort number", minimum=1, maximum=999)


class AreaForm(EditForm):
    """One challenge area; `area_form` adds who hosts and who champions it."""

    title = LineField("Title", max_length=120, thing="a title")
    teaser = LineField("Teaser", max_length=300, thing="a teaser", description="One sentence for the cohort’s page.")
    problem = TextField("The problem", thing="the problem", description="The problem, not the solution.")
    success = TextField("What success looks like", thing="what success looks like")
    constraints = TextField("Constraints", thing="the constraints", required=False)


def area_form(hosts: Iterable[HostOrganization]) -> type[AreaForm]:
    """The form of a challenge area, with the departments and authorities that can host it."""
    offered = [(str(host.id), host.name) for host in hosts]
    people = {
        "host_id": SelectField("Host", thing="the host", choices=offered),
        "champion_email": EmailField(
            "Champion’s email",
            thing="the champion’s email",
            required=False,
            description="The person in the department who works with the startup. They need an account.",
        ),
    }
    return type("AreaForm", (AreaForm,), people)


class ReviewForm(Form):
    """The preparer hands the draft to a second person."""


class PublishForm(Form):
    """The second person confirms what they checked."""

    checked = TickField(
        "I checked the dates, the rubric and the installments on this page",
        blank="Select that you checked the dates, the rubric and the installments",
    )


class ReturnForm(Form):
    """What has to change before publication."""

    reason = TextField("What has to change?", thing="what has to change", max_length=2000)


Fields = dict[str, Field]


def numbered(count: int, fields: Callable[[int], Fields]) -> type[EditForm]:
    """A form with the same fields for each of `count` parts: `title_1`, `weight_1`, `title_2`, …"""
    every = {f"{name}_{place}": field for place in range(1, count + 1) for name, field in fields(place).items()}
    return type("NumberedForm", (EditForm,), every)


def fill_numbered(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The stored values of each part under the names of its fields."""
    return {f"{name}_{place}": value for place, row in enumerate(rows, start=1) for name, value in row.items()}


def read_numbered(form: Form, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was entered, one mapping for each part; a part without such a field has None there."""
    return [
        {name: form[f"{name}_{place}"].data if f"{name}_{place}" in form else None for name in row}
        for place, row in enumerate(rows, start=1)
    ]


def section_fields(place: int) -> Fields:
    """One section of the notice."""
    return {
        "title": LineField("Title", thing=f"the title of section {place}"),
        "body": TextField("Text", thing=f"the text of section {place}", max_length=8000),
    }


def rule_fields(place: int) -> Fields:
    """One condition for taking part."""
    return {"text": LineField(f"Condition {place}", max_length=500)}


def criterion_fields(place: int) -> Fields:
    """One criterion with its six anchors."""
    named = f"of criterion {place}"
    return {
        "title": LineField("Name", thing=f"the name {named}", max_length=120),
        "weight": WholeNumberField("Weight in percent", thing=f"the weight {named}", minimum=1, maximum=100),
        "question": LineField("What evaluators ask", thing=f"the question {named}", max_length=500),
        **{f"anchor{points}": _anchor_field(points, named) for points in POINTS},
    }


def _anchor_field(points: int, named: str) -> Field:
    said = f"{points} {'point' if points == 1 else 'points'}"
    return LineField(f"What {said} mean{'s' if points == 1 else ''}", thing=f"what {said} mean {named}", max_length=300)


def question_fields(question: FormQuestion, place: int) -> Fields:
    """One question of the proposal form; a word limit where the answer is long."""
    fields: Fields = {
        "label": LineField("Question", thing=f"question {place}", max_length=300),
        "hint": LineField("Hint", thing=f"the hint of question {place}", max_length=500, required=False),
    }
    if question.kind is QuestionKind.LONG_TEXT:
        thing = f"the word limit of question {place}"
        fields["word_limit"] = WholeNumberField("Word limit", thing=thing, minimum=10, maximum=2000)
    fields["required"] = TickField("A proposal can’t be submitted without an answer", required=False)
    return fields


def slot_fields(place: int) -> Fields:
    """One file startups hand in."""
    return {
        "title": LineField("Name", thing=f"the name of document {place}", max_length=120),
        "hint": LineField("Hint", thing=f"the hint of document {place}", max_length=500, required=False),
        "max_pages": WholeNumberField(
            "Pages, at most", thing=f"the page limit of document {place}", minimum=1, maximum=200
        ),
    }


def installment_fields(place: int) -> Fields:
    """One part of the stipend."""
    return {
        "milestone": LineField("Milestone", thing=f"milestone {place}", max_length=120),
        "done_when": TextField("It is done when", thing=f"when milestone {place} is done", max_length=1000),
        "due_after_days": WholeNumberField(
            "Due, in days after the pilot starts", thing=f"when milestone {place} is due", minimum=1, maximum=400
        ),
        "amount_cents": MoneyField(
            "Amount", thing=f"the amount of installment {place}", minimum=1_00, maximum=LARGEST_STIPEND
        ),
    }


def preview_form(sections: Sequence[FormSection]) -> Form:
    """The proposal form as a startup sees it. It is only looked at: nothing in it is sent or kept."""
    fields: Mapping[str, Field] = {
        f"q{question.id.hex}": _answer_field(question) for section in sections for question in section.questions
    }
    form: Form = type("PreviewForm", (Form,), dict(fields))(formdata=None)
    return form


def _answer_field(question: FormQuestion) -> Field:
    shown: dict[str, Any] = {"thing": question.name, "required": question.required, "description": question.hint}
    if question.kind is QuestionKind.LONG_TEXT:
        return LongTextField(question.label, word_limit=question.word_limit or 0, **shown)
    if question.kind is QuestionKind.YES_NO:
        return YesNoField(question.label, required=question.required, description=question.hint)
    kind = HttpsUrlField if question.kind is QuestionKind.URL else LineField
    return kind(question.label, **shown)
