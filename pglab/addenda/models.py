"""Official changes of a published RFP, and its cancellation: each prepared by one person and carried out by another."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.addenda.states import AddendumKind, AddendumStatus
from pglab.core.db import Entity, choice, one_of
from pglab.rfps.models import Rfp

# With its number before it, a title still fits the news of a cohort.
TITLE_LENGTH = 100
OPEN = "status IN ('draft', 'waiting')"


class Addendum(Entity):
    """One official change. `changes` holds the new value of each field it names, by the field's place in the RFP's
    frozen content; what the field says before and after is always read from the versions. `closes_at` is the new
    deadline of an extension. Once issued it has a number, made version `makes_version`, and never changes again.
    """

    __tablename__ = "addenda"
    __table_args__ = (
        UniqueConstraint("rfp_id", "number"),
        Index("uq_addenda_open", "rfp_id", "kind", unique=True, postgresql_where=text(OPEN)),
        CheckConstraint(one_of("kind", AddendumKind), name="kind_known"),
        CheckConstraint(one_of("status", AddendumStatus), name="status_known"),
        CheckConstraint("(kind = 'deadline') = (closes_at IS NOT NULL)", name="extension_names_the_deadline"),
        CheckConstraint("kind <> 'deadline' OR reason <> ''", name="extension_has_a_reason"),
        CheckConstraint("(outage_from IS NULL) = (outage_until IS NULL)", name="outage_whole"),
        CheckConstraint("(outage_from IS NULL) = (outage_id IS NULL)", name="outage_is_on_the_log"),
        CheckConstraint("outage_from < outage_until", name="outage_in_order"),
        CheckConstraint("outage_from IS NULL OR kind = 'deadline'", name="outage_extends"),
        CheckConstraint("(status = 'issued') = (number IS NOT NULL)", name="numbered_when_issued"),
        CheckConstraint("(status = 'issued') = (issued_at IS NOT NULL)", name="issued_at_some_time"),
        CheckConstraint("(status = 'issued') = (issued_by_id IS NOT NULL)", name="issued_by_somebody"),
        CheckConstraint("(status = 'issued') = (makes_version IS NOT NULL)", name="issued_makes_a_version"),
        CheckConstraint("issued_by_id <> prepared_by_id", name="issued_by_a_second_person"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    kind: Mapped[AddendumKind] = mapped_column(choice(AddendumKind))
    status: Mapped[AddendumStatus] = mapped_column(choice(AddendumStatus), default=AddendumStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    summary: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    needs_acknowledgement: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    closes_at: Mapped[datetime | None]
    # The outage an extension makes up for, with its times as the two people saw them.
    outage_id: Mapped[UUID | None] = mapped_column(ForeignKey("outages.id"))
    outage_from: Mapped[datetime | None]
    outage_until: Mapped[datetime | None]
    prepared_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    prepared_at: Mapped[datetime]
    number: Mapped[int | None]
    makes_version: Mapped[int | None]
    issued_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime | None]
    # The transaction that issued it, noted by the database: in no other may the published RFP change.
    xact: Mapped[int | None] = mapped_column(BigInteger)

    rfp: Mapped[Rfp] = relationship()
    prepared_by: Mapped[User] = relationship(foreign_keys=[prepared_by_id])
    issued_by: Mapped[User | None] = relationship(foreign_keys=[issued_by_id])

    def __str__(self) -> str:
        return f"{self.rfp.reference} {self.name}"

    @property
    def name(self) -> str:
        """What it is called: its number once it has one."""
        return f"Addendum {self.number}" if self.number else "addendum in preparation"

    @property
    def moves_deadline(self) -> bool:
        """Whether everyone has a new deadline through it."""
        return self.kind is AddendumKind.DEADLINE


class Cancellation(Entity):
    """The cancellation of a call: asked for by one person, confirmed by another, or withdrawn."""

    __tablename__ = "cancellations"
    __table_args__ = (
        Index("uq_cancellations_live", "rfp_id", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("confirmed_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint("confirmed_at IS NULL OR withdrawn_at IS NULL", name="confirmed_or_withdrawn"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    rfp: Mapped[Rfp] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=[confirmed_by_id])

    def __str__(self) -> str:
        return f"Cancellation of {self.rfp.reference}"
