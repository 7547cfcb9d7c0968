"""Proposals after their opening: the submissions that count, for program staff and whoever was given one to read."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import contains_eager

from pglab.accounts.models import Organization, User
from pglab.cohorts.models import ChallengeArea
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, NotFoundError
from pglab.proposals import policy
from pglab.proposals.models import (
    Opening,
    Proposal,
    ReaderGrant,
    Submission,
)
from pglab.proposals.queries.drafts import NO_SUCH
from pglab.proposals.queries.sent import get_submission
from pglab.rfps.models import Rfp

# Reference, startup, challenge, time of arrival and, if so, of withdrawal: a list of them needs no more.
Standing = Row[str, str, str, datetime, datetime | None]


def find_opening(rfp: Rfp, *, lock: bool = False) -> Opening | None:
    """The opening of an RFP, asked for or done, not taken back; `lock` waits for whoever is changing it."""
    query = select(Opening).where(Opening.rfp_id == rfp.id, Opening.withdrawn_at.is_(None))
    if lock:
        query = query.with_for_update(of=Opening).execution_options(populate_existing=True)
    return db.session.scalar(query)


def list_standing_submissions(rfp: Rfp, *, viewer: User) -> Sequence[Standing]:
    """The submissions that count, by reference, for program staff and auditors, once they are opened."""
    if not viewer.has_staff_role(*policy.READERS):
        raise AccessDeniedError("Proposals are read by program managers, directors and auditors.")
    if rfp.opened_at is None:
        return []
    return list_standing(rfp)


def list_standing(rfp: Rfp) -> Sequence[Standing]:
    """The submission of every proposal of the opened set, by reference: the last one received, also of a proposal that
    was withdrawn since. Pages ask `list_standing_submissions`, which knows the viewer."""
    return db.session.execute(
        select(
            Proposal.reference,
            Organization.legal_name,
            ChallengeArea.title,
            Submission.received_at,
            Proposal.withdrawn_at,
        )
        .join(Proposal.organization)
        .join(Proposal.challenge_area)
        .join(Submission, Submission.proposal_id == Proposal.id)
        .where(Proposal.rfp_id == rfp.id, Submission.number == Proposal.submission_number)
        .order_by(Proposal.reference)
    ).all()


def get_opened_submission(reference: str, *, viewer: User) -> Submission:
    """The standing submission of an opened proposal, for program staff and auditors; otherwise it does not exist."""
    proposal = db.session.scalar(select(Proposal).where(Proposal.reference == reference.upper()))
    if proposal is None or not policy.may_read_opened(viewer, proposal):
        raise NotFoundError(NO_SUCH)
    return get_submission(proposal, proposal.submission_number)


def get_readable_submission(reference: str, *, viewer: User) -> Submission:
    """The standing submission of an opened proposal, for a person who was given it to read; else nothing is there."""
    submission = db.session.scalar(_readable(), {"reference": reference.upper(), "viewer_id": viewer.id})
    if submission is None:
        raise NotFoundError(NO_SUCH)
    return submission


@cache
def _readable() -> Select[Submission]:
    return (
        select(Submission)
        .join(Submission.proposal)
        .join(Rfp, Proposal.rfp_id == Rfp.id)
        .join(ReaderGrant, ReaderGrant.proposal_id == Proposal.id)
        .options(contains_eager(Submission.proposal))
        .where(
            Proposal.reference == bindparam("reference"),
            Submission.number == Proposal.submission_number,
            Rfp.opened_at.is_not(None),
            ReaderGrant.user_id == bindparam("viewer_id"),
            ReaderGrant.revoked_at.is_(None),
        )
    )


def list_readers(proposal: Proposal) -> list[User]:
    """Everybody who may read an opened proposal because they were given it. For the worker."""
    return list(
        db.session.scalars(
            select(User)
            .join(ReaderGrant, ReaderGrant.user_id == User.id)
            .where(ReaderGrant.proposal_id == proposal.id, ReaderGrant.revoked_at.is_(None), User.active)
            .order_by(User.id)
        )
    )
