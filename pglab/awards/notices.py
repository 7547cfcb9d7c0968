"""Which notice about decisions is owed to whom. No mail tells a decision, a score or a reason."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pglab.accounts.models import Membership, StaffRoleGrant, User
from pglab.awards import policy
from pglab.awards.models import Decision, Release
from pglab.awards.states import DecisionStatus
from pglab.core.db import db
from pglab.outbox.services import owe
from pglab.reviews.queries import list_program_managers


def announce_decisions(decisions: list[Decision]) -> None:
    """Every member of every startup is told at once, in the same words for every outcome (N29)."""
    organizations = {decision.proposal.organization_id: decision.proposal.reference for decision in decisions}
    members: dict[object, list[User]] = {}
    for membership in db.session.scalars(
        select(Membership)
        .where(Membership.organization_id.in_(organizations))
        .options(joinedload(Membership.user))
        .order_by(Membership.joined_at)
    ):
        members.setdefault(membership.organization_id, []).append(membership.user)
    for decision in decisions:
        reference = decision.proposal.reference
        for person in members.get(decision.proposal.organization_id, []):
            owe(
                "decision_ready",
                person,
                subject=f"Your PGH Lab decision is ready ({reference})",
                template="awards/decision_ready",
                about=reference,
                reference=reference,
            )


def ask_second_person(release: Release) -> None:
    """Everyone who may be the second person learns that a release waits."""
    number = release.rfp.cohort.number
    others = db.session.scalars(
        select(User)
        .join(StaffRoleGrant, StaffRoleGrant.user_id == User.id)
        .where(StaffRoleGrant.role.in_(policy.RELEASERS), User.person_id != release.asked_by.person_id, User.active)
        .distinct()
    )
    for person in others:
        owe(
            "release_asked",
            person,
            subject=f"Action needed: release the decisions of cohort {number}",
            template="awards/release_asked",
            about=release.rfp.reference,
            asked_by=release.asked_by.name,
            number=number,
        )


def report_answer(decision: Decision) -> None:
    """Program managers learn that a startup accepted or declined its award."""
    proposal = decision.proposal
    accepted = decision.status is DecisionStatus.ACCEPTED
    for person in list_program_managers():
        owe(
            "award_answered",
            person,
            subject=f"Award {'accepted' if accepted else 'declined'} ({proposal.reference})",
            template="awards/answered",
            about=proposal.reference,
            organization=proposal.organization.legal_name,
            reference=proposal.reference,
            accepted=accepted,
            number=proposal.rfp.cohort.number,
        )
