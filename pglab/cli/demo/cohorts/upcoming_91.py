"""Cohort 91, upcoming: published by two people, public only in two weeks. Nobody has done anything yet."""

from pglab.cli.demo import calls
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.story import Calendar, Step

PLAN = Plan(91, "Sample cohort: a call that opens in two weeks", "a call before it opens", week=2)


def steps(calendar: Calendar) -> list[Step]:
    """Last week: drafted and published ahead of its day."""
    return calls.publishing(calendar, PLAN, ahead=3, second="Marcus Bell")
