"""Cohort 92, open after its last day for questions: one proposal is in, another is a draft; no panel is seated yet."""

from pglab.cli.demo import calls, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.story import FRI, THU, TUE, Calendar, Step

PLAN = Plan(
    92,
    "Sample cohort: questions are closed, proposals are open",
    "the last weeks of a call",
    week=-3,
    closes=(6, FRI),
    pilots=(20, 46),
)
SUBMITTED, DRAFT = "bold", "unbroken"


def steps(calendar: Calendar) -> list[Step]:
    """Three weeks ago to last week."""
    act = calendar.act
    return [
        *calls.publishing(calendar, PLAN, second="Marcus Bell"),
        *proposing.filling(calendar, (-2, TUE, "13:00"), 92, SUBMITTED),
        act((-2, THU, "13:30"), "A proposal for cohort 92 is submitted", proposing.submit, 92, SUBMITTED),
        act((-1, TUE, "18:10"), "A draft for cohort 92 is begun", proposing.start, 92, DRAFT),
        act((-1, TUE, "18:30"), "A draft for cohort 92 gets its answers", proposing.answer, 92, DRAFT),
    ]
