"""Starting a proposal: one for each organization and challenge area, under a reference that tells nothing."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pglab.accounts.models import Organization, User
from pglab.audit.services import record
from pglab.cohorts.models import ChallengeArea
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, require
from pglab.core.ids import proposal_reference
from pglab.proposals import notices, policy
from pglab.proposals.models import Proposal
from pglab.rfps.models import Rfp

TRIES = 20


def start_proposal(rfp: Rfp, *, organization: Organization, area: ChallengeArea, actor: User) -> Proposal:
    """Begin an organization's answer to one challenge area; one for each area, while the RFP is open.

    The reference is drawn at random, so that it tells nobody how many proposals exist.
    """
    require(actor.role_in(organization.id) in policy.WRITERS, "Only a representative or editor can start a proposal.")
    if not rfp.phase(official_now()).accepts_proposals:
        raise GoneError("Proposals are not being accepted for this cohort.")
    taken = select(Proposal).where(Proposal.organization_id == organization.id, Proposal.challenge_area_id == area.id)
    existing = db.session.scalar(taken)
    if existing is not None:
        raise RuleError(f"{organization.legal_name} already has {existing.reference} for {area.title}.", field="area")
    proposal = _insert_with_free_reference(rfp, organization, area, actor)
    record("proposal.started", proposal, actor=actor, after={"challenge_area": area.title})
    notices.tell_started(proposal, actor)
    return proposal


def _insert_with_free_reference(rfp: Rfp, organization: Organization, area: ChallengeArea, actor: User) -> Proposal:
    for _ in range(TRIES):
        proposal = Proposal(
            reference=proposal_reference(rfp.cohort.number),
            rfp=rfp,
            organization=organization,
            challenge_area=area,
            started_by_id=actor.id,
            started_at=official_now(),
        )
        try:
            with db.session.begin_nested():
                db.session.add(proposal)
        except IntegrityError as clash:
            if "reference" not in str(clash.orig):
                raise RuleError(
                    f"{organization.legal_name} already has a proposal for {area.title}.", "area"
                ) from clash
        else:
            return proposal
    raise RuntimeError("no free proposal reference was drawn")
