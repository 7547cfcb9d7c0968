"""What comes next in a pilot: one sentence for whoever is looking."""

from dataclasses import dataclass

from pglab.accounts.models import User
from pglab.pilots import policy
from pglab.pilots.models import Agreement, Pilot
from pglab.pilots.queries.milestones import MilestoneView, review_due_on
from pglab.pilots.states import AgreementStatus, MilestoneStatus
from pglab.web.filters import et_date, local_day


@dataclass(frozen=True)
class Step:
    """The next step: the sentence, and where it is taken: a button label, the milestone or agreement."""

    text: str
    label: str = ""
    milestone: int | None = None
    agreement: str = ""


def next_step(pilot: Pilot, agreement: Agreement, milestones: list[MilestoneView], viewer: User) -> Step:
    """One sentence: what this person does next, or whom the pilot waits for."""
    current = next((each for each in milestones if each.milestone.status is not MilestoneStatus.ACCEPTED), None)
    if policy.may_execute(viewer) and agreement.status is AgreementStatus.DRAFTED:
        return Step(
            f"Record the executed agreement {agreement.reference}. Nothing is paid before.",
            "Record the agreement",
            agreement=agreement.reference,
        )
    if current is None:
        return Step("Every milestone is accepted. Nothing is left to hand in.")
    if policy.is_member(viewer, pilot):
        return _for_startup(pilot, current, may_hand_in=policy.may_hand_in(viewer, pilot))
    waiting = next((each for each in milestones if each.milestone.status is MilestoneStatus.SUBMITTED), None)
    if policy.may_decide(viewer, pilot) and waiting:
        number = waiting.milestone.number
        return Step(f"Review milestone {number} by {_review_due(waiting)}.", f"Review milestone {number}", number)
    return Step(_whom_it_waits_for(pilot, waiting or current))


def _for_startup(pilot: Pilot, current: MilestoneView, *, may_hand_in: bool) -> Step:
    milestone = current.milestone
    if milestone.status is MilestoneStatus.SUBMITTED:
        return Step(
            f"Nothing for you now: {pilot.champion.name} answers on milestone {milestone.number} "
            f"by {_review_due(current)}."
        )
    label = f"Hand in milestone {milestone.number}" if may_hand_in else ""
    if milestone.status is MilestoneStatus.CHANGES_REQUESTED:
        return Step(f"Make the changes asked for on milestone {milestone.number}, then hand it in again.",
                    label, milestone.number)  # fmt: skip  # one thought
    return Step(f"Hand in milestone {milestone.number} by {et_date(milestone.due_on)}.", label, milestone.number)


def _whom_it_waits_for(pilot: Pilot, view: MilestoneView) -> str:
    number = view.milestone.number
    if view.milestone.status is MilestoneStatus.SUBMITTED:
        return f"{pilot.champion.name} reviews milestone {number} by {_review_due(view)}."
    late = f", {view.days_late} days late" if view.days_late > 1 else ", 1 day late" if view.days_late else ""
    return f"{pilot.organization.legal_name} hands in milestone {number}, due {et_date(view.milestone.due_on)}{late}."


def _review_due(view: MilestoneView) -> str:
    if view.newest is None:
        return ""
    return et_date(review_due_on(local_day(view.newest.version.submitted_at)))
