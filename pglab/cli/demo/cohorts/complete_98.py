"""Cohort 98, complete: its pilots are over, every milestone is accepted and every installment paid."""

from pglab.awards.states import Outcome
from pglab.cli.demo import calls, judging, piloting, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.judging import Field
from pglab.cli.demo.people import OTHER_CHAMPION
from pglab.cli.demo.piloting import Agreed
from pglab.cli.demo.story import FRI, MON, THU, TUE, WED, Calendar, Step

PLAN = Plan(98, "Sample cohort: two finished pilots", "a round of the program that is over", week=-66, awards=2)
FIELD = Field(98, ("permitpal", "omalley", "stormwater"))
OUTCOMES = {"permitpal": Outcome.AWARD, "omalley": Outcome.AWARD, "stormwater": Outcome.DECLINE}
PILOTS = (
    Agreed(
        98,
        "permitpal",
        "Permits on one page",
        "Mona Abara",
        first_week=-52,
        executed_in=-53,
        vendor=("104301", "Pittsburgh, Grant St"),
    ),
    Agreed(
        98,
        "omalley",
        "Thermometers that last",
        OTHER_CHAMPION,
        first_week=-52,
        executed_in=-53,
        vendor=("104322", "Mount Oliver, Brownsville Rd"),
    ),
)
# For each milestone: what is handed in, in which week, and who approves the payment in the week after.
MILESTONES = (
    ("plan", -49, ("Helen Novak", "Tomas Lin")),
    ("proof", -37, ("Marcus Bell", "Tomas Lin")),
    ("report", -26, ("Helen Novak", "Marisol Vega")),
)


def steps(calendar: Calendar) -> list[Step]:
    """Sixty-six weeks ago to twenty-four weeks ago."""
    return [
        *calls.publishing(calendar, PLAN),
        *judging.seating(calendar, 98, -64),
        *proposing.submitting(calendar, 98, FIELD.keys, PLAN.closing_week),
        *calls.opening(calendar, PLAN),
        *judging.scoring(calendar, FIELD, PLAN.closing_week),
        *judging.deciding(calendar, FIELD, -58, OUTCOMES),
        calendar.act((-56, MON, "10:00"), "The decisions of cohort 98 are released", judging.release, 98),
        *[step for at, agreed in enumerate(PILOTS) for step in running(calendar, agreed, f"1{at}:40")],
    ]


def running(calendar: Calendar, agreed: Agreed, clock: str) -> list[Step]:
    """One pilot from the accepted award to the last payment."""
    act, key, w9_on_file_on = calendar.act, agreed.key, calendar.week_day(-54, MON)
    return [
        act((-56, WED, clock), agreed.on("Accepted: the award"), piloting.accept, 98, key),
        act((-54, MON, clock), agreed.on("Set up: the pilot"), piloting.start, calendar, agreed),
        act((-54, TUE, clock), f"{key} gets a vendor number", piloting.enter_vendor, agreed, w9_on_file_on),
        act((-54, WED, clock), f"The vendor number of {key} is confirmed", piloting.confirm_vendor, key),
        act((-53, THU, clock), agreed.on("Executed: the agreement"), piloting.execute, calendar, agreed),
        *[
            step
            for number, (told, week, signers) in enumerate(MILESTONES, start=1)
            for step in (
                act(
                    (week, WED, clock),
                    agreed.on(f"Handed in: milestone {number}"),
                    piloting.hand_in,
                    agreed,
                    number,
                    told,
                ),
                act((week, FRI, clock), agreed.on(f"Accepted: milestone {number}"), piloting.approve, agreed, number),
                *piloting.paying(calendar, agreed, number, week + 1, signers),
            )
        ],
    ]
