"""Cohort 90: published, proposed to, opened by two people; one startup was late, one never sent its draft."""

from pglab.cli.demo import calls, clarifying, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.story import FRI, MON, TUE, WED, Calendar, Step

COHORT = 90
PLAN = Plan(
    COHORT,
    "Sample cohort: three pilots in City departments",
    "a whole round of the program from the call to the payments",
    week=-47,
    pilots=(29, 55),
)
SUBMITTED = ("curbsense", "wang", "cooperative", "permitpal", "plainanswer", "omalley")
QUESTION = (
    "Your plan names a month for the installation and no date by which it can be stopped. Until when can the "
    "department still stop it at no cost? Please also send the deck again: some of its pages came out too dark to read."
)
CLARIFIED = {
    "curbsense": "Month 1: choose thirty crossings together and get the permits. Until the last day of month 1 the "
    "department can stop at no cost; after that the boxes are on the poles and we take them down within two weeks.",
    "omalley": "The department can stop on any day of the first six weeks. We have bought nothing for it until then.",
}
LATE, NEVER_SENT = "stormwater", "rowhouse"


def steps(calendar: Calendar) -> list[Step]:
    """Forty-seven weeks ago to forty-three: from the first draft of the RFP to the opening."""
    act = calendar.act
    return [
        *calls.publishing(calendar, PLAN),
        *[step for number, key in enumerate((*SUBMITTED, LATE)) for step in writing(calendar, key, number)],
        act((-44, MON, "16:00"), f"{NEVER_SENT} starts for cohort 90", proposing.start, COHORT, NEVER_SENT),
        act((-44, MON, "16:40"), f"{NEVER_SENT} writes for cohort 90", proposing.answer, COHORT, NEVER_SENT),
        act((-43, TUE, "16:01"), f"{LATE} submits too late for cohort 90", proposing.submit, COHORT, LATE),
        *calls.opening(calendar, PLAN),
        *[step for number, key in enumerate(CLARIFIED) for step in clarified(calendar, key, number)],
    ]


def clarified(calendar: Calendar, key: str, number: int) -> list[Step]:
    """The program asks about the plan and for a readable deck, two days after the opening; the startup answers."""
    act, due_at, words = calendar.act, calendar.week(-42, WED, "16:00"), CLARIFIED[key]
    asked = (COHORT, key, QUESTION, due_at, clarifying.PLAN, clarifying.DECK)
    return [
        act((-43, FRI, f"09:{number}5"), f"Priya Shah asks {key} for a clarification", clarifying.ask, *asked),
        act((-42, MON, f"15:{number}5"), f"{key} answers the clarification", clarifying.answer, COHORT, key, words),
    ]


def writing(calendar: Calendar, key: str, number: int) -> list[Step]:
    """A startup starts, writes, attaches its files, and, unless it will be late, submits by the deadline."""
    act, day = calendar.act, number % 5
    found = [
        act((-46, day, "10:30"), f"{key} starts for cohort 90", proposing.start, COHORT, key),
        act((-45, day, "14:10"), f"{key} writes for cohort 90", proposing.answer, COHORT, key),
        act((-44, day, "11:20"), f"{key} adds its deck for cohort 90", proposing.attach, COHORT, key, "pitch-deck"),
        act((-44, day, "11:45"), f"{key} adds its papers for cohort 90", proposing.attach, COHORT, key, "registration"),
    ]
    if key != LATE:
        when = (-43, (MON, TUE)[number % 2], f"1{number}:47")
        found.append(act(when, f"{key} submits for cohort 90", proposing.submit, COHORT, key))
    return found
