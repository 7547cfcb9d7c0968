"""Who is told what during a pilot."""

from collections.abc import Iterable

from pglab.accounts.models import StaffRole, User
from pglab.outbox.services import owe
from pglab.pilots import queries
from pglab.pilots.models import Agreement, DeliverableVersion, Milestone, Pilot
from pglab.web.filters import et_date, local_day


def announce_start(pilot: Pilot, milestones: list[Milestone]) -> None:
    """N34: the startup's members and the champion learn when their pilot starts and what is due when."""
    subject = f"Your pilot starts {et_date(pilot.starts_on)}"[:50] + f" ({pilot.reference})"
    for person in _each(queries.list_members(pilot.organization_id), [pilot.champion]):
        owe(
            "pilot_start", person, subject=subject, template="pilots/start", about=pilot,
            pilot=pilot, milestones=milestones,
        )  # fmt: skip  # one notice, two lines


def announce_execution(agreement: Agreement) -> None:
    """N54: the startup, program managers and finance learn that the agreement is executed."""
    staff = queries.list_staff(StaffRole.PROGRAM_MANAGER, StaffRole.FINANCE)
    for person in _each(queries.list_members(agreement.pilot.organization_id), staff):
        owe(
            "agreement_executed", person, subject=f"Agreement executed ({agreement.reference})",
            template="pilots/executed", about=agreement, agreement=agreement,
        )  # fmt: skip  # one notice, two lines


def ask_for_review(version: DeliverableVersion) -> None:
    """N36: the champion is asked to review what was handed in; program managers know that it waits."""
    milestone = version.milestone
    due = queries.review_due_on(local_day(version.submitted_at))
    subject = f"Action needed: review milestone {milestone.number} ({milestone.pilot.reference})"
    owe(
        "milestone_submitted", milestone.pilot.champion, subject=subject, template="pilots/review",
        about=milestone.pilot, milestone=milestone, version=version, due=due,
    )  # fmt: skip  # one notice, two lines


def announce_verdict(milestone: Milestone, *, accepted: bool) -> None:
    """N37: the startup's members learn that a milestone is accepted, or that changes are needed."""
    word = f"Milestone {milestone.number} accepted" if accepted else f"Changes needed on milestone {milestone.number}"
    for person in queries.list_members(milestone.pilot.organization_id):
        owe(
            "milestone_verdict", person, subject=f"{word} ({milestone.pilot.reference})", template="pilots/verdict",
            about=milestone.pilot, milestone=milestone, accepted=accepted,
        )  # fmt: skip  # one notice, two lines


def announce_accepted(milestone: Milestone) -> None:
    """Program managers learn that an installment can be requested."""
    for person in queries.list_staff(StaffRole.PROGRAM_MANAGER):
        owe(
            "installment_ready", person,
            subject=f"Milestone {milestone.number} accepted: prepare its payment ({milestone.pilot.reference})",
            template="pilots/ready", about=milestone.pilot, milestone=milestone,
        )  # fmt: skip  # one notice, two lines


def _each(*groups: Iterable[User]) -> list[User]:
    """Everyone of these groups, once."""
    return list({person.id: person for group in groups for person in group}.values())
