"""What teammates ask of each other about a draft."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from pglab.accounts.models import Membership, Organization, User
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.proposals.models import Proposal, ReviewRequest, Submission


def list_requests(proposal: Proposal) -> list[ReviewRequest]:
    """Everything that was asked within the team about this proposal, the newest first."""
    found = (
        select(ReviewRequest)
        .where(ReviewRequest.proposal_id == proposal.id)
        .options(
            joinedload(ReviewRequest.asked_by), joinedload(ReviewRequest.asked_of), joinedload(ReviewRequest.section)
        )
        .order_by(ReviewRequest.asked_at.desc(), ReviewRequest.id.desc())
    )
    return list(db.session.scalars(found))


def is_waiting(request: ReviewRequest, sent_at: datetime | None) -> bool:
    """Whether a request still waits. To submit was done by whoever submitted since (`sent_at`: the last submission)."""
    if request.done_at is not None:
        return False
    return request.section_id is not None or sent_at is None or sent_at <= request.asked_at


def get_request(proposal: Proposal, request_id: UUID) -> ReviewRequest:
    """One request about this proposal."""
    found = db.session.scalar(
        select(ReviewRequest).where(ReviewRequest.proposal_id == proposal.id, ReviewRequest.id == request_id)
    )
    if found is None:
        raise NotFoundError("Nobody asked for this.")
    return found


def list_requests_of(viewer: User) -> list[ReviewRequest]:
    """What waits for this person in the teams they belong to, the oldest first."""
    sent_since = select(Submission.id).where(
        Submission.proposal_id == ReviewRequest.proposal_id, Submission.received_at > ReviewRequest.asked_at
    )
    mine = select(Membership.organization_id).where(Membership.user_id == viewer.id)
    waiting = (
        select(ReviewRequest)
        .join(ReviewRequest.proposal)
        .options(
            contains_eager(ReviewRequest.proposal),
            joinedload(ReviewRequest.asked_by),
            joinedload(ReviewRequest.section),
        )
        .where(
            ReviewRequest.asked_of_id == viewer.id,
            ReviewRequest.done_at.is_(None),
            Proposal.organization_id.in_(mine),
            ReviewRequest.section_id.is_not(None) | ~sent_since.exists(),
        )
        .order_by(ReviewRequest.asked_at, ReviewRequest.id)
    )
    return list(db.session.scalars(waiting))


def list_open_requests(organization: Organization, user: User) -> list[ReviewRequest]:
    """What this person asked or was asked about the organization's proposals and nobody has done, proposal by
    proposal; held until the transaction ends."""
    theirs = or_(ReviewRequest.asked_of_id == user.id, ReviewRequest.asked_by_id == user.id)
    waiting = (
        select(ReviewRequest)
        .join(ReviewRequest.proposal)
        .options(contains_eager(ReviewRequest.proposal))
        .where(Proposal.organization_id == organization.id, ReviewRequest.done_at.is_(None), theirs)
        .order_by(ReviewRequest.proposal_id, ReviewRequest.id)
        .with_for_update(of=ReviewRequest)
    )
    return list(db.session.scalars(waiting))
