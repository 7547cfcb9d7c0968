"""Recording that the Controller paid."""

import re
from datetime import date

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.core.money import format_money
from pglab.payments import notices, policy, queries
from pglab.payments.models import Disbursement, PaymentRequest
from pglab.payments.queries import Facts
from pglab.payments.services.books import book_payment
from pglab.payments.services.completion import complete_if_paid
from pglab.payments.services.locks import lock_request, race_lost
from pglab.payments.states import REQUEST_WORKFLOW, Method, RequestEvent, RequestStatus
from pglab.web.filters import et_date, local_day

NUMBER = re.compile(r"[A-Z0-9-]{1,30}")
METHOD_WORDS = {Method.ACH: "ACH", Method.CHECK: "Check"}


def record_payment(request: PaymentRequest, *, method: Method, number: str, paid_on: date, actor: User) -> Disbursement:
    """Note how, under which number and when the Controller paid an approved request, exactly once.

    Effects: a disbursement of the approved amount, booked from expenditure to paid; the startup's representatives are
    told; with the last installment of all its pilots the cohort is complete. Recording the same payment again answers
    with the first; another one for the same request is refused (409), as is everything when the facts changed after
    the approval.
    """
    lock_request(request)
    facts = queries.facts_of_request(request, official_now())
    _require_recorder(facts, actor)
    done = facts.disbursement
    if done:
        if (done.method, done.number, done.paid_on) == (method, number, paid_on):
            return done
        raise StateError(
            f"{request.reference} is already paid: {METHOD_WORDS[done.method]} {done.number}, {et_date(done.paid_on)}."
        )
    _refuse_unpayable(facts)
    _refuse_unreal(facts, method, number, paid_on)
    disbursement = Disbursement(
        request=request,
        amount_cents=request.amount_cents,
        method=method,
        number=number,
        paid_on=paid_on,
        recorded_by=actor,
        recorded_at=official_now(),
    )
    with race_lost(
        uq_disbursements_request_id=f"{request.reference} is already paid.",
        uq_disbursements_method_number=f"{METHOD_WORDS[method]} {number} was used for another payment just now.",
    ):
        db.session.add(disbursement)
    after = {"method": method.value, "number": number, "amount_cents": request.amount_cents}
    record("payment.recorded", disbursement, actor=actor, after=after)
    REQUEST_WORKFLOW.fire(request, RequestEvent.RECORD_PAYMENT)
    record("payment_request.paid", request, actor=actor, after={"paid_on": paid_on.isoformat()})
    book_payment(request, actor=actor)
    notices.announce_payment(disbursement)
    complete_if_paid(facts.pilot.decision.proposal.rfp, actor=actor)
    return disbursement


def _require_recorder(facts: Facts, actor: User) -> None:
    payee = queries.payee_people({facts.organization.id})[facts.organization.id]
    request = facts.request
    require(
        request is not None and policy.may_record(actor, request, payee),
        "Finance records a payment: somebody who did not prepare the request and does not belong to the startup.",
    )


def _refuse_unpayable(facts: Facts) -> None:
    request, pilot = facts.request, facts.pilot
    if request is None or request.status is not RequestStatus.APPROVED:
        raise StateError(
            f"Something changed since you opened this: it is {facts.approval.lower()} now. Check it again."
        )
    if facts.missing or queries.current_fingerprint(facts) != request.fingerprint:
        raise StateError(
            f"The facts changed after the approval: {' '.join(facts.missing) or 'payee or evidence.'} Don’t pay it."
        )
    total, cap = facts.paid_cents + request.amount_cents, facts.installment.stipend.amount_cents
    if total > cap:
        name = pilot.organization.legal_name
        raise StateError(f"This would take {name} to {format_money(total)}. The agreement allows {format_money(cap)}.")


def _refuse_unreal(facts: Facts, method: Method, number: str, paid_on: date) -> None:
    if not NUMBER.fullmatch(number):
        raise RuleError("The number may have letters, digits and hyphens only", "number")
    taken = db.session.scalar(
        select(PaymentRequest.reference)
        .join(Disbursement, Disbursement.request_id == PaymentRequest.id)
        .where(Disbursement.method == method, Disbursement.number == number)
    )
    if taken:
        raise RuleError(f"{METHOD_WORDS[method]} {number} is already used for {taken}", "number")
    if paid_on > local_day(official_now()):
        raise RuleError("The payment date can’t be in the future", "paid_on")
    approved_on = local_day(facts.approvals[-1].approved_at)
    if paid_on < approved_on:
        raise RuleError(f"The payment date can’t be before the approval, {et_date(approved_on)}", "paid_on")
