"""Opening: two people, after the deadline, all proposals of an RFP at once."""

from blinker import Signal
from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.canonical import merkle_root_of_hashes
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.proposals import notices, policy, queries
from pglab.proposals.models import Opening
from pglab.rfps.models import Rfp
from pglab.rfps.services import stamp_opened
from pglab.rfps.states import RfpStatus

# Sent with the RFP when its proposals are opened; the panel is asked to declare in the same transaction.
proposals_opened = Signal()


def ask_opening(rfp: Rfp, *, actor: User) -> Opening:
    """The first of two people asks for the opening, any time after the deadline."""
    require(policy.may_open(actor))
    _lock_closed(rfp)
    if queries.find_opening(rfp) is not None:
        raise StateError("Somebody has already asked for this opening. A second person opens.")
    opening = Opening(rfp=rfp, asked_by=actor, asked_at=official_now())
    db.session.add(opening)
    record("opening.asked", opening, actor=actor)
    notices.tell_opening_asked(opening)
    return opening


def confirm_opening(rfp: Rfp, *, actor: User) -> Opening:
    """The second person opens. Waits for every submit in flight, then fixes the set of submissions for good.

    Effects: the opening carries the time, the count and the Merkle root over the standing submissions' manifests in
    the order of their references; the RFP is stamped, after which the database takes no further submission; the panel
    is asked to declare conflicts (N22).
    """
    call = _lock_closed(rfp)
    opening = queries.find_opening(rfp, lock=True)
    if opening is None:
        raise StateError("Nobody has asked for this opening yet.")
    if opening.opened_at is not None:
        raise StateError("The proposals have already been opened.")
    if not policy.may_confirm_opening(actor, opening):
        raise RuleError("You asked for this opening, so someone else must open.")
    leaves = queries.list_sealed_leaves(call)
    opening.opened_by, opening.opened_at = actor, official_now()
    opening.merkle_root = merkle_root_of_hashes(leaves)
    opening.submissions = len(leaves)
    db.session.flush()
    stamp_opened(call, at=opening.opened_at, root=opening.merkle_root)
    record("proposals.opened", opening, actor=actor, after={"root": opening.merkle_root, "submissions": len(leaves)})
    record("rfp.proposals_opened", call, actor=actor)
    proposals_opened.send(call)
    return opening


def _lock_closed(rfp: Rfp) -> Rfp:
    """Lock the call against submits in flight; refuse before the deadline by the official clock."""
    call = db.session.execute(
        select(Rfp).where(Rfp.id == rfp.id).with_for_update(of=Rfp).execution_options(populate_existing=True)
    ).scalar_one()
    if call.status is not RfpStatus.PUBLISHED or official_now() <= call.closes_at:
        raise StateError("Proposals stay sealed until the deadline has passed.")
    return call
