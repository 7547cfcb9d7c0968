"""Who outside the organization may read an opened proposal. Higher domains decide; this is where it is kept."""

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import StateError
from pglab.proposals.models import Proposal, ReaderGrant
from pglab.proposals.states import ProposalStatus


def grant_reading(proposal: Proposal, user: User, *, why: str, actor: User) -> ReaderGrant:
    """Let a person read an opened proposal, from now until it is revoked. Twice is the same as once."""
    if proposal.rfp.opened_at is None:
        raise StateError("This proposal is sealed. Nobody is given it to read before the opening.")
    if proposal.status is ProposalStatus.WITHDRAWN:
        raise StateError("The startup withdrew this proposal. Nobody else is given it to read.")
    live = find_live_grant(proposal, user)
    if live is not None:
        return live
    grant = ReaderGrant(proposal_id=proposal.id, user_id=user.id, why=why, granted_at=official_now())
    db.session.add(grant)
    record("reading.granted", proposal, actor=actor, after={"reader": str(user.id), "why": why})
    return grant


def revoke_reading(proposal: Proposal, user: User, *, actor: User) -> None:
    """End a person's reading at once; the next request of theirs no longer finds the proposal."""
    live = find_live_grant(proposal, user)
    if live is not None:
        live.revoked_at = official_now()
        record("reading.revoked", proposal, actor=actor, after={"reader": str(user.id)})


def find_live_grant(proposal: Proposal, user: User) -> ReaderGrant | None:
    """The grant under which the person may read the proposal now, if there is one."""
    return db.session.scalar(
        select(ReaderGrant).where(
            ReaderGrant.proposal_id == proposal.id, ReaderGrant.user_id == user.id, ReaderGrant.revoked_at.is_(None)
        )
    )
