"""Who is told what about money. No notice carries a vendor number, a remit-to label or a reason of more than a line."""

from typing import Any

from pglab.accounts.models import MemberRole, User
from pglab.core.money import format_money
from pglab.outbox.services import owe
from pglab.payments import queries
from pglab.payments.models import Disbursement, PaymentRequest, VendorVerification
from pglab.payments.queries import Facts
from pglab.pilots.queries import list_members
from pglab.web.filters import et_day


def ask_for_approval(facts: Facts) -> None:
    """N42: everyone who may give the next approval learns that it waits."""
    request = facts.request
    if request is None:
        return
    payee = queries.payee_people({facts.organization.id})[facts.organization.id]
    subject = f"Approval needed: {format_money(request.amount_cents)} ({request.reference})"
    for person in queries.who_could_approve(facts, queries.list_signers(), payee):
        owe(
            "payment_approval", person, subject=subject, template="payments/approval", about=request,
            request=request, organization=facts.organization,
        )  # fmt: skip  # one notice, two lines


def announce_return(facts: Facts, actor: User) -> None:
    """N43: the preparer and earlier approvers learn that a request came back; whoever did it does not."""
    request = facts.request
    if request is None:
        return
    people = {each.id: each for each in [request.prepared_by, *(a.approved_by for a in facts.approvals)]}
    word = request.status.value.capitalize()
    for person in people.values():
        if person.id != actor.id:
            owe(
                "payment_returned", person, subject=f"{word}: {request.reference}", template="payments/returned",
                about=request, request=request, actor=actor,
            )  # fmt: skip  # one notice, two lines


def announce_approval(request: PaymentRequest) -> None:
    """N44: the startup's representatives learn that their payment is approved."""
    amount = format_money(request.amount_cents)
    _tell_representatives(request, f"Your {amount} PGH Lab payment is approved", "payments/approved")


def announce_payment(disbursement: Disbursement) -> None:
    """N44: the startup's representatives learn that they were paid."""
    request = disbursement.request
    subject = f"Your {format_money(request.amount_cents)} PGH Lab payment was paid {et_day(disbursement.paid_on)}"
    _tell_representatives(request, subject, "payments/paid", disbursement=disbursement)


def _tell_representatives(request: PaymentRequest, subject: str, template: str, **context: Any) -> None:
    pilot = request.installment.stipend.pilot
    for person in list_members(pilot.organization_id):
        if person.role_in(pilot.organization_id) is MemberRole.REPRESENTATIVE:
            owe(
                "payment_news", person, subject=subject, template=template, about=request,
                request=request, pilot=pilot, **context,
            )  # fmt: skip  # one notice, two lines


def announce_payee_change(entered: VendorVerification) -> None:
    """N46: every member of the startup learns that its payment details changed and that payments are held."""
    for person in list_members(entered.organization_id):
        owe(
            "payee_changed", person, subject="Your payment details changed", template="payments/payee_changed",
            about=entered.organization.legal_name, hold_until=entered.hold_until, organization=entered.organization,
        )  # fmt: skip  # one notice, two lines
