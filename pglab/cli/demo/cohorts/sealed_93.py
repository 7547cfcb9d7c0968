"""Cohort 93, closed and sealed: one startup was too late with everything, one with a change of what it had sent, a
third withdrew in time; the opening is asked for and waits for a second person."""

from pglab.cli.demo import calls, judging, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.story import FRI, TUE, WED, Calendar, Step

PLAN = Plan(
    93,
    "Sample cohort: closed, and sealed until two people open it",
    "the days between deadline and opening",
    week=-5,
    closes=(4, WED),
)
SUBMITTED = ("curbsense", "bold", "unbroken", "riverbend", "wang")
LATE, LATE_AGAIN, NEVER_SENT, WITHDRAWN = "rowhouse", "wang", "stormwater", "riverbend"


def steps(calendar: Calendar) -> list[Step]:
    """Five weeks ago to last week."""
    act = calendar.act
    return [
        *calls.publishing(calendar, PLAN),
        *judging.seating(calendar, 93, -3),
        *proposing.submitting(calendar, 93, SUBMITTED, PLAN.closing_week),
        act((-1, TUE, "09:50"), f"{WITHDRAWN} withdraws from cohort 93", proposing.withdraw, 93, WITHDRAWN),
        act((-1, TUE, "17:20"), f"{NEVER_SENT} starts for cohort 93", proposing.start, 93, NEVER_SENT),
        *proposing.filling(calendar, (-1, WED, "09:20"), 93, LATE),
        act((-1, WED, "15:20"), f"{LATE_AGAIN} fills in once more for cohort 93", proposing.answer, 93, LATE_AGAIN),
        act((-1, WED, "16:01"), f"{LATE} submits too late for cohort 93", proposing.submit, 93, LATE),
        act((-1, WED, "16:20"), f"{LATE_AGAIN} submits again, too late", proposing.submit, 93, LATE_AGAIN),
        act((-1, FRI, "15:10"), "The opening of cohort 93 is asked for", calls.ask_to_open, 93, "Marcus Bell"),
    ]
