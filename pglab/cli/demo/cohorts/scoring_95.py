"""Cohort 95, in scoring: one evaluator has signed, one is ready to sign, one has half a sheet, one found a conflict
late and stopped. A startup has let the time for a clarification pass."""

from pglab.cli.demo import calls, clarifying, judging, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.judging import EVALUATORS, Field
from pglab.cli.demo.story import FRI, MON, THU, TUE, WED, Calendar, Step
from pglab.reviews.services import Declared
from pglab.reviews.states import ConflictAnswer

PLAN = Plan(95, "Sample cohort: the panel is scoring", "how a panel scores", week=-6)
FIELD = Field(95, ("permitpal", "cooperative", "unbroken", "curbsense"))
TOLD = {"Carl Dietz": {"permitpal": Declared(ConflictAnswer.CONFLICT, "My brother runs their sales.")}}
QUESTION = "In month 4 you count by hand for two days. Are these days in the same week as the counts of the boxes?"
RECUSAL = ("Dee Evans", "cooperative", "I was asked to join their board of volunteers yesterday.")


def steps(calendar: Calendar) -> list[Step]:
    """Six weeks ago to last week."""
    act = calendar.act
    return [
        *calls.publishing(calendar, PLAN),
        *judging.seating(calendar, 95, -5),
        *proposing.submitting(calendar, 95, FIELD.keys, PLAN.closing_week),
        *calls.opening(calendar, PLAN),
        *[
            act((-2, THU, f"1{at}:05"), f"{name} declares for cohort 95", judging.declare, FIELD, name, TOLD.get(name))
            for at, name in enumerate(EVALUATORS)
        ],
        act((-1, MON, "10:45"), "Bianca Ortiz scores cohort 95", judging.score_all, FIELD, "Bianca Ortiz"),
        act((-1, MON, "14:45"), "Bianca Ortiz signs for cohort 95", judging.sign, FIELD, "Bianca Ortiz"),
        act((-1, TUE, "10:55"), "Avery Chen scores cohort 95", judging.score_all, FIELD, "Avery Chen"),
        act((-1, WED, "10:55"), "Dee Evans scores in cohort 95", judging.score, FIELD, "Dee Evans", "cooperative"),
        act((-1, THU, "10:25"), "Dee Evans recuses in cohort 95", judging.recuse, 95, *RECUSAL),
        act(
            (-1, MON, "09:15"),
            "Priya Shah asks a startup of cohort 95 for a clarification",
            *(clarifying.ask, 95, "curbsense", QUESTION, calendar.week(-1, FRI, "16:00")),
        ),
        act((-1, FRI, "10:45"), "Carl Dietz begins a sheet in cohort 95", begin_sheet),
    ]


def begin_sheet() -> None:
    """Two of five criteria are scored, the rest is open."""
    judging.score(FIELD, "Carl Dietz", "curbsense", final=False, criteria=2)
