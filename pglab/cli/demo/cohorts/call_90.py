"""Cohort 90: published, proposed to, opened by two people; one startup was late, one never sent its draft."""

from pglab.cli.demo import calls, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.story import MON, TUE, Calendar, Step

COHORT = 90
PLAN = Plan(
    COHORT,
    "Sample cohort: three pilots in City departments",
    "a whole round of the program from the call to the payments",
    week=-47,
    pilots=(29, 55),
)
SUBMITTED = ("curbsense", "wang", "cooperative", "permitpal", "plainanswer", "omalley")
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
