"""A proposal and what its draft holds."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import Organization, User
from pglab.addenda.models import Addendum
from pglab.cohorts.models import ChallengeArea
from pglab.core.db import Entity, choice, one_of
from pglab.documents.models import Document
from pglab.proposals.states import ProposalStatus
from pglab.rfps.models import DocumentSlot, FormQuestion, Rfp


class Proposal(Entity):
    """One organization's answer to one challenge area of an RFP. `version` counts every change of the draft.

    `submission_number` is the submission that stands (0: none), `received_number` the last one that was received, and
    `submitted_version` the draft it was made from, so a higher `version` means unsent changes. The two numbers differ
    only while a proposal that was taken back before the opening stays so; taken back later, it stays in the opened set.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("organization_id", "challenge_area_id"),
        CheckConstraint(one_of("status", ProposalStatus), name="status_known"),
        CheckConstraint("(status = 'draft') = (received_number = 0)", name="draft_until_received"),
        CheckConstraint(
            "submission_number = received_number OR (status = 'withdrawn' AND submission_number = 0)", name="one_stands"
        ),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_when"),
        CheckConstraint("(received_number = 0) = (submitted_version IS NULL)", name="submitted_version_known"),
        CheckConstraint("version > 0 AND received_number >= 0", name="counters_real"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"), index=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    challenge_area_id: Mapped[UUID] = mapped_column(ForeignKey("challenge_areas.id"))
    status: Mapped[ProposalStatus] = mapped_column(choice(ProposalStatus), default=ProposalStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    submission_number: Mapped[int] = mapped_column(default=0)
    received_number: Mapped[int] = mapped_column(default=0)
    submitted_version: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None]
    started_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime]

    rfp: Mapped[Rfp] = relationship(lazy="joined")
    organization: Mapped[Organization] = relationship(lazy="joined")
    challenge_area: Mapped[ChallengeArea] = relationship(lazy="joined")

    def __str__(self) -> str:
        return self.reference

    @property
    def sealed_rfp_id(self) -> UUID:
        """Events about a proposal stay out of staff views of the log until this RFP is opened."""
        return self.rfp_id

    @property
    def has_unsent_changes(self) -> bool:
        """Whether the draft has moved on since the submission that stands."""
        return (
            self.status is ProposalStatus.SUBMITTED
            and self.submitted_version is not None
            and self.version > self.submitted_version
        )


class Answer(Entity):
    """The draft's answer to one question, and who typed it last."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("proposal_id", "question_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("form_questions.id"))
    text: Mapped[str] = mapped_column(Text)
    edited_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    edited_at: Mapped[datetime]

    question: Mapped[FormQuestion] = relationship()
    edited_by: Mapped[User] = relationship()


class Attachment(Entity):
    """The draft's file in one document slot.

    `earlier_document` is the file it replaced, which comes back should `document` fail its virus check; it means
    nothing any more once that has passed. `refused_document` is a file that failed and was put back in this way.
    """

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("proposal_id", "slot_id"), Index("ix_attachments_document", "document_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("document_slots.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    earlier_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"), index=True)
    refused_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"), index=True)
    attached_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    attached_at: Mapped[datetime]

    slot: Mapped[DocumentSlot] = relationship()
    document: Mapped[Document] = relationship(foreign_keys=[document_id])
    earlier_document: Mapped[Document | None] = relationship(foreign_keys=[earlier_document_id])
    refused_document: Mapped[Document | None] = relationship(foreign_keys=[refused_document_id])


class AddendumAcknowledgement(Entity):
    """A representative or editor said for the startup that they read an addendum. Never taken back."""

    __tablename__ = "addendum_acknowledgements"
    __table_args__ = (UniqueConstraint("proposal_id", "addendum_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    addendum_id: Mapped[UUID] = mapped_column(ForeignKey("addenda.id"))
    acknowledged_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    acknowledged_at: Mapped[datetime]

    addendum: Mapped[Addendum] = relationship()
    acknowledged_by: Mapped[User] = relationship()
