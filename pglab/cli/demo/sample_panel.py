"""The panel of cohort 90: seats, conflicts of each kind, scores, a tie, a late recusal, decisions and their release."""

from uuid import UUID

from pglab.accounts.models import User
from pglab.awards import queries as award_queries
from pglab.awards.services import Choice, ask_release, release_decisions, set_decisions
from pglab.awards.states import Outcome
from pglab.cli.demo import city
from pglab.cli.demo.sample_cohort import COHORT, SUBMITTED
from pglab.cli.demo.story import FRI, MON, THU, TUE, WED, Calendar, Step
from pglab.reviews import queries, services
from pglab.reviews.models import PanelMember
from pglab.reviews.services import Declared, Given
from pglab.reviews.states import ConflictAnswer
from pglab.rfps.queries import list_criteria

EVALUATORS = ("Avery Chen", "Bianca Ortiz", "Carl Dietz", "Dee Evans")
CONFLICT = ("Carl Dietz", "omalley", "I worked for the company until two years ago.")
UNSURE = ("Dee Evans", "permitpal", "I hired them for a small job at another employer in 2021.")
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
        *[step for number, name in enumerate(EVALUATORS) for step in serving(calendar, name, f"{10 + number}:05")],
        act((-42, MON, "11:00"), "An unsure evaluator is cleared", decide),
        act((-39, MON, "09:10"), "An evaluator recuses late", recuse),
        act((-39, WED, "10:00"), "The panel stage of cohort 90 opens", open_panel),
        act((-38, THU, "15:00"), "The decisions of cohort 90 are set", choose),
        act((-38, FRI, "10:20"), "The release of cohort 90 is asked for", ask),
        act((-37, MON, "10:00"), "The decisions of cohort 90 are released", release),
    ]


def serving(calendar: Calendar, name: str, clock: str) -> list[Step]:
    """One evaluator: seated, accepting, declaring, scoring one proposal a day, signing."""
    act = calendar.act
    scored = [key for key in SUBMITTED if name in city.panel()["points"][key]]
    return [
        act((-45, MON, clock), f"{name} is seated for cohort 90", seat, COHORT, name),
        act((-45, WED, clock), f"{name} accepts the seat for cohort 90", accept, COHORT, name),
        act((-43, THU, clock), f"{name} declares conflicts", declare, name),
        *[
            act((-42 + at // 4, TUE + at % 4, clock), f"{name} scores {key}", score, name, key)
            for at, key in enumerate(scored)
        ],
        act((-40, THU, clock), f"{name} signs the score sheets", sign, name),
    ]


def seat(cohort: int, name: str) -> None:
    """A program manager invites an evaluator."""
    services.seat_evaluator(city.rfp(cohort), email=city.address(name), actor=city.person("Priya Shah"))


def accept(cohort: int, name: str) -> None:
    """The evaluator says yes."""
    services.accept_seat(member(cohort, name), actor=city.person(name))


def member(cohort: int, name: str) -> PanelMember:
    """An evaluator's seat."""
    found = queries.find_seat(city.rfp(cohort), city.person(name))
    if found is None:
        raise LookupError(f"{name} has no seat for cohort {cohort}")
    return found


def declare(name: str) -> None:
    """The evaluator declares on every proposal before reading any."""
    answers = {(CONFLICT[0], CONFLICT[1]): Declared(ConflictAnswer.CONFLICT, CONFLICT[2])}
    answers[UNSURE[0], UNSURE[1]] = Declared(ConflictAnswer.UNSURE, UNSURE[2])
    declared = {
        city.proposal(COHORT, key).id: answers.get((name, key), Declared(ConflictAnswer.NONE)) for key in SUBMITTED
    }
    services.declare_conflicts(member(COHORT, name), declared, actor=city.person(name))


def decide() -> None:
    """A program manager settles the “not sure”."""
    seated, unsure = member(COHORT, UNSURE[0]), city.proposal(COHORT, UNSURE[1])
    services.decide_unsure(
        queries.get_pending_declaration(city.rfp(COHORT), seated.id, unsure.reference),
        may_score=True,
        reason="One small job, years ago, at another employer: no lasting tie.",
        actor=city.person("Priya Shah"),
    )


def score(name: str, key: str) -> None:
    """The evaluator gives points with an explanation each, and marks the sheet final."""
    seated, proposal, actor = member(COHORT, name), city.proposal(COHORT, key), city.person(name)
    services.save_scores(seated, proposal, given(proposal.rfp_id, name, key), version=0, actor=actor)
    services.mark_final(seated, proposal, actor=actor)


def given(rfp_id: UUID, name: str, key: str) -> dict[UUID, Given]:
    """Points and explanations by criterion; evaluators word the same points in two ways by turns."""
    told, turn = city.panel(), EVALUATORS.index(name) + SUBMITTED.index(key)
    points = told["points"][key][name]
    return {
        criterion.id: Given(point, told["explanations"][criterion.title][str(point)][(turn + at) % 2])
        for at, (criterion, point) in enumerate(zip(list_criteria(rfp_id), points, strict=True))
    }


def sign(name: str) -> None:
    """The evaluator signs everything that is final."""
    services.sign_sheets(member(COHORT, name), actor=city.person(name))


def recuse() -> None:
    """A conflict that came up after signing."""
    name, key, note = LATE_RECUSAL
    services.recuse(member(COHORT, name), city.proposal(COHORT, key), note=note, actor=city.person(name))


def open_panel() -> None:
    services.open_panel_stage(city.rfp(COHORT), actor=city.person("Priya Shah"))


def choose() -> None:
    """Three awards, one reserve, two not selected, each with a debrief."""
    feedback = city.panel()["feedback"]
    choices = {city.proposal(COHORT, key).id: Choice(outcome, feedback[key]) for key, outcome in OUTCOMES.items()}
    set_decisions(city.rfp(COHORT), choices, actor=city.person("Priya Shah"))


def ask() -> None:
    ask_release(city.rfp(COHORT), actor=city.person("Priya Shah"))


def release() -> None:
    """The second person releases what was asked for."""
    call, actor = city.rfp(COHORT), second_person()
    asked = award_queries.find_release(call)
    if asked is None:
        raise LookupError("nobody asked for the release")
    release_decisions(call, sha256=asked.sha256, actor=actor)


def second_person() -> User:
    """Who confirms what the program manager prepared."""
    return city.person("Helen Novak")
