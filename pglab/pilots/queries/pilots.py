"""Pilots and agreements: what a person may see of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from pglab.accounts.models import User
from pglab.audit.models import AuditEvent
from pglab.awards.models import Decision
from pglab.awards.states import DecisionStatus, Outcome
from pglab.cohorts.models import ChallengeArea, Cohort
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.pilots import policy
from pglab.pilots.models import Acceptance, Agreement, DeliverableVersion, Milestone, Pilot
from pglab.proposals.models import Proposal
from pglab.rfps.models import Rfp


def get_pilot(reference: str, *, viewer: User) -> Pilot:
    """The pilot, for those who take part in it or watch over it; for everybody else it does not exist."""
    beside = [joinedload(Pilot.champion), joinedload(Pilot.agreement)]
    pilot = db.session.scalar(select(Pilot).where(Pilot.reference == reference).options(*beside))
    if pilot is None or not policy.may_see(viewer, pilot):
        raise NotFoundError("There is no such pilot, or it isn’t yours.")
    return pilot


def list_pilots(viewer: User) -> Sequence[Pilot]:
    """The pilots of the person's startups and those they host; City readers see all. Newest cohort first."""
    query = select(Pilot).join(Cohort).order_by(Cohort.number.desc(), Pilot.number)
    if not viewer.has_staff_role(*policy.READERS):
        theirs = [membership.organization_id for membership in viewer.memberships]
        query = query.where(or_(Pilot.organization_id.in_(theirs), Pilot.champion_id == viewer.id))
    return db.session.scalars(query).all()


def list_public_pilots() -> Sequence[Pilot]:
    """Every pilot, for everyone: it begins after the award was made public. Newest cohort first."""
    return db.session.scalars(select(Pilot).join(Cohort).order_by(Cohort.number.desc(), Pilot.number)).all()


def list_cohort_pilots(cohort_id: UUID) -> Sequence[Pilot]:
    """Every pilot of a cohort with its champion and its agreement."""
    beside = [joinedload(Pilot.champion), joinedload(Pilot.agreement)]
    found = select(Pilot).where(Pilot.cohort_id == cohort_id).options(*beside).order_by(Pilot.number)
    return db.session.scalars(found).all()


def get_agreement(reference: str, *, viewer: User) -> Agreement:
    """The agreement, for those who may see its pilot."""
    agreement = db.session.scalar(select(Agreement).where(Agreement.reference == reference))
    if agreement is None or not policy.may_see(viewer, agreement.pilot):
        raise NotFoundError("There is no such agreement, or it isn’t yours.")
    return agreement


def get_cohort(number: int) -> Cohort:
    """The cohort of that number."""
    cohort = db.session.scalar(select(Cohort).where(Cohort.number == number))
    if cohort is None:
        raise NotFoundError(f"There is no cohort {number}.")
    return cohort


def list_awards_without_pilot(cohort_id: UUID) -> Sequence[Decision]:
    """Accepted awards of a cohort that no pilot follows yet, in the order of the ranking."""
    started = select(Pilot.decision_id)
    return db.session.scalars(
        select(Decision)
        .join(Proposal, Decision.proposal_id == Proposal.id)
        .join(Rfp, Proposal.rfp_id == Rfp.id)
        .where(
            Rfp.cohort_id == cohort_id,
            Decision.outcome == Outcome.AWARD,
            Decision.status == DecisionStatus.ACCEPTED,
            Decision.id.not_in(started),
        )
        .order_by(Decision.answered_at)
    ).all()


def get_award(cohort: int, proposal: str, *, viewer: User) -> Decision:
    """The award of a proposal in that cohort, for program managers; an award that is not accepted is not found."""
    decision = db.session.scalar(
        select(Decision)
        .join(Proposal, Decision.proposal_id == Proposal.id)
        .join(Rfp, Proposal.rfp_id == Rfp.id)
        .join(Cohort, Rfp.cohort_id == Cohort.id)
        .where(Cohort.number == cohort, Proposal.reference == proposal, Decision.status == DecisionStatus.ACCEPTED)
        .options(joinedload(Decision.proposal).joinedload(Proposal.challenge_area).joinedload(ChallengeArea.champion))
    )
    if decision is None or not policy.may_start(viewer):
        raise NotFoundError("There is no accepted award of that reference in this cohort.")
    return decision


def list_history(pilot: Pilot) -> Sequence[AuditEvent]:
    """Everything that happened to the pilot, its agreement, its milestones and what was handed in, oldest first."""
    milestones = select(Milestone.id).where(Milestone.pilot_id == pilot.id)
    versions = select(DeliverableVersion.id).where(DeliverableVersion.milestone_id.in_(milestones))
    agreements = select(Agreement.id).where(Agreement.pilot_id == pilot.id)
    verdicts = select(Acceptance.id).where(Acceptance.deliverable_version_id.in_(versions))
    subject = AuditEvent.subject_id
    return db.session.scalars(
        select(AuditEvent)
        .where(
            or_(
                subject == pilot.id,
                subject.in_(milestones),
                subject.in_(versions),
                subject.in_(agreements),
                subject.in_(verdicts),
            )
        )
        .order_by(AuditEvent.seq)
    ).all()


def find_pilot_of(award: Decision) -> Pilot | None:
    """The pilot that was started from this award."""
    return db.session.scalar(select(Pilot).where(Pilot.decision_id == award.id))
