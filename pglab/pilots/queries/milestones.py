"""Milestones, what was handed in for them, and how late they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pglab.accounts.models import User
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.pilots.models import Acceptance, DeliverableVersion, Milestone
from pglab.pilots.queries.pilots import get_pilot
from pglab.pilots.states import MilestoneStatus, Verdict
from pglab.rfps.queries import list_installments

BUSINESS_DAYS_TO_REVIEW = 5
OWED_BY_STARTUP = (MilestoneStatus.NOT_STARTED, MilestoneStatus.IN_PROGRESS, MilestoneStatus.CHANGES_REQUESTED)


@dataclass(frozen=True)
class HandedIn:
    """One version that was handed in, and the champion's verdict on it if there is one."""

    version: DeliverableVersion
    verdict: Acceptance | None


@dataclass(frozen=True)
class MilestoneView:
    """A milestone with everything handed in for it, newest first, and how late it is today (0: not late)."""

    milestone: Milestone
    handed_in: list[HandedIn]
    days_late: int

    @property
    def newest(self) -> HandedIn | None:
        """What the champion looks at."""
        return self.handed_in[0] if self.handed_in else None

    @property
    def accepted(self) -> Acceptance | None:
        """The verdict that accepted the milestone."""
        verdict = self.newest.verdict if self.newest else None
        return verdict if verdict and verdict.verdict is Verdict.ACCEPTED else None


def days_late(milestone: Milestone, today: date) -> int:
    """Days past the due date while the startup still owes something; 0 once it is handed in or not yet due."""
    return max(0, (today - milestone.due_on).days) if milestone.status in OWED_BY_STARTUP else 0


def review_due_on(handed_in_on: date) -> date:
    """The day by which the champion answers: five business days later. Holidays are not left out."""
    day, left = handed_in_on, BUSINESS_DAYS_TO_REVIEW
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def list_milestones(pilot_id: UUID, today: date) -> list[MilestoneView]:
    """The milestones of a pilot in order, each with what was handed in."""
    milestones = db.session.scalars(
        select(Milestone).where(Milestone.pilot_id == pilot_id).order_by(Milestone.number)
    ).all()
    handed_in = list_handed_in([milestone.id for milestone in milestones])
    return [MilestoneView(each, handed_in.get(each.id, []), days_late(each, today)) for each in milestones]


def view_milestone(milestone: Milestone, today: date) -> MilestoneView:
    """One milestone with everything handed in for it."""
    handed_in = list_handed_in([milestone.id])
    return MilestoneView(milestone, handed_in.get(milestone.id, []), days_late(milestone, today))


def list_handed_in(milestone_ids: Sequence[UUID]) -> dict[UUID, list[HandedIn]]:
    """What was handed in for these milestones with the verdicts, newest first, in one statement."""
    rows = db.session.execute(
        select(DeliverableVersion, Acceptance)
        .outerjoin(Acceptance, Acceptance.deliverable_version_id == DeliverableVersion.id)
        .where(DeliverableVersion.milestone_id.in_(milestone_ids))
        .options(
            joinedload(DeliverableVersion.submitted_by),
            joinedload(Acceptance.decided_by),
        )
        .order_by(DeliverableVersion.number.desc())
    )
    found: dict[UUID, list[HandedIn]] = {}
    for version, verdict in rows:
        found.setdefault(version.milestone_id, []).append(HandedIn(version, verdict))
    return found


def get_milestone(reference: str, number: int, *, viewer: User) -> Milestone:
    """One milestone of a pilot that the person may see."""
    pilot = get_pilot(reference, viewer=viewer)
    milestone = db.session.scalar(select(Milestone).where(Milestone.pilot_id == pilot.id, Milestone.number == number))
    if milestone is None:
        raise NotFoundError(f"{reference} has no milestone {number}.")
    return milestone


def get_version(milestone: Milestone, number: int) -> DeliverableVersion:
    """One version that was handed in for a milestone the caller has been allowed to see."""
    version = db.session.scalar(
        select(DeliverableVersion).where(
            DeliverableVersion.milestone_id == milestone.id, DeliverableVersion.number == number
        )
    )
    if version is None:
        raise NotFoundError("There is no such version.")
    return version


def find_installment_amount(milestone: Milestone) -> int:
    """What the milestone earns, in cents, as the RFP promised it."""
    parts = list_installments(milestone.pilot.decision.proposal.rfp_id)
    return next((part.amount_cents for number, part in enumerate(parts, start=1) if number == milestone.number), 0)
