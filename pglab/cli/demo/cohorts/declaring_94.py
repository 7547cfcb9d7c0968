"""Cohort 94, opened: evaluators declare their conflicts. One has, one is not sure, one has not answered, one has not
even accepted the seat; nobody has read anything but the first. A startup has a clarification to answer; another marked
a page of its deck as confidential and gave a redacted copy."""

from pglab.cli.demo import calls, clarifying, confiding, judging, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.judging import EVALUATORS, Field
from pglab.cli.demo.story import FRI, THU, WED, Calendar, Step
from pglab.reviews.services import Declared
from pglab.reviews.states import ConflictAnswer

PLAN = Plan(94, "Sample cohort: opened, conflicts are being declared", "how evaluators declare conflicts", week=-5)
FIELD = Field(94, ("riverbend", "bold", "curbsense", "plainanswer"))
CONFIDENTIAL = "bold"
ACCEPTING = EVALUATORS[:3]
QUESTION = "Who at the department reads the map each morning in your plan? Please also send the deck with page numbers."
TOLD = {
    "Carl Dietz": {
        "riverbend": Declared(
            ConflictAnswer.UNSURE, "My neighbor works there. We have never spoken about the company."
        ),
        "bold": Declared(ConflictAnswer.CONFLICT, "I own shares in the company."),
    },
}


def steps(calendar: Calendar) -> list[Step]:
    """Five weeks ago to last week."""
    act = calendar.act
    return [
        *calls.publishing(calendar, PLAN),
        *judging.seating(calendar, 94, -4, accepting=ACCEPTING),
        *proposing.submitting(calendar, 94, FIELD.keys, PLAN.closing_week),
        *confiding.marking(calendar, (PLAN.closing_week - 1, FRI), 94, CONFIDENTIAL),
        *calls.opening(calendar, PLAN),
        act((-1, THU, "11:45"), "Avery Chen declares for cohort 94", judging.declare, FIELD, "Avery Chen"),
        act(
            (-1, FRI, "09:50"),
            "Carl Dietz declares for cohort 94",
            *(judging.declare, FIELD, "Carl Dietz", TOLD["Carl Dietz"]),
        ),
        act(
            (-1, FRI, "15:15"),
            "Priya Shah asks a startup of cohort 94 for a clarification",
            *(clarifying.ask, 94, "curbsense", QUESTION, calendar.week(1, WED, "16:00"), "plan.2", clarifying.DECK),
        ),
    ]
