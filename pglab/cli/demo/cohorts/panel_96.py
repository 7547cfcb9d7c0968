"""Cohort 96, in the panel stage: all sheets are signed, the decisions are set, and their release waits for a second
person."""

from pglab.awards.states import Outcome
from pglab.cli.demo import calls, judging, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.judging import Field
from pglab.cli.demo.story import Calendar, Step

PLAN = Plan(96, "Sample cohort: the panel has scored, decisions are next", "how decisions are made", week=-10, awards=2)
FIELD = Field(96, ("stormwater", "wang", "curbsense", "bold", "rowhouse"))
OUTCOMES = {
    "stormwater": Outcome.AWARD,
    "wang": Outcome.AWARD,
    "curbsense": Outcome.RESERVE,
    "bold": Outcome.DECLINE,
    "rowhouse": Outcome.DECLINE,
}


def steps(calendar: Calendar) -> list[Step]:
    """Ten weeks ago to two weeks ago."""
    return [
        *calls.publishing(calendar, PLAN),
        *judging.seating(calendar, 96, -8),
        *proposing.submitting(calendar, 96, FIELD.keys, PLAN.closing_week),
        *calls.opening(calendar, PLAN),
        *judging.scoring(calendar, FIELD, PLAN.closing_week),
        *judging.deciding(calendar, FIELD, -2, OUTCOMES),
    ]
