"""What the program asks a startup after the opening, and what the startup answers beside its submission."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity, choice, one_of
from pglab.documents.models import Document
from pglab.proposals.models.draft import Proposal
from pglab.proposals.states import ClarificationStatus
from pglab.rfps.models import DocumentSlot, FormQuestion

ASKED_LENGTH = 4000


class Clarification(Entity):
    """Some questions of the form and at most one file, asked about an opened proposal, to be answered until `due_at`.

    What was received is not touched: the answer stands beside it. `reminded_for` is the due time of which the team
    was reminded, so that a later one reminds again.
    """

    __tablename__ = "clarifications"
    __table_args__ = (
        UniqueConstraint("proposal_id", "number"),
        CheckConstraint(one_of("status", ClarificationStatus), name="status_known"),
        CheckConstraint("(status = 'taken_back') = (taken_back_at IS NOT NULL)", name="taken_back_when"),
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name="taken_back_by_somebody"),
        CheckConstraint("number > 0 AND due_at > asked_at AND text <> ''", name="asks_in_time"),
        Index("ix_clarifications_waiting", "due_at", postgresql_where=text("status = 'asked'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    number: Mapped[int]
    status: Mapped[ClarificationStatus] = mapped_column(choice(ClarificationStatus), default=ClarificationStatus.ASKED)
    text: Mapped[str] = mapped_column(String(ASKED_LENGTH))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reminded_for: Mapped[datetime | None]
    taken_back_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    taken_back_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])

    def __str__(self) -> str:
        return f"{self.proposal.reference} clarification {self.number}"

    @property
    def sealed_rfp_id(self) -> UUID:
        """Never asked before the opening, so the program always sees it on the log."""
        return self.proposal.rfp_id

    @property
    def is_open(self) -> bool:
        """Asked, and neither answered nor taken back."""
        return self.status is ClarificationStatus.ASKED

    def is_overdue(self, now: datetime) -> bool:
        """Its time is over without an answer; the due time itself is still in time."""
        return self.is_open and now > self.due_at


class ClarificationItem(Entity):
    """One thing that may be answered: a question of the form, or the file of one slot."""

    __tablename__ = "clarification_items"
    __table_args__ = (
        UniqueConstraint("clarification_id", "position"),
        UniqueConstraint("clarification_id", "question_id"),
        CheckConstraint("(question_id IS NULL) <> (slot_id IS NULL)", name="question_or_slot"),
        Index(
            "uq_clarification_items_one_file",
            "clarification_id",
            unique=True,
            postgresql_where=text("slot_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    clarification_id: Mapped[UUID] = mapped_column(ForeignKey("clarifications.id"))
    position: Mapped[int]
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("form_questions.id"))
    slot_id: Mapped[UUID | None] = mapped_column(ForeignKey("document_slots.id"))

    clarification: Mapped[Clarification] = relationship()
    question: Mapped[FormQuestion | None] = relationship()
    slot: Mapped[DocumentSlot | None] = relationship()

    @property
    def label(self) -> str:
        """What is asked, in the words of the call."""
        return str(self.question or self.slot)


class ClarificationResponse(Entity):
    """The answer to one clarification as it arrived: stamped, judged by the due time of that moment, signed."""

    __tablename__ = "clarification_responses"
    __table_args__ = (
        UniqueConstraint("clarification_id"),
        CheckConstraint("received_at <= due_at", name="on_time"),
        CheckConstraint("length(sha256) = 64", name="hash_whole"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    clarification_id: Mapped[UUID] = mapped_column(ForeignKey("clarifications.id"))
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    statement: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(88))
    key_id: Mapped[str] = mapped_column(String(32))
    sent_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))

    clarification: Mapped[Clarification] = relationship()
    sent_by: Mapped[User] = relationship()


class ClarificationAnswer(Entity):
    """What a response says to one item: a text to a question, a file to a slot."""

    __tablename__ = "clarification_answers"
    __table_args__ = (
        UniqueConstraint("item_id"),
        CheckConstraint("(text IS NULL) <> (document_id IS NULL)", name="text_or_file"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    clarification_id: Mapped[UUID] = mapped_column(ForeignKey("clarifications.id"), index=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("clarification_items.id"))
    text: Mapped[str | None] = mapped_column(Text)
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"), index=True)

    document: Mapped[Document | None] = relationship()
