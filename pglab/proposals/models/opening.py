"""The opening of a call's proposals, and who was given one to read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Base, Entity
from pglab.proposals.models.draft import Proposal
from pglab.rfps.models import Rfp


class Opening(Entity):
    """The opening of an RFP's proposals, asked for by one person and carried out by another, after the deadline that
    the first one saw: when it has moved since, or the asking was taken back, somebody asks anew."""

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("opened_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(opened_at IS NULL) = (opened_by_id IS NULL)", name="opened_by_somebody"),
        CheckConstraint("(opened_at IS NULL) = (merkle_root IS NULL)", name="opened_with_root"),
        CheckConstraint("(opened_at IS NULL) = (submissions IS NULL)", name="opened_with_count"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_by_somebody"),
        CheckConstraint("opened_at IS NULL OR withdrawn_at IS NULL", name="opened_or_withdrawn"),
        Index("uq_openings_rfp_id", "rfp_id", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    closes_at: Mapped[datetime]
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime | None]
    merkle_root: Mapped[str | None] = mapped_column(String(64))
    submissions: Mapped[int | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]

    rfp: Mapped[Rfp] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    opened_by: Mapped[User | None] = relationship(foreign_keys=[opened_by_id])

    def __str__(self) -> str:
        return f"Opening of {self.rfp.reference}"


class OpeningLeaf(Base):
    """One submission of an opened set: its place in the Merkle tree and the hash that stands there. Written by the
    database when the set is opened, and never changed."""

    __tablename__ = "opening_leaves"
    __table_args__ = (
        CheckConstraint("position >= 0", name="position_real"),
        CheckConstraint("length(leaf) = 64", name="hash_whole"),
    )

    opening_id: Mapped[UUID] = mapped_column(ForeignKey("openings.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), unique=True)
    leaf: Mapped[str] = mapped_column(String(64))


class ReaderGrant(Entity):
    """Who outside the organization may read which opened proposal, and why. Written by the reviews domain."""

    __tablename__ = "reader_grants"
    __table_args__ = (
        Index(
            "uq_reader_grants_live", "proposal_id", "user_id", unique=True, postgresql_where=text("revoked_at IS NULL")
        ),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    why: Mapped[str] = mapped_column(String(200))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()

    def __str__(self) -> str:
        return f"Reading of {self.proposal.reference}"
