"""Forms about a call as a whole: a new cohort, its details and dates, its challenges and hosts, its publication."""

from collections.abc import Iterable

from wtforms.widgets import HiddenInput

from pglab.cohorts.models import HostKind, HostOrganization
from pglab.rfps.models import Rfp
from pglab.web.forms import (
    DateField,
    EasternDateTimeField,
    EmailField,
    Form,
    LineField,
    MoneyField,
    SelectField,
    TextField,
    TickField,
    VersionField,
    WholeNumberField,
)

# What a new cohort begins with when it is neither the sample plan nor an earlier cohort.
EMPTY = "empty"
# Whole cents fit a 32-bit column with room to spare.
LARGEST_STIPEND = 1_000_000_00
LARGEST_BUDGET = 20_000_000_00
ZONE_HINT = "Eastern time. A business day in the afternoon is best."


class HiddenField(LineField):
    """What a page carries along unseen."""

    widget = HiddenInput()


class SeenForm(Form):
    """A form that carries the version its page showed."""

    version = VersionField()


class EditForm(SeenForm):
    """A form that changes a part of a draft: besides the draft's version it carries what its own part was then, so
    that a change to another part is no reason to ask."""

    base = HiddenField(required=False)


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
    """Changed dates of a draft; `dates_form` adds the days of its stages."""


def dates_form(rfp: Rfp) -> type[DatesForm]:
    """The form of a call's dates, in the order in which they come: with the day of each stage that it has."""
    days = {}
    if rfp.has_pitch:
        days["pitch_on"] = DateField(
            "Pitches",
            thing="the day of the pitches",
            required=False,
            description="The day on which invited startups pitch. They are told their time later.",
        )
    if rfp.has_feasibility:
        days["feasibility_on"] = DateField(
            "Feasibility reviews done by",
            thing="the day of the feasibility reviews",
            required=False,
            description="By then host departments have said what a pilot would take.",
        )
    # Fields are drawn in the order in which they were made, so the decision is made again, after the stages before it.
    last = DateField("Decisions on or after", thing="the date of the decisions")
    return type("DatesForm", (DatesForm,), {**days, "decision_on": last})


class DetailsForm(DetailFields, EditForm):
    """Changed details of a draft."""


class StagesForm(EditForm):
    """Which stages the cohort has between scoring and decision."""

    has_pitch = TickField(
        "Finalists pitch to the panel",
        required=False,
        description="The panel invites the highest-scoring startups to a short talk before it decides. "
        "Enter its day under Dates.",
    )
    has_feasibility = TickField(
        "Host departments review feasibility",
        required=False,
        description="Before awards, each department says what a pilot would take: systems, security, staff, sites. "
        "Enter by when under Dates.",
    )


class NewCohortForm(DetailFields, DateFields):
    """A new cohort; `new_cohort_form` adds what its parts are copied from."""

    number = WholeNumberField("Cohort number", thing="the cohort number", minimum=1, maximum=999)


def new_cohort_form(earlier: Iterable[Rfp]) -> type[NewCohortForm]:
    """The form of a new cohort, with the cohorts whose parts it can begin with."""
    offered = [(str(rfp.cohort.number), f"Cohort {rfp.cohort.number}: {rfp.cohort.headline}") for rfp in earlier]
    source = SelectField(
        "Start from",
        thing="what to start from",
        choices=[(EMPTY, "Nothing: you write every part"), *offered],
        required=False,
        nothing="The sample plan",
        description="Challenges, notice, rubric, questions, documents and installments are copied. "
        "Dates, amounts and champions are not.",
    )
    return type("NewCohortForm", (NewCohortForm,), {"source": source})


class HostForm(Form):
    """A department or authority that can host pilots."""

    name = LineField("Name", thing="the name of the department or authority", max_length=200)
    kind = SelectField(
        "Kind",
        thing="the kind",
        choices=[
            (HostKind.CITY, "City department"),
            (HostKind.AUTHORITY, "Authority"),
            (HostKind.COUNTY, "County"),
            (HostKind.NONPROFIT, "Nonprofit"),
        ],
        coerce=HostKind,
    )


class ChangedHostForm(HostForm, SeenForm):
    """One that is renamed or whose kind is corrected, as the page showed it."""


class MoveForm(Form):
    """One part moved by a place or taken out: which step, on which version of the draft."""

    version = VersionField()
    step = SelectField("Step", choices=[("up", "Move up"), ("down", "Move down"), ("out", "Remove")])


class AreaForm(EditForm):
    """One challenge area; `area_form` adds who hosts and who champions it. Publication asks for what is blank."""

    title = LineField("Title", max_length=120, thing="a title")
    teaser = LineField("Teaser", max_length=300, thing="a teaser", description="One sentence for the cohort’s page.")
    problem = TextField(
        "The problem", thing="the problem", required=False, description="The problem, not the solution."
    )
    affected = TextField(
        "Who has the problem", required=False, description="Residents, staff, businesses: who, and how many."
    )
    success = TextField("What success looks like", required=False, description="What the City could see or count.")
    constraints = TextField(
        "Constraints", required=False, description="What can’t change: rules, systems, permits, privacy."
    )
    data_and_sites = TextField(
        "Data and sites", required=False, description="What a startup can work with: data, places, people, systems."
    )


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


class PublishForm(SeenForm):
    """The second person confirms what they checked, at the version of the draft that the page showed."""

    checked = TickField(
        "I checked the dates, the rubric and the installments on this page",
        blank="Select that you checked the dates, the rubric and the installments",
    )


class ReturnForm(Form):
    """What has to change before publication."""

    reason = TextField("What has to change?", thing="what has to change", max_length=2000)
