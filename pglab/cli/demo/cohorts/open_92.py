"""Cohort 92, open after its last day for questions: one proposal is in, with a page that is confidential, another is a
draft; no panel is seated yet."""

from datetime import timedelta

from pglab.addenda.services import AddendumWords
from pglab.cli.demo import amending, calls, confiding, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.story import FRI, THU, TUE, WED, Calendar, Step

PLAN = Plan(
    92,
    "Sample cohort: questions are closed, proposals are open",
    "the last weeks of a call",
    week=-3,
    closes=(6, FRI),
    pilots=(20, 46),
    finalists=True,
)
WORDS = AddendumWords(
    "What a pilot must measure",
    "Each proposal says how it will measure its result. Read the changed section before you submit.",
    "",
    needs_acknowledgement=True,
)
CHANGE = (
    "sections.0.body",
    "The City of Pittsburgh asks startups to test working products with its departments.\n\n"
    "Each proposal says what it will measure, and how.",
)
WEEK, WHY = timedelta(days=7), "Startups need time for the changed section."
SUBMITTED, DRAFT = "bold", "unbroken"


def steps(calendar: Calendar) -> list[Step]:
    """Three weeks ago to last week."""
    act, later = calendar.act, amending.ask_later_deadline
    return [
        *calls.publishing(calendar, PLAN, second="Marcus Bell"),
        *proposing.filling(calendar, (-2, TUE, "13:00"), 92, SUBMITTED),
        *confiding.marking(calendar, (-2, WED), 92, SUBMITTED),
        act((-2, THU, "13:30"), "A proposal for cohort 92 is submitted", proposing.submit, 92, SUBMITTED),
        act((-1, TUE, "18:10"), "A draft for cohort 92 is begun", proposing.start, 92, DRAFT),
        act((-1, TUE, "10:15"), "An addendum to RFP-92 is asked for", amending.prepare, 92, WORDS, *CHANGE),
        act((-1, TUE, "14:20"), "Addendum 1 to RFP-92 is issued", amending.issue, 92),
        act((-1, WED, "09:20"), "A later deadline for cohort 92 is asked for", later, 92, WEEK, WHY),
        act((-1, WED, "15:30"), "Addendum 2 to RFP-92 moves the deadline", amending.extend, 92),
        act((-1, TUE, "18:30"), "A draft for cohort 92 gets its answers", proposing.answer, 92, DRAFT),
    ]
