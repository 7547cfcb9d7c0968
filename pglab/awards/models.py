"""Decisions, and the release that makes them known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.awards.states import DecisionStatus, Outcome
from pglab.core.db import Entity, choice, one_of
from pglab.proposals.models import Proposal
from pglab.rfps.models import Rfp


class Release(Entity):
    """The release of all decisions of an RFP: prepared by one person, carried out by another.

    `sha256` is over the decisions as they stood when release was asked for: exactly those are released.
    """

    __tablename__ = "releases"
    __table_args__ = (
        CheckConstraint("released_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(released_at IS NULL) = (released_by_id IS NULL)", name="released_by_somebody"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"), unique=True)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    released_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    released_at: Mapped[datetime | None]

    rfp: Mapped[Rfp] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    released_by: Mapped[User | None] = relationship(foreign_keys=[released_by_id])

    def __str__(self) -> str:
        return f"Release of {self.rfp.reference} decisions"


class Decision(Entity):
    """What the City decided about one proposal, with the panel's reasons as the startup will read them."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint(one_of("outcome", Outcome), name="outcome_known"),
        CheckConstraint(one_of("status", DecisionStatus), name="status_known"),
        CheckConstraint("status IN ('pending', 'released') OR outcome = 'award'", name="only_awards_are_answered"),
        CheckConstraint("(status IN ('accepted', 'declined')) = (answered_at IS NOT NULL)", name="answered_iff_answer"),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by_somebody"),
        CheckConstraint("status = 'pending' OR length(feedback) > 0", name="feedback_before_release"),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), unique=True)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    status: Mapped[DecisionStatus] = mapped_column(choice(DecisionStatus), default=DecisionStatus.PENDING)
    rank: Mapped[str] = mapped_column(String(8))
    score: Mapped[str] = mapped_column(String(40))
    feedback: Mapped[str] = mapped_column(Text, default="")
    set_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship(lazy="joined")

    def __str__(self) -> str:
        return f"Decision on {self.proposal.reference}"
