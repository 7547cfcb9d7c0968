"""Taking a submitted proposal back, and undoing that: stamped on arrival and signed, as a submission is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from pglab.accounts.models import User
from pglab.adapters.signing import sign
from pglab.audit.services import record
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, StateError, require
from pglab.outbox.services import defer
from pglab.proposals import notices, policy
from pglab.proposals.models import Proposal, Withdrawal
from pglab.proposals.services.answering import lock_draft
from pglab.proposals.services.manifest import instant
from pglab.proposals.states import PROPOSAL_WORKFLOW, ProposalEvent, WithdrawalKind
from pglab.rfps.models import Rfp

STAMPS = ("status", "closes_at", "opened_at", "decided_at", "cancelled_at")
REPRESENTATIVES = "Only an authorized representative can withdraw a proposal."


@dataclass(frozen=True)
class Taken:
    """What is taken back or restored: when it arrived, and whether the set had been opened by then."""

    at: datetime
    opened: bool


def withdraw_proposal(
    proposal: Proposal, *, seen: int, shown: int | None = None, why: str = "", actor: User
) -> Withdrawal:
    """Take the submission that stands back, until the decisions are released; `seen` is its number on the page, and
    `shown` the WithdrawalEffect that page told (every page says it; RuleError where it is another by now).

    Before the opening the proposal leaves the set, and nobody at the City learns that there was one. After it, it stays
    in the set that was published; readers see that it was withdrawn and when, nobody scores or decides it any more,
    and the program and its evaluators are told (N16, N26). The team is told at once either way. One signed row, one
    log entry; the reason stays on the row.
    """
    require(policy.may_submit(actor, proposal), REPRESENTATIVES)
    taken = _stamp(proposal)
    if proposal.rfp.decided_at is not None:
        raise GoneError("The decisions are released, so this proposal can’t be withdrawn. An award can be declined.")
    if proposal.submission_number != seen:
        raise StateError("Your proposal was submitted again or withdrawn since you opened this page. Look at it again.")
    if shown is not None and shown != policy.withdrawal_effect(proposal, taken.at):
        raise RuleError("Withdrawing does something else by now than this page said. Read it again before you decide.")
    PROPOSAL_WORKFLOW.fire(proposal, ProposalEvent.WITHDRAW)
    proposal.withdrawn_at = taken.at
    if not taken.opened:
        proposal.submission_number = 0
    made = _keep(proposal, WithdrawalKind.WITHDRAWN, taken, why, actor)
    record("proposal.withdrawn", proposal, actor=actor, after={"submission": made.submission_number})
    notices.tell_withdrawn(made)
    if taken.opened:
        defer("proposals.tell_withdrawn", withdrawal_id=made.id)
    return made


def undo_withdrawal(proposal: Proposal, *, actor: User) -> Withdrawal:
    """Before the deadline: what was taken back counts again, as it was received. The team is told."""
    require(policy.may_submit(actor, proposal), REPRESENTATIVES)
    taken = _stamp(proposal)
    if taken.at > proposal.rfp.closes_at or taken.opened:
        raise GoneError("The deadline has passed, so the withdrawal can’t be undone.")
    PROPOSAL_WORKFLOW.fire(proposal, ProposalEvent.UNDO_WITHDRAWAL)
    proposal.submission_number, proposal.withdrawn_at = proposal.received_number, None
    made = _keep(proposal, WithdrawalKind.UNDONE, taken, "", actor)
    record("proposal.withdrawal_undone", proposal, actor=actor, after={"submission": made.submission_number})
    notices.tell_withdrawal_undone(made)
    return made


def _stamp(proposal: Proposal) -> Taken:
    """In the order of a submit: the call shared with other teams, then the time, then the draft. So neither the
    opening nor the release of decisions passes between, and two tabs of one team wait for each other."""
    db.session.refresh(proposal.rfp, STAMPS, with_for_update={"read": True, "of": Rfp})
    taken = Taken(official_now(), opened=proposal.rfp.opened_at is not None)
    lock_draft(proposal)
    if proposal.rfp.cancelled_at is not None:
        raise GoneError("This call was cancelled, so there is nothing to withdraw. What you sent stays sealed.")
    return taken


def _keep(proposal: Proposal, kind: WithdrawalKind, taken: Taken, why: str, actor: User) -> Withdrawal:
    counted = select(func.count()).where(Withdrawal.proposal_id == proposal.id)
    number = (db.session.scalar(counted) or 0) + 1
    statement = canonical_json(
        {
            "type": "pglab-withdrawal",
            "format": 1,
            "kind": kind.value,
            "reference": proposal.reference,
            "number": number,
            "rfp": proposal.rfp.reference,
            "received_at": instant(taken.at),
            "closes_at": instant(proposal.rfp.closes_at),
            "submission": proposal.received_number,
            "after_opening": taken.opened,
            "made_by": actor.name,
        }
    )
    signature = sign(statement)
    made = Withdrawal(
        proposal=proposal,
        number=number,
        kind=kind,
        received_at=taken.at,
        after_opening=taken.opened,
        submission_number=proposal.received_number,
        why=why,
        statement=statement.decode(),
        sha256=sha256_hex(statement),
        signature=signature.value,
        key_id=signature.key_id,
        made_by=actor,
    )
    db.session.add(made)
    db.session.flush()
    record(f"proposal.{kind.value}", made, actor=actor, after={"sha256": made.sha256})
    return made
