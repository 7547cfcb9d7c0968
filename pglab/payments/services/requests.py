"""Preparing a payment request."""

from sqlalchemy import Integer, cast, func, select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.cohorts.models import Cohort
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.payments import notices, policy, queries
from pglab.payments.models import Installment, PaymentRequest
from pglab.payments.queries import Facts
from pglab.payments.services.locks import lock_cohort, lock_payee, race_lost

NO_APPROVERS = (
    "No eligible approvers are available: besides you and the startup’s own members, {who} must approve. "
    "Ask an administrator to add an approver."
)


def prepare_request(installment: Installment, *, approvals_needed: int, actor: User) -> PaymentRequest:
    """Ask for the payment of one installment and send it for approval.

    RuleError lists everything that is missing: acceptance, executed agreement, verified vendor, a hold, and people who
    could approve. Effects: a request numbered within the cohort, with the fingerprint approvals will sign; the first
    approvers are told. `approvals_needed` (1 or 2) is kept with the request.
    """
    require(policy.may_prepare(actor), "Program managers prepare payment requests.")
    pilot = installment.stipend.pilot
    lock_cohort(pilot.cohort_id)
    lock_payee(pilot.organization_id)
    facts = queries.facts_of(installment, official_now())
    _refuse_unpayable(facts, approvals_needed, actor)
    vendor, newest = facts.vendor, facts.newest
    if vendor is None or newest is None:
        raise RuleError("Something is missing. Open this page again.")
    request = PaymentRequest(
        reference=_next_reference(pilot.cohort),
        installment=installment,
        amount_cents=installment.amount_cents,
        vendor_verification=vendor,
        evidence_sha256=newest.version.document.sha256,
        fingerprint=queries.current_fingerprint(facts),
        approvals_needed=approvals_needed,
        prepared_by=actor,
        prepared_at=official_now(),
    )
    with race_lost(uq_payment_requests_live_installment="This installment already has a payment request."):
        db.session.add(request)
    after = {"amount_cents": request.amount_cents, "fingerprint": request.fingerprint}
    record("payment_request.prepared", request, actor=actor, after=after)
    notices.ask_for_approval(queries.facts_of_request(request, official_now()))
    return request


def _refuse_unpayable(facts: Facts, approvals_needed: int, actor: User) -> None:
    if facts.live:
        raise StateError(f"This installment already has payment request {facts.live.reference}.")
    if facts.missing:
        raise RuleError(" ".join(facts.missing))
    payee = queries.payee_people({facts.organization.id})[facts.organization.id]
    require(actor.person_id not in payee, "You belong to the startup that is paid, so somebody else prepares this.")
    if not policy.signer_pairs_exist(actor, queries.list_signers(), payee, approvals=approvals_needed):
        both = "a program manager or director, and another person in finance,"
        raise RuleError(NO_APPROVERS.format(who=both if approvals_needed > 1 else "a finance officer"))


def _next_reference(cohort: Cohort) -> str:
    """`S12-0019`: the next number of the cohort, whose row is locked."""
    prefix = f"S{cohort.number}-"
    latest = db.session.scalar(
        select(func.max(cast(func.substr(PaymentRequest.reference, len(prefix) + 1), Integer))).where(
            PaymentRequest.reference.startswith(prefix, autoescape=True)
        )
    )
    return f"{prefix}{(latest or 0) + 1:04d}"
