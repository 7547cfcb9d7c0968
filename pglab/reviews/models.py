"""The panel, its conflict declarations and its score sheets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity, choice, one_of
from pglab.proposals.models import Proposal
from pglab.reviews.states import ConflictAnswer, SheetStatus
from pglab.rfps.models import Criterion, Rfp


class PanelMember(Entity):
    """One evaluator's seat on the panel of one RFP. Seats are taken before scoring starts."""

    __tablename__ = "panel_members"
    __table_args__ = (UniqueConstraint("rfp_id", "user_id"), Index("ix_panel_members_user_id", "user_id"))

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    seated_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    seated_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]

    rfp: Mapped[Rfp] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="joined")

    def __str__(self) -> str:
        return f"{self.user.name}, panel of {self.rfp.reference}"


class ConflictDeclaration(Entity):
    """What an evaluator declared about one proposal before seeing anything of it. A later one replaces an earlier one.

    `decided_by` is the program manager who settled an “unsure”; an evaluator's own declaration leaves it empty.
    """

    __tablename__ = "conflict_declarations"
    __table_args__ = (
        UniqueConstraint("member_id", "proposal_id", "number"),
        CheckConstraint(one_of("answer", ConflictAnswer), name="answer_known"),
        CheckConstraint("answer = 'none' OR length(note) > 0", name="note_unless_none"),
        CheckConstraint("decided_by_id IS NULL OR answer <> 'unsure'", name="a_decision_is_not_unsure"),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("panel_members.id"))
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), index=True)
    number: Mapped[int]
    answer: Mapped[ConflictAnswer] = mapped_column(choice(ConflictAnswer))
    note: Mapped[str] = mapped_column(String(1000), default="")
    declared_at: Mapped[datetime]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))

    member: Mapped[PanelMember] = relationship()
    proposal: Mapped[Proposal] = relationship()

    def __str__(self) -> str:
        return f"Conflict declaration on {self.proposal.reference}"


class ScoreSheet(Entity):
    """One evaluator's scores of one proposal: a draft until final, unchangeable once signed, void after a recusal."""

    __tablename__ = "score_sheets"
    __table_args__ = (
        UniqueConstraint("member_id", "proposal_id"),
        CheckConstraint(one_of("status", SheetStatus), name="status_known"),
        CheckConstraint("status <> 'signed' OR signed_at IS NOT NULL", name="signed_at_known"),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("panel_members.id"))
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), index=True)
    status: Mapped[SheetStatus] = mapped_column(choice(SheetStatus), default=SheetStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    signed_at: Mapped[datetime | None]

    member: Mapped[PanelMember] = relationship()
    proposal: Mapped[Proposal] = relationship()
    scores: Mapped[list["Score"]] = relationship(back_populates="sheet")

    def __str__(self) -> str:
        return f"Score sheet on {self.proposal.reference}"


class Score(Entity):
    """Points 0 to 5 for one criterion, with the explanation. No points is “not scored”, never zero."""

    __tablename__ = "scores"
    __table_args__ = (
        UniqueConstraint("sheet_id", "criterion_id"),
        CheckConstraint("points BETWEEN 0 AND 5", name="points_in_range"),
    )

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("score_sheets.id"))
    criterion_id: Mapped[UUID] = mapped_column(ForeignKey("criteria.id"))
    points: Mapped[int | None]
    explanation: Mapped[str] = mapped_column(Text, default="")

    sheet: Mapped[ScoreSheet] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship()


class ScoreChange(Entity):
    """Every value a score ever had. Kept by the database itself; never changed."""

    __tablename__ = "score_changes"

    score_id: Mapped[UUID] = mapped_column(ForeignKey("scores.id"), index=True)
    points: Mapped[int | None]
    explanation: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
