"""The ledger: every payment request that was ever made, and totals that reconcile with the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from pglab.accounts.models import Organization, User
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.payments import policy
from pglab.payments.models import Disbursement, Installment, PaymentRequest, Stipend
from pglab.payments.queries.facts import Facts, gather
from pglab.payments.states import RequestStatus
from pglab.pilots.models import Pilot

LedgerRow = Facts


@dataclass(frozen=True)
class Totals:
    """Cents over all cohorts: promised to pilots, approved and not yet paid, paid."""

    committed: int
    approved: int
    paid: int

    @property
    def left(self) -> int:
        """What is promised and not paid."""
        return self.committed - self.paid


def get_request(reference: str, *, viewer: User) -> PaymentRequest:
    """One payment request, for those who read the ledger."""
    request = db.session.scalar(
        select(PaymentRequest)
        .where(PaymentRequest.reference == reference)
        .options(joinedload(PaymentRequest.prepared_by))
    )
    if request is None or not policy.may_read(viewer):
        raise NotFoundError("There is no such payment request.")
    return request


def list_ledger(
    now: datetime, *, status: RequestStatus | None = None, organization_id: UUID | None = None
) -> list[LedgerRow]:
    """Every request, newest first, narrowed by status and startup; a constant number of statements."""
    query = (
        select(PaymentRequest)
        .join(Installment, PaymentRequest.installment_id == Installment.id)
        .join(Stipend, Installment.stipend_id == Stipend.id)
        .join(Pilot, Stipend.pilot_id == Pilot.id)
        .options(
            joinedload(PaymentRequest.prepared_by),
            joinedload(PaymentRequest.installment)
            .joinedload(Installment.stipend)
            .joinedload(Stipend.pilot)
            .joinedload(Pilot.agreement),
        )
        .order_by(PaymentRequest.prepared_at.desc(), PaymentRequest.reference.desc())
    )
    if status:
        query = query.where(PaymentRequest.status == status)
    if organization_id:
        query = query.where(Pilot.organization_id == organization_id)
    return gather([(request.installment, request) for request in db.session.scalars(query)], now)


def totals_of(organization_id: UUID | None = None) -> Totals:
    """What is promised, approved and paid, of everything or of one startup."""
    stipends = select(func.coalesce(func.sum(Stipend.amount_cents), 0)).join(Pilot, Stipend.pilot_id == Pilot.id)
    approved = _joined(select(func.coalesce(func.sum(PaymentRequest.amount_cents), 0)).select_from(PaymentRequest))
    approved = approved.where(PaymentRequest.status == RequestStatus.APPROVED)
    paid = select(func.coalesce(func.sum(Disbursement.amount_cents), 0)).select_from(Disbursement)
    paid = _joined(paid.join(PaymentRequest, Disbursement.request_id == PaymentRequest.id))
    if organization_id:
        mine = Pilot.organization_id == organization_id
        stipends, approved, paid = stipends.where(mine), approved.where(mine), paid.where(mine)
    return Totals(*(int(db.session.scalar(each) or 0) for each in (stipends, approved, paid)))


def _joined(query: Select[int]) -> Select[int]:
    return (
        query.join(Installment, PaymentRequest.installment_id == Installment.id)
        .join(Stipend, Installment.stipend_id == Stipend.id)
        .join(Pilot, Stipend.pilot_id == Pilot.id)
    )


def list_paid_startups() -> Sequence[Organization]:
    """The startups that were promised a stipend, by name."""
    query = select(Organization).where(Organization.id.in_(select(Pilot.organization_id)))
    return db.session.scalars(query.order_by(Organization.legal_name)).all()
