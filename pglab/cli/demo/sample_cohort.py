"""Cohort 90, a sample that nobody takes for one of the program's own: published, proposed to, opened by two people."""

from pglab.cli.demo import city, proposing
from pglab.cli.demo.story import FRI, MON, TUE, WED, Calendar, Step
from pglab.proposals.services import ask_opening, confirm_opening
from pglab.rfps.services import NewCohort, create_cohort, publish_rfp, send_for_review

COHORT = 90
SUBMITTED = ("curbsense", "wang", "cooperative", "permitpal", "plainanswer", "omalley")
LATE, NEVER_SENT = "stormwater", "rowhouse"


def steps(calendar: Calendar) -> list[Step]:
    """Forty-seven weeks ago to forty-three: from the first draft of the RFP to the opening."""
    act = calendar.act
    return [
        act((-47, MON, "10:00"), "Cohort 90 is drafted", draft, calendar),
        act((-47, MON, "15:30"), "RFP-90 is sent for review", send),
        act((-47, TUE, "11:15"), "RFP-90 is published", publish),
        *[step for number, key in enumerate((*SUBMITTED, LATE)) for step in writing(calendar, key, number)],
        act((-44, MON, "16:00"), f"{NEVER_SENT} starts for cohort 90", proposing.start, COHORT, NEVER_SENT),
        act((-44, MON, "16:40"), f"{NEVER_SENT} writes for cohort 90", proposing.answer, COHORT, NEVER_SENT),
        act((-43, TUE, "16:01"), f"{LATE} submits too late for cohort 90", proposing.submit, COHORT, LATE),
        act((-43, WED, "09:30"), "The opening of cohort 90 is asked for", ask),
        act((-43, WED, "13:00"), "The proposals of cohort 90 are opened", confirm),
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


def draft(calendar: Calendar) -> None:
    """The first program manager sets the cohort up from the sample plan."""
    create_cohort(
        NewCohort(
            number=COHORT,
            headline="Sample cohort: three pilots in City departments",
            summary="A sample, made to show a whole round of the program from the call to the payments. Its startups, "
            "people, scores and payments are made up.",
            pilot_start_on=calendar.week_day(-18, MON),
            pilot_end_on=calendar.week_day(8, FRI),
            budget_cents=75_000_00,
            publish_at=calendar.week(-47, WED, "09:00"),
            questions_due_at=calendar.week(-45, FRI, "16:00"),
            answers_due_at=calendar.week(-44, FRI, "16:00"),
            closes_at=calendar.week(-43, TUE, "16:00"),
            scores_due_at=calendar.week(-40, FRI, "16:00"),
            decision_on=calendar.week_day(-37, MON),
            stipend_cents=25_000_00,
            award_count=3,
            is_sample=True,
        ),
        actor=city.person("Priya Shah"),
    )


def send() -> None:
    send_for_review(city.rfp(COHORT), actor=city.person("Priya Shah"))


def publish() -> None:
    publish_rfp(city.rfp(COHORT), actor=city.person("Helen Novak"))


def ask() -> None:
    ask_opening(city.rfp(COHORT), actor=city.person("Priya Shah"))


def confirm() -> None:
    confirm_opening(city.rfp(COHORT), actor=city.person("Helen Novak"))
