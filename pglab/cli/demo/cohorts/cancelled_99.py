"""Cohort 99, cancelled by two people two weeks after it opened."""

from pglab.cli.demo import amending, calls
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.story import FRI, THU, Calendar, Step

PLAN = Plan(99, "Sample cohort: a call that was cancelled", "a call that was cancelled before its deadline", week=-5)
REASON = "The department that would host these pilots moves to another building this year. We plan a new call for fall."


def steps(calendar: Calendar) -> list[Step]:
    """Five weeks ago to three weeks ago."""
    ask = amending.ask_to_cancel
    return [
        *calls.publishing(calendar, PLAN),
        calendar.act((-3, THU, "10:30"), "The cancellation of cohort 99 is asked for", ask, 99, REASON),
        calendar.act((-3, FRI, "09:45"), "Cohort 99 is cancelled", amending.cancel, 99),
    ]
