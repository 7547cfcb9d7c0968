"""Opening: two people, after the deadline, all proposals of an RFP at once."""

from blinker import Signal
from sqlalchemy import func, select

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
    """The first of two people asks for the opening, any time after the deadline; after a deadline that was moved since,
    anew. The asking is bound to the deadline it saw."""
    require(policy.may_open(actor))
    call = _lock_closed(rfp)
    earlier = queries.find_opening(rfp, lock=True)
    if earlier is not None and earlier.opened_at is None and earlier.closes_at != call.closes_at:
        _take_back(earlier, actor)
        earlier = None
    if earlier is not None:
        raise StateError("Somebody has already asked for this opening. A second person opens.")
    opening = Opening(rfp=rfp, closes_at=call.closes_at, asked_by=actor, asked_at=official_now())
    db.session.add(opening)
    record("opening.asked", opening, actor=actor)
    notices.tell_opening_asked(opening)
    return opening


def confirm_opening(rfp: Rfp, *, actor: User) -> Opening:
    """The second person opens. Waits for every submit in flight, then fixes the set of submissions for good.

    Effects: the opening carries the time, the count and the Merkle root over the standing submissions' manifests in
    the order of their references, and each leaf is kept; the RFP is stamped, after which the database takes no further
    submission; the panel is asked to declare conflicts (N22). Refused when the deadline moved since it was asked for.
    """
    call = _lock_closed(rfp)
    opening = queries.find_opening(rfp, lock=True)
    if opening is None:
        raise StateError("Nobody has asked for this opening yet.")
    if opening.opened_at is not None:
        raise StateError("The proposals have already been opened.")
    if not policy.may_confirm_opening(actor, opening):
        raise RuleError("You asked for this opening, so someone else must open.")
    if opening.closes_at != call.closes_at:
        raise StateError("The deadline was moved since this opening was asked for. Ask for it again.")
    leaves = list(db.session.scalars(select(func.keep_opening_leaves(opening.id))))
    opening.opened_by, opening.opened_at = actor, official_now()
    opening.merkle_root = merkle_root_of_hashes(leaves)
    opening.submissions = len(leaves)
    db.session.flush()
    stamp_opened(call, at=opening.opened_at, root=opening.merkle_root)
    record("proposals.opened", opening, actor=actor, after={"root": opening.merkle_root, "submissions": len(leaves)})
    record("rfp.proposals_opened", call, actor=actor)
    proposals_opened.send(call)
    return opening


def take_back_opening(rfp: Rfp, *, actor: User) -> Opening:
    """An opening that was asked for is not carried out: by whoever asked or another opener, until it is. Logged."""
    require(policy.may_open(actor))
    _lock_closed(rfp)
    opening = queries.find_opening(rfp, lock=True)
    if opening is None:
        raise StateError("Nobody has asked for this opening.")
    if opening.opened_at is not None:
        raise StateError("The proposals have already been opened. That can’t be undone.")
    _take_back(opening, actor)
    return opening


def _take_back(opening: Opening, actor: User) -> None:
    opening.withdrawn_by_id, opening.withdrawn_at = actor.id, official_now()
    db.session.flush()
    record("opening.taken_back", opening, actor=actor)


def _lock_closed(rfp: Rfp) -> Rfp:
    """Lock the call against submits in flight; refuse before the deadline by the official clock."""
    call = db.session.execute(
        select(Rfp).where(Rfp.id == rfp.id).with_for_update(of=Rfp).execution_options(populate_existing=True)
    ).scalar_one()
    if call.status is not RfpStatus.PUBLISHED or official_now() <= call.closes_at:
        raise StateError("Proposals stay sealed until the deadline has passed.")
    return call
