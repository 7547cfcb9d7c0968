"""Setting up a sample cohort: its dates counted from the week of publication, and the three steps to publication."""

from dataclasses import dataclass, fields

from pglab.cli.demo import city
from pglab.cli.demo.story import FRI, MON, THU, TUE, WED, Calendar, Step
from pglab.proposals.services import ask_opening, confirm_opening
from pglab.rfps.services import (
    CallDates,
    NewCohort,
    Stages,
    change_dates,
    change_stages,
    create_cohort,
    publish_rfp,
    send_for_review,
)

SUMMARY = "A sample, made to show {what}. Its startups, people, scores and payments are made up."
STIPEND_CENTS = 25_000_00


@dataclass(frozen=True)
class Plan:
    """A sample cohort. `week` is the week of publication, before (negative) or after this one; `closes` and `pilots`
    count in weeks from there: the deadline's week and weekday, the first and the last week of the pilots."""

    number: int
    headline: str
    what: str
    week: int
    awards: int = 3
    closes: tuple[int, int] = (4, TUE)
    pilots: tuple[int, int] = (14, 40)
    finalists: bool = False  # finalists pitch, and host departments review feasibility, in the weeks after the scores

    @property
    def closing_week(self) -> int:
        """The week in which proposals are due."""
        return self.week + self.closes[0]


def dated(plan: Plan, calendar: Calendar) -> NewCohort:
    """The cohort with its dates: questions for two weeks, answers for one more, scores three weeks after the deadline,
    decisions three weeks after that."""
    week, closing = plan.week, plan.closing_week
    return NewCohort(
        number=plan.number,
        headline=plan.headline,
        summary=SUMMARY.format(what=plan.what),
        pilot_start_on=calendar.week_day(week + plan.pilots[0], MON),
        pilot_end_on=calendar.week_day(week + plan.pilots[1], FRI),
        budget_cents=plan.awards * STIPEND_CENTS,
        publish_at=calendar.week(week, WED, "09:00"),
        questions_due_at=calendar.week(week + 2, FRI, "16:00"),
        answers_due_at=calendar.week(week + 3, FRI, "16:00"),
        closes_at=calendar.week(closing, plan.closes[1], "16:00"),
        scores_due_at=calendar.week(closing + 3, FRI, "16:00"),
        decision_on=calendar.week_day(closing + 6, MON),
        stipend_cents=STIPEND_CENTS,
        award_count=plan.awards,
        is_sample=True,
    )


def publishing(calendar: Calendar, plan: Plan, *, ahead: int = 0, second: str = "Helen Novak") -> list[Step]:
    """Drafted, sent for review and published by a second person in the week of publication or `ahead` of it."""
    act, number, week = calendar.act, plan.number, plan.week - ahead
    stages = [
        act((week, MON, "11:00"), f"Cohort {number} has finalists", add_stages, number),
        act((week, MON, "11:30"), f"The stages of cohort {number} have their days", date_stages, plan, calendar),
    ]
    return [
        act((week, MON, "10:00"), f"Cohort {number} is drafted", create, dated(plan, calendar)),
        *(stages if plan.finalists else []),
        act((week, MON, "15:30"), f"RFP-{number} is sent for review", send, number),
        act((week, TUE, "11:15"), f"RFP-{number} is published", publish, number, second),
    ]


def opening(calendar: Calendar, plan: Plan, weekday: int = WED) -> list[Step]:
    """One person asks for the opening and another opens, in the week of the deadline."""
    act, number, week = calendar.act, plan.number, plan.closing_week
    return [
        act((week, weekday, "09:30"), f"The opening of cohort {number} is asked for", ask_to_open, number),
        act((week, weekday, "13:00"), f"The proposals of cohort {number} are opened", open_all, number),
    ]


def create(new: NewCohort) -> None:
    """The first program manager sets the cohort up from the sample plan."""
    create_cohort(new, actor=city.person("Priya Shah"))


def add_stages(number: int) -> None:
    """Both optional stages."""
    rfp = city.rfp(number)
    stages = Stages(has_pitch=True, has_feasibility=True)
    change_stages(rfp, stages, version=rfp.version, actor=city.person("Priya Shah"))


def date_stages(plan: Plan, calendar: Calendar) -> None:
    """Their days: the pitches the week after the scores, the reviews the week after that."""
    rfp = city.rfp(plan.number)
    dates = CallDates(
        **{field.name: getattr(rfp, field.name) for field in fields(CallDates)}
        | {
            "pitch_on": calendar.week_day(plan.closing_week + 4, THU),
            "feasibility_on": calendar.week_day(plan.closing_week + 5, WED),
        }
    )
    change_dates(rfp, dates, version=rfp.version, actor=city.person("Priya Shah"))


def send(number: int) -> None:
    """The draft goes to a second person."""
    send_for_review(city.rfp(number), actor=city.person("Priya Shah"))


def publish(number: int, second: str) -> None:
    """The second person publishes."""
    rfp = city.rfp(number)
    publish_rfp(rfp, version=rfp.version, actor=city.person(second))


def ask_to_open(number: int, name: str = "Priya Shah") -> None:
    """The first of two people asks for the opening."""
    ask_opening(city.rfp(number), actor=city.person(name))


def open_all(number: int) -> None:
    """The second person opens."""
    confirm_opening(city.rfp(number), actor=city.person("Helen Novak"))
