"""Stipends, payment requests with their approvals, disbursements, and the journal."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import Organization, User
from pglab.core.db import Entity, choice, one_of
from pglab.payments.states import Account, Method, RequestStatus, Stage
from pglab.pilots.models import Milestone, Pilot


class VendorVerification(Entity):
    """That an organization can be paid: its vendor number in the City's finance system, the W-9 on file, and the label
    of where payments go. Entered by one person, confirmed by another; a change holds payments for 72 hours."""

    __tablename__ = "vendor_verifications"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        CheckConstraint("confirmed_by_id <> entered_by_id", name="two_people"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint("vendor_number ~ '^[0-9]{4,10}$'", name="vendor_number_digits"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    number: Mapped[int]
    vendor_number: Mapped[str] = mapped_column(String(10))
    remit_to: Mapped[str] = mapped_column(String(200))
    w9_on_file_on: Mapped[date]
    entered_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    hold_until: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    entered_by: Mapped[User] = relationship(foreign_keys=[entered_by_id])
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=[confirmed_by_id])

    def __str__(self) -> str:
        return f"Vendor {self.vendor_number} of {self.organization.legal_name}"


class Stipend(Entity):
    """The money promised to one pilot. The sum paid never exceeds it."""

    __tablename__ = "stipends"
    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount_positive"),)

    pilot_id: Mapped[UUID] = mapped_column(ForeignKey("pilots.id"), unique=True)
    amount_cents: Mapped[int]

    pilot: Mapped[Pilot] = relationship(lazy="joined")

    def __str__(self) -> str:
        return f"Stipend of {self.pilot.reference}"


class Installment(Entity):
    """One part of a stipend, earned by one milestone."""

    __tablename__ = "installments"
    __table_args__ = (
        UniqueConstraint("stipend_id", "number"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
    )

    stipend_id: Mapped[UUID] = mapped_column(ForeignKey("stipends.id"))
    number: Mapped[int]
    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"), unique=True)
    amount_cents: Mapped[int]

    stipend: Mapped[Stipend] = relationship(lazy="joined")
    milestone: Mapped[Milestone] = relationship(lazy="joined")


class PaymentRequest(Entity):
    """A voucher for one installment. `fingerprint` is the hash of payee, amount, installment and evidence that
    approvals sign; whatever changes afterwards voids them."""

    __tablename__ = "payment_requests"
    __table_args__ = (
        CheckConstraint(one_of("status", RequestStatus), name="status_known"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("approvals_needed IN (1, 2)", name="one_or_two_approvals"),
        CheckConstraint("(status = 'returned') = (length(returned_reason) > 0)", name="returned_with_a_reason"),
        Index(
            "uq_payment_requests_live_installment",
            "installment_id",
            unique=True,
            postgresql_where=text("status IN ('waiting', 'approved', 'paid')"),
        ),
    )

    reference: Mapped[str] = mapped_column(String(20), unique=True)
    installment_id: Mapped[UUID] = mapped_column(ForeignKey("installments.id"))
    amount_cents: Mapped[int]
    vendor_verification_id: Mapped[UUID] = mapped_column(ForeignKey("vendor_verifications.id"))
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    approvals_needed: Mapped[int] = mapped_column(default=2)
    status: Mapped[RequestStatus] = mapped_column(choice(RequestStatus), default=RequestStatus.WAITING)
    prepared_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    prepared_at: Mapped[datetime]
    returned_reason: Mapped[str] = mapped_column(Text, default="")

    installment: Mapped[Installment] = relationship(lazy="joined")
    vendor_verification: Mapped[VendorVerification] = relationship()
    prepared_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return self.reference


class Approval(Entity):
    """One person's name under a payment request, signing its fingerprint. Never the preparer, never a payee's member,
    never the same person twice. Never changed."""

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("request_id", "stage"),
        UniqueConstraint("request_id", "approved_by_id"),
        CheckConstraint(one_of("stage", Stage), name="stage_known"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("payment_requests.id"))
    stage: Mapped[Stage] = mapped_column(choice(Stage))
    approved_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime]
    fingerprint: Mapped[str] = mapped_column(String(64))

    request: Mapped[PaymentRequest] = relationship()
    approved_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return f"{self.stage.value.capitalize()} approval of {self.request.reference}"


class Disbursement(Entity):
    """That the Controller paid a request: how, under which number, when. Never changed."""

    __tablename__ = "disbursements"
    __table_args__ = (
        UniqueConstraint("method", "number"),
        CheckConstraint(one_of("method", Method), name="method_known"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("number ~ '^[A-Z0-9-]{1,30}$'", name="number_form"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("payment_requests.id"), unique=True)
    amount_cents: Mapped[int]
    method: Mapped[Method] = mapped_column(choice(Method))
    number: Mapped[str] = mapped_column(String(30))
    paid_on: Mapped[date]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]

    request: Mapped[PaymentRequest] = relationship()
    recorded_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return f"Payment of {self.request.reference}"


class JournalEntry(Entity):
    """One booking: its lines sum to zero. Never changed; a mistake is reversed by a new entry."""

    __tablename__ = "journal_entries"

    stipend_id: Mapped[UUID] = mapped_column(ForeignKey("stipends.id"), index=True)
    description: Mapped[str] = mapped_column(String(200))
    booked_at: Mapped[datetime]

    stipend: Mapped[Stipend] = relationship()


class JournalLine(Entity):
    """One account's part of a booking, in cents: plus arrives, minus leaves."""

    __tablename__ = "journal_lines"
    __table_args__ = (
        CheckConstraint(one_of("account", Account), name="account_known"),
        CheckConstraint("amount_cents <> 0", name="amount_not_zero"),
        UniqueConstraint("entry_id", "account"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("journal_entries.id"))
    account: Mapped[Account] = mapped_column(choice(Account))
    amount_cents: Mapped[int]
