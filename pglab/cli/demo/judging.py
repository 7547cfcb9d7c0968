"""What a panel does in any cohort: seats, conflicts, scores, signatures, decisions and their release."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from pglab.awards import queries as award_queries
from pglab.awards.services import Choice, ask_release, release_decisions, set_decisions
from pglab.awards.states import Outcome
from pglab.cli.demo import city
from pglab.cli.demo.story import FRI, MON, THU, TUE, WED, Calendar, Step
from pglab.reviews import queries, services
from pglab.reviews.models import PanelMember
from pglab.reviews.services import Declared, Given
from pglab.reviews.states import ConflictAnswer
from pglab.rfps.queries import list_criteria

EVALUATORS = ("Avery Chen", "Bianca Ortiz", "Carl Dietz", "Dee Evans")
NO_CONFLICT = Declared(ConflictAnswer.NONE)


@dataclass(frozen=True)
class Field:
    """The proposals a panel has before it: whose, in the order in which the panel's points are told."""

    cohort: int
    keys: tuple[str, ...]

    def points(self, name: str, key: str) -> list[int] | None:
        """What an evaluator gives a proposal, by criterion; the sixth proposal is not scored by everybody."""
        told = list(city.panel()["points"].values())
        found: list[int] | None = told[self.keys.index(key) % len(told)].get(name)
        return found

    def scored_by(self, name: str) -> list[str]:
        """The proposals an evaluator scores."""
        return [key for key in self.keys if self.points(name, key)]


def seating(calendar: Calendar, cohort: int, week: int, *, accepting: Iterable[str] = EVALUATORS) -> list[Step]:
    """All four are invited in a week; who accepts does so two days later."""
    act = calendar.act
    invited = [
        act((week, MON, f"1{at}:05"), f"{name} is seated for cohort {cohort}", seat, cohort, name)
        for at, name in enumerate(EVALUATORS)
    ]
    accepted = [
        act((week, WED, f"1{at}:05"), f"{name} accepts the seat for cohort {cohort}", accept, cohort, name)
        for at, name in enumerate(accepting)
    ]
    return [*invited, *accepted]


def scoring(calendar: Calendar, field: Field, week: int) -> list[Step]:
    """A panel without conflicts: everybody declares the day after the opening, scores in the next week and signs."""
    return [
        step
        for at, name in enumerate(EVALUATORS)
        for step in (
            calendar.act((week, THU, f"1{at}:05"), f"{name} declares for cohort {field.cohort}", declare, field, name),
            calendar.act((week + 1, at, "10:45"), f"{name} scores cohort {field.cohort}", score_all, field, name),
            calendar.act((week + 1, FRI, f"1{at}:20"), f"{name} signs for cohort {field.cohort}", sign, field, name),
        )
    ]


def deciding(calendar: Calendar, field: Field, week: int, outcomes: Mapping[str, Outcome]) -> list[Step]:
    """The panel stage opens, decisions are set, and their release is asked for."""
    act, cohort = calendar.act, field.cohort
    return [
        act((week, TUE, "10:00"), f"The panel stage of cohort {cohort} opens", open_panel, cohort),
        act((week, THU, "15:00"), f"The decisions of cohort {cohort} are set", choose, field, outcomes),
        act((week, FRI, "10:20"), f"The release of cohort {cohort} is asked for", ask, cohort),
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


def declare(field: Field, name: str, told: Mapping[str, Declared] | None = None) -> None:
    """The evaluator declares on every proposal before reading any; no conflict but where another answer is told."""
    declared = {city.proposal(field.cohort, key).id: (told or {}).get(key, NO_CONFLICT) for key in field.keys}
    services.declare_conflicts(member(field.cohort, name), declared, actor=city.person(name))


def decide_unsure(cohort: int, name: str, key: str, reason: str) -> None:
    """A program manager settles a “not sure”: they score it."""
    pending = queries.get_pending_declaration(
        city.rfp(cohort), member(cohort, name).id, city.proposal(cohort, key).reference
    )
    services.decide_unsure(pending, may_score=True, reason=reason, actor=city.person("Priya Shah"))


def recuse(cohort: int, name: str, key: str, note: str) -> None:
    """A conflict that came up after the declaration."""
    services.recuse(member(cohort, name), city.proposal(cohort, key), note=note, actor=city.person(name))


def score(field: Field, name: str, key: str, *, final: bool = True, criteria: int = 5) -> None:
    """The evaluator gives points with an explanation each, all or the first few, and marks the sheet final or not."""
    seated, proposal, actor = member(field.cohort, name), city.proposal(field.cohort, key), city.person(name)
    given = list(explained(field, name, key, proposal.rfp_id).items())[:criteria]
    services.save_scores(seated, proposal, dict(given), version=0, actor=actor)
    if final:
        services.mark_final(seated, proposal, actor=actor)


def score_all(field: Field, name: str) -> None:
    """The evaluator scores everything in one sitting."""
    for key in field.scored_by(name):
        score(field, name, key)


def explained(field: Field, name: str, key: str, rfp_id: UUID) -> dict[UUID, Given]:
    """Points and explanations by criterion; evaluators word the same points in two ways by turns."""
    told, turn = city.panel()["explanations"], EVALUATORS.index(name) + field.keys.index(key)
    points = field.points(name, key) or []
    return {
        criterion.id: Given(point, told[criterion.title][str(point)][(turn + at) % 2])
        for at, (criterion, point) in enumerate(zip(list_criteria(rfp_id), points, strict=True))
    }


def sign(field: Field, name: str) -> None:
    """The evaluator signs everything that is final."""
    services.sign_sheets(member(field.cohort, name), actor=city.person(name))


def open_panel(cohort: int, reason: str = "") -> None:
    """Nobody scores any more; the ranking is shown to the program."""
    services.open_panel_stage(city.rfp(cohort), reason=reason, actor=city.person("Priya Shah"))


def choose(field: Field, outcomes: Mapping[str, Outcome]) -> None:
    """An outcome for each proposal, with a debrief: its own where one is told, else one for its kind."""
    feedback = city.panel()["feedback"]
    choices = {
        city.proposal(field.cohort, key).id: Choice(
            outcome, feedback.get(f"{field.cohort} {key}") or feedback[outcome.value]
        )
        for key, outcome in outcomes.items()
    }
    set_decisions(city.rfp(field.cohort), choices, actor=city.person("Priya Shah"))


def ask(cohort: int) -> None:
    """The program manager asks for the release."""
    ask_release(city.rfp(cohort), actor=city.person("Priya Shah"))


def release(cohort: int) -> None:
    """The second person releases what was asked for."""
    call = city.rfp(cohort)
    asked = award_queries.find_release(call)
    if asked is None:
        raise LookupError("nobody asked for the release")
    release_decisions(call, sha256=asked.sha256, actor=city.person("Helen Novak"))
