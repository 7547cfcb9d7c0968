"""Approving, returning and recalling payment requests."""

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.payments import notices, policy, queries
from pglab.payments.models import Approval, PaymentRequest
from pglab.payments.policy import Hindrance
from pglab.payments.queries import Facts
from pglab.payments.services.books import book_approval, book_reversal
from pglab.payments.services.locks import lock_request, race_lost
from pglab.payments.states import REQUEST_WORKFLOW, RequestEvent, RequestStatus, Stage


def approve_request(request: PaymentRequest, *, stage: Stage, fingerprint: str, actor: User) -> Approval:
    """Put one more person's name under a request, signing the facts they saw (`fingerprint`) at the turn they saw.

    Effects: an approval; with the last one the request is approved, booked as expenditure, and the startup's
    representatives are told; before, the next approvers are. The same person pressing twice gets their one approval.
    StateError when anything changed since the page was shown, AccessDeniedError for the preparer, an earlier approver
    and members of the payee.
    """
    lock_request(request)
    facts = queries.facts_of_request(request, official_now())
    mine = next((each for each in facts.approvals if each.approved_by_id == actor.id and each.stage is stage), None)
    if mine:
        return mine
    refuse_changed(facts, stage, fingerprint)
    require_approver(facts, actor)
    approval = Approval(
        request=request, stage=stage, approved_by=actor, approved_at=official_now(), fingerprint=fingerprint
    )
    with race_lost():
        db.session.add(approval)
    record(f"payment_request.approved_by_{stage.value}", approval, actor=actor, after={"fingerprint": fingerprint})
    if len(facts.approvals) + 1 < request.approvals_needed:
        notices.ask_for_approval(queries.facts_of_request(request, official_now()))
        return approval
    REQUEST_WORKFLOW.fire(request, RequestEvent.APPROVE_FULLY)
    record("payment_request.approved", request, actor=actor, after={"amount_cents": request.amount_cents})
    book_approval(request, actor=actor)
    notices.announce_approval(request)
    return approval


def refuse_changed(facts: Facts, stage: Stage, fingerprint: str) -> None:
    """Refuse with 409 when what the person was shown is not how things stand now, naming what changed."""
    request = facts.request
    if request is None or request.status is not RequestStatus.WAITING:
        word = facts.approval.lower()
        raise StateError(f"Something changed since you opened this: the request is {word} now. Check it again.")
    if stage is not policy.next_stage(request, facts.approvals):
        by = facts.approvals[-1].approved_by.name if facts.approvals else "nobody"
        raise StateError(f"Something changed since you opened this: {by} approved it. Check it again.")
    if fingerprint != request.fingerprint or queries.current_fingerprint(facts) != request.fingerprint:
        raise StateError(
            "Something changed since you opened this: the payee’s details or the evidence. Check it again."
        )
    if facts.missing:
        raise StateError(f"Something changed since you opened this: {' '.join(facts.missing)} Check it again.")


def require_approver(facts: Facts, actor: User) -> None:
    """Refuse everybody who may not give the next approval, saying why and who can."""
    payee = queries.payee_people({facts.organization.id})[facts.organization.id]
    if facts.request is None:
        return
    why = policy.hindrance(actor, facts.request, facts.approvals, payee)
    able = queries.who_could_approve(facts, queries.list_signers(), payee)
    require(why is None, explain(why, facts.request, queries.names_of(able)))


def explain(why: Hindrance | None, request: PaymentRequest, names: str) -> str:
    """Why somebody else has to approve, and who can."""
    reference = request.reference
    reasons = {
        Hindrance.PREPARED: f"You prepared {reference}, so someone else must approve it.",
        Hindrance.APPROVED_BEFORE: f"You approved {reference} first. A different person must be the second.",
        Hindrance.PAYEE: f"You belong to the startup that {reference} pays, so someone else must approve it.",
        Hindrance.ROLE: f"It isn’t your turn to approve {reference}.",
    }
    can = f"{names} can." if names else "No one else can right now. Ask an administrator to add an approver."
    return f"{reasons.get(why, '') if why else ''} {can}".strip()


def return_request(request: PaymentRequest, *, reason: str, actor: User) -> None:
    """Send a waiting request back to its preparer with a reason; earlier approvals fall away and they are told.

    Whoever may give the next approval may return it.
    """
    lock_request(request)
    facts = queries.facts_of_request(request, official_now())
    if not reason.strip():
        raise RuleError("Enter why you’re returning it", "reason")
    if request.status is not RequestStatus.WAITING:
        raise StateError(
            f"Something changed since you opened this: it is {facts.approval.lower()} now. Check it again."
        )
    require_approver(facts, actor)
    void_request(facts, reason=reason, actor=actor)


def void_request(facts: Facts, *, reason: str, actor: User) -> None:
    """Return a request that waits or is approved and unpaid; a booked expenditure is booked back."""
    request = facts.request
    if request is None:
        return
    was_approved = request.status is RequestStatus.APPROVED
    REQUEST_WORKFLOW.fire(request, RequestEvent.RETURN)
    request.returned_reason = reason
    db.session.flush()
    record("payment_request.returned", request, actor=actor, reason=reason)
    if was_approved:
        book_reversal(request, actor=actor)
    notices.announce_return(facts, actor)


def recall_request(request: PaymentRequest, *, actor: User) -> None:
    """Take back a waiting request; only its preparer can. Earlier approvals fall away and their givers are told."""
    lock_request(request)
    require(actor.id == request.prepared_by_id, f"Only {request.prepared_by.name}, who prepared it, can recall this.")
    if request.status is RequestStatus.RECALLED:
        return
    REQUEST_WORKFLOW.fire(request, RequestEvent.RECALL)
    db.session.flush()
    record("payment_request.recalled", request, actor=actor)
    notices.announce_return(queries.facts_of_request(request, official_now()), actor)
