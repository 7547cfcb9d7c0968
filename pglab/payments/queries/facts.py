"""Everything a payment depends on, gathered for many installments in a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from pglab.accounts.models import Organization
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.payments.models import Approval, Disbursement, Installment, PaymentRequest, Stipend, VendorVerification
from pglab.payments.states import RequestStatus
from pglab.pilots.models import Agreement, Milestone, Pilot
from pglab.pilots.queries import HandedIn, list_handed_in
from pglab.pilots.states import AgreementStatus, MilestoneStatus, Verdict
from pglab.web.filters import et_date, et_long, ordinal

LIVE = (RequestStatus.WAITING, RequestStatus.APPROVED, RequestStatus.PAID)


@dataclass(frozen=True)
class Facts:
    """One installment with what it needs to be paid. `request` is the newest one, `number_of` how many parts there are.

    `vendor` is the newest verification, confirmed or not; `held_until` is set while payments to the payee wait.
    """

    installment: Installment
    number_of: int
    paid_cents: int
    agreement: Agreement
    newest: HandedIn | None
    vendor: VendorVerification | None
    request: PaymentRequest | None
    now: datetime
    approvals: list[Approval] = field(default_factory=list)
    disbursement: Disbursement | None = None

    @property
    def pilot(self) -> Pilot:
        return self.installment.stipend.pilot

    @property
    def milestone(self) -> Milestone:
        return self.installment.milestone

    @property
    def organization(self) -> Organization:
        return self.pilot.organization

    @property
    def live(self) -> PaymentRequest | None:
        """The request that waits, is approved or paid; a returned or recalled one leaves the installment free."""
        return self.request if self.request and self.request.status in LIVE else None

    @property
    def accepted(self) -> bool:
        """Whether the champion accepted what was handed in last."""
        verdict = self.newest.verdict if self.newest else None
        return self.milestone.status is MilestoneStatus.ACCEPTED and bool(
            verdict and verdict.verdict is Verdict.ACCEPTED
        )

    @property
    def executed(self) -> bool:
        return self.agreement.status is AgreementStatus.EXECUTED

    @property
    def held_until(self) -> datetime | None:
        """Until when payments wait after the payee's details changed."""
        return self.vendor.hold_until if self.vendor and self.vendor.hold_until > self.now else None

    @property
    def missing(self) -> list[str]:
        """What the installment still needs before it can be paid, one sentence each."""
        checks = [
            (self.accepted, f"Milestone {self.milestone.number} hasn’t been accepted."),
            (self.executed, f"Agreement {self.agreement.reference} hasn’t been executed."),
            (self.vendor, f"No vendor number is on file for {self.organization.legal_name}."),
            (not self.vendor or self.vendor.confirmed_at, "A second person hasn’t confirmed the vendor number."),
            (not self.held_until, f"Payments are held until {et_long(self.held_until)} because payee details changed."),
            (
                self.paid_cents + self.installment.amount_cents <= self.installment.stipend.amount_cents
                or self.disbursement,
                "This payment would exceed the stipend.",
            ),
        ]
        return [sentence for met, sentence in checks if not met]

    @property
    def approval(self) -> str:
        """Where the approval stands, in the words of the ledger."""
        request = self.request
        if request is None:
            return "Ready to request" if not self.missing else "Not ready"
        if request.status is RequestStatus.WAITING:
            turn = f"{ordinal(len(self.approvals) + 1)} approval" if request.approvals_needed > 1 else "approval"
            return f"Waiting for {turn}"
        return {RequestStatus.RETURNED: "Returned", RequestStatus.RECALLED: "Recalled"}.get(request.status, "Approved")

    @property
    def payment(self) -> str:
        """Where the money stands."""
        status = self.request.status if self.request else None
        if status is RequestStatus.PAID:
            return "Paid"
        return "Sent to the Controller" if status is RequestStatus.APPROVED else "Not sent"

    @property
    def for_startup(self) -> str:
        """The same in the startup's words."""
        if self.disbursement:
            return f"Paid {et_date(self.disbursement.paid_on)}"
        if self.request and self.request.status is RequestStatus.APPROVED:
            return "Approved by PGH Lab, with the Controller for payment"
        return "Being approved (usually 5 business days)" if self.accepted else "Waiting for your milestone"


def current_fingerprint(facts: Facts) -> str:
    """SHA-256 of the canonical JSON of what an approval signs: payee, vendor number, remit-to label, amount,
    installment and evidence, as they are now. Empty while something of it is missing."""
    if facts.vendor is None or facts.newest is None:
        return ""
    signed = {
        "payee": str(facts.organization.id),
        "vendor_number": facts.vendor.vendor_number,
        "remit_to": facts.vendor.remit_to,
        "amount_cents": facts.installment.amount_cents,
        "installment": str(facts.installment.id),
        "evidence_sha256": facts.newest.version.document.sha256,
    }
    return sha256_hex(canonical_json(signed))


def get_installment(installment_id: UUID) -> Installment:
    """One installment, for pages that only City people open."""
    installment = db.session.get(Installment, installment_id)
    if installment is None:
        raise NotFoundError("There is no such installment.")
    return installment


def facts_of(installment: Installment, now: datetime) -> Facts:
    """The facts of one installment at `now` (official time)."""
    return list_facts([installment], now)[0]


def facts_of_request(request: PaymentRequest, now: datetime) -> Facts:
    """The facts of a request's installment with this very request, though a newer one may exist."""
    return gather([(request.installment, request)], now)[0]


def list_pilot_facts(pilot_id: UUID, now: datetime) -> list[Facts]:
    """The facts of every installment of a pilot, in order."""
    return list_facts(_all(select(Installment).join(Stipend).where(Stipend.pilot_id == pilot_id)), now)


def list_facts(installments: Sequence[Installment] | None, now: datetime) -> list[Facts]:
    """The facts of these installments (all when None) with their newest requests."""
    found = _all(select(Installment).join(Stipend)) if installments is None else installments
    newest = select(PaymentRequest).where(PaymentRequest.installment_id.in_([each.id for each in found]))
    newest = newest.options(joinedload(PaymentRequest.prepared_by)).order_by(PaymentRequest.prepared_at)
    requests = {request.installment_id: request for request in db.session.scalars(newest)}
    return gather([(each, requests.get(each.id)) for each in found], now)


def _all(query: Select[Installment]) -> Sequence[Installment]:
    agreement = joinedload(Installment.stipend).joinedload(Stipend.pilot).joinedload(Pilot.agreement)
    return db.session.scalars(query.options(agreement).order_by(Installment.stipend_id, Installment.number)).all()


def gather(rows: Sequence[tuple[Installment, PaymentRequest | None]], now: datetime) -> list[Facts]:
    """The facts of these installments, each with the request given for it, in four statements."""
    handed_in = list_handed_in([each.milestone_id for each, _ in rows])
    vendors = _newest_vendors([each.stipend.pilot.organization_id for each, _ in rows])
    approvals = _approvals([request.id for _, request in rows if request])
    stipends = _stipends([each.stipend_id for each, _ in rows])
    return [
        Facts(
            installment=each,
            number_of=len(stipends[each.stipend_id].installments),
            paid_cents=stipends[each.stipend_id].paid_cents,
            agreement=each.stipend.pilot.agreement,
            newest=next(iter(handed_in.get(each.milestone_id, [])), None),
            vendor=vendors.get(each.stipend.pilot.organization_id),
            request=request,
            now=now,
            approvals=approvals.get(request.id, []) if request else [],
            disbursement=stipends[each.stipend_id].payments.get(request.id) if request else None,
        )
        for each, request in rows
    ]


def _newest_vendors(organization_ids: Sequence[UUID]) -> dict[UUID, VendorVerification]:
    query = select(VendorVerification).where(VendorVerification.organization_id.in_(organization_ids))
    people = [joinedload(VendorVerification.entered_by), joinedload(VendorVerification.confirmed_by)]
    found = db.session.scalars(query.options(*people).order_by(VendorVerification.number))
    return {each.organization_id: each for each in found}


def _approvals(request_ids: Sequence[UUID]) -> dict[UUID, list[Approval]]:
    query = select(Approval).where(Approval.request_id.in_(request_ids)).options(joinedload(Approval.approved_by))
    found: dict[UUID, list[Approval]] = {}
    for approval in db.session.scalars(query.order_by(Approval.approved_at)):
        found.setdefault(approval.request_id, []).append(approval)
    return found


@dataclass
class _OfStipend:
    """The installments of one stipend, and its payments by request."""

    installments: set[UUID] = field(default_factory=set)
    payments: dict[UUID, Disbursement] = field(default_factory=dict)

    @property
    def paid_cents(self) -> int:
        return sum(payment.amount_cents for payment in self.payments.values())


def _stipends(stipend_ids: Sequence[UUID]) -> dict[UUID, _OfStipend]:
    query = (
        select(Installment.stipend_id, Installment.id, Disbursement)
        .outerjoin(PaymentRequest, PaymentRequest.installment_id == Installment.id)
        .outerjoin(Disbursement, Disbursement.request_id == PaymentRequest.id)
        .where(Installment.stipend_id.in_(stipend_ids))
        .options(joinedload(Disbursement.recorded_by))
    )
    found: dict[UUID, _OfStipend] = {}
    for stipend_id, installment_id, payment in db.session.execute(query):
        stipend = found.setdefault(stipend_id, _OfStipend())
        stipend.installments.add(installment_id)
        if payment is not None:
            stipend.payments[payment.request_id] = payment
    return found
