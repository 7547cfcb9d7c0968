"""Cohort 12, open now, and cohort 13, which a program manager is setting up."""

from datetime import date, timedelta

from pglab.addenda.services import AddendumWords
from pglab.cli.demo import amending, city, confiding, proposing
from pglab.cli.demo.cohorts import draft_13
from pglab.cli.demo.judging import EVALUATORS, accept, seat
from pglab.cli.demo.story import FRI, Calendar, Step
from pglab.proposals.services import ask_review
from pglab.rfps.queries import get_form_section
from pglab.rfps.services import NewCohort, create_cohort, publish_rfp, send_for_review

OPEN, NEXT = 12, 13
CLARIFIED = AddendumWords(
    "Who can host a pilot",
    "City authorities can host a pilot too, not only departments. Nothing else changes.",
    "Startups asked us.",
    needs_acknowledgement=False,
)
CLEARER = ("eligibility.3", "You can take part for the full six months, with a City department or a City authority.")
EASED = AddendumWords(
    "A longer pitch deck",
    "Your pitch deck may have up to 20 pages. You need not change a deck you already added.",
    "The old limit was too tight for a field test plan.",
    needs_acknowledgement=True,
)
EASIER = ("documents.0.max_pages", 20)
PANEL = list(enumerate(EVALUATORS))


def steps(calendar: Calendar) -> list[Step]:
    """Seventeen days ago to yesterday."""
    on = calendar.on
    return [
        on((-17, "10:00"), "Cohort 12 is drafted", create, cohort_12(calendar), "Priya Shah"),
        on((-16, "15:00"), "RFP-12 is sent for review", send),
        on((-13, "09:40"), "RFP-12 is published", publish),
        *[on((-9, f"1{at}:15"), f"{name} is seated for cohort 12", seat, OPEN, name) for at, name in PANEL],
        *[
            on((-8, f"1{at}:30"), f"{name} accepts the seat for cohort 12", accept, OPEN, name)
            for at, name in PANEL[:2]
        ],
        on((-9, "09:20"), "An addendum to RFP-12 is asked for", amending.prepare, OPEN, CLARIFIED, *CLEARER),
        on((-8, "17:40"), "Addendum 1 to RFP-12 is issued", amending.issue, OPEN),
        *proposals(calendar),
        on((-1, "11:20"), "Another addendum to RFP-12 waits", amending.prepare, OPEN, EASED, *EASIER),
        on((-1, "10:30"), "Cohort 13 is drafted", create, cohort_13(calendar), "Priya Shah"),
        *draft_13.steps(calendar),
    ]


def proposals(calendar: Calendar) -> list[Step]:
    """One submitted, withdrawn for a moment and changed since, one half filled with a file that is still being checked,
    one just started; a fourth startup has begun nothing."""
    first, second, third, act = "curbsense", "permitpal", "rowhouse", calendar.any_day
    return [
        act((-8, "09:30"), f"{first} starts for cohort 12", proposing.start, OPEN, first),
        act((-7, "14:00"), f"{first} writes for cohort 12", proposing.answer, OPEN, first),
        act((-7, "16:00"), f"{first} adds its deck for cohort 12", proposing.attach, OPEN, first, "pitch-deck"),
        act((-7, "16:20"), f"{first} adds its papers for cohort 12", proposing.attach, OPEN, first, "registration"),
        act((-5, "11:05"), f"{first} submits for cohort 12", proposing.submit, OPEN, first),
        act((-5, "15:20"), f"{first} withdraws from cohort 12", proposing.withdraw, OPEN, first),
        act((-5, "15:35"), f"{first} undoes the withdrawal", proposing.undo_withdrawal, OPEN, first),
        act((-5, "12:00"), f"{second} starts for cohort 12", proposing.start, OPEN, second),
        act((-5, "13:00"), f"{second} writes for cohort 12", proposing.answer, OPEN, second),
        act((-5, "13:30"), f"{second} adds its papers for cohort 12", proposing.attach, OPEN, second, "registration"),
        act((-2, "09:15"), f"{second} replaces its papers for cohort 12", confiding.replace_papers, OPEN, second),
        act((-2, "10:10"), f"{third} starts for cohort 12", proposing.start, OPEN, third),
        act((-7, "16:30"), f"{first} calls a section completed", proposing.check_section, OPEN, first, "company"),
        act((-2, "16:40"), f"{first} goes on writing for cohort 12", write_on),
        act((-2, "16:55"), f"{first} is asked for a review", ask_for_review),
    ]


def create(new: NewCohort, name: str) -> None:
    """A program manager sets a cohort up from the sample plan."""
    create_cohort(new, actor=city.person(name))


def cohort_12(calendar: Calendar) -> NewCohort:
    """Eight pilots; the deadline is a Friday at 4 p.m., about twelve days from today."""
    closes_on = friday_after(calendar.today + timedelta(days=9))
    return NewCohort(
        number=OPEN,
        headline="Test your product with the City for six months",
        summary="We choose up to eight startups. Each tests a working product with a City department and is paid a "
        "stipend in parts. This cohort is a sample: its questions, weights and installments are made up.",
        pilot_start_on=monday_after(closes_on + timedelta(days=88)),
        pilot_end_on=monday_after(closes_on + timedelta(days=88)) + timedelta(days=25 * 7 + 4),
        budget_cents=200_000_00,
        publish_at=calendar.days(-10, "09:00"),
        questions_due_at=calendar.days(4, "16:00"),
        answers_due_at=calendar.days(7, "16:00"),
        closes_at=calendar.at(closes_on, "16:00"),
        scores_due_at=calendar.at(closes_on + timedelta(weeks=4), "16:00"),
        decision_on=closes_on + timedelta(weeks=6),
        stipend_cents=25_000_00,
        award_count=8,
        is_sample=True,
    )


def cohort_13(calendar: Calendar) -> NewCohort:
    """Half a year on; nothing of it is fixed."""
    opens_on = monday_after(calendar.today + timedelta(days=180))
    closes_on = opens_on + timedelta(weeks=4, days=FRI)
    starts_on = monday_after(closes_on + timedelta(days=88))
    return NewCohort(
        number=NEXT,
        headline="Six months with a City department",
        summary="A draft that program managers can change and publish. It is a sample.",
        pilot_start_on=starts_on,
        pilot_end_on=starts_on + timedelta(days=25 * 7 + 4),
        budget_cents=150_000_00,
        publish_at=calendar.at(opens_on, "09:00"),
        questions_due_at=calendar.at(opens_on + timedelta(weeks=2), "16:00"),
        answers_due_at=calendar.at(opens_on + timedelta(weeks=3), "16:00"),
        closes_at=calendar.at(closes_on, "16:00"),
        scores_due_at=calendar.at(closes_on + timedelta(weeks=4), "16:00"),
        decision_on=closes_on + timedelta(weeks=6),
        stipend_cents=25_000_00,
        award_count=6,
        is_sample=True,
    )


def friday_after(day: date) -> date:
    """The first Friday from a day on."""
    return day + timedelta(days=(FRI - day.weekday()) % 7)


def monday_after(day: date) -> date:
    """The first Monday from a day on."""
    return day + timedelta(days=-day.weekday() % 7)


def send() -> None:
    send_for_review(city.rfp(OPEN), actor=city.person("Priya Shah"))


def publish() -> None:
    rfp = city.rfp(OPEN)
    publish_rfp(rfp, version=rfp.version, actor=city.person("Marcus Bell"))


def write_on() -> None:
    """The editor changes answers after the submission: they count only when somebody submits again."""
    proposing.answer(OPEN, "curbsense", part="unsent", actor=city.person("Lee Okafor"))


def ask_for_review() -> None:
    """The editor asks the representative to look at what changed."""
    proposal = city.proposal(OPEN, "curbsense")
    section = get_form_section(proposal.rfp_id, "impact")
    asked, editor = city.representative("curbsense"), city.person("Lee Okafor")
    ask_review(proposal, section, of=asked, note="I counted the crossings again. Is this right?", actor=editor)
