"""The panel of cohort 90: seats, conflicts of each kind, scores, a tie, a late recusal, decisions and their release."""

from pglab.awards.states import Outcome
from pglab.cli.demo import judging
from pglab.cli.demo.cohorts.call_90 import COHORT, SUBMITTED
from pglab.cli.demo.judging import EVALUATORS, Field
from pglab.cli.demo.story import FRI, MON, THU, TUE, WED, Calendar, Step
from pglab.reviews.services import Declared
from pglab.reviews.states import ConflictAnswer

FIELD = Field(COHORT, SUBMITTED)
TOLD = {
    "Carl Dietz": {
        "omalley": Declared(ConflictAnswer.CONFLICT, "I worked for the company until two years ago."),
    },
    "Dee Evans": {
        "permitpal": Declared(ConflictAnswer.UNSURE, "I hired them for a small job at another employer in 2021."),
    },
}
CLEARED = "One small job, years ago, at another employer: no lasting tie."
LATE_RECUSAL = ("Bianca Ortiz", "plainanswer", "My sister has accepted a job with them this week.")
OUTCOMES = {
    "curbsense": Outcome.AWARD,
    "wang": Outcome.AWARD,
    "cooperative": Outcome.AWARD,
    "permitpal": Outcome.RESERVE,
    "plainanswer": Outcome.DECLINE,
    "omalley": Outcome.DECLINE,
}


def steps(calendar: Calendar) -> list[Step]:
    """Forty-five weeks ago to thirty-seven: from the first seat to the release of the decisions."""
    act = calendar.act
    return [
        *judging.seating(calendar, COHORT, -45),
        *[step for at, name in enumerate(EVALUATORS) for step in judged_by(calendar, name, f"{10 + at}:05")],
        act(
            (-42, MON, "11:00"),
            "An unsure evaluator is cleared",
            *(judging.decide_unsure, COHORT, "Dee Evans", "permitpal", CLEARED),
        ),
        act((-39, MON, "09:10"), "An evaluator recuses late", judging.recuse, COHORT, *LATE_RECUSAL),
        act((-39, WED, "10:00"), "The panel stage of cohort 90 opens", judging.open_panel, COHORT),
        act((-38, THU, "15:00"), "The decisions of cohort 90 are set", judging.choose, FIELD, OUTCOMES),
        act((-38, FRI, "10:20"), "The release of cohort 90 is asked for", judging.ask, COHORT),
        act((-37, MON, "10:00"), "The decisions of cohort 90 are released", judging.release, COHORT),
    ]


def judged_by(calendar: Calendar, name: str, clock: str) -> list[Step]:
    """One evaluator: declaring, scoring one proposal a day, signing."""
    act = calendar.act
    return [
        act((-43, THU, clock), f"{name} declares conflicts", judging.declare, FIELD, name, TOLD.get(name)),
        *[
            act((-42 + at // 4, TUE + at % 4, clock), f"{name} scores {key}", judging.score, FIELD, name, key)
            for at, key in enumerate(FIELD.scored_by(name))
        ],
        act((-40, THU, clock), f"{name} signs the score sheets", judging.sign, FIELD, name),
    ]
