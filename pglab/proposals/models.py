"""Proposals: the draft a startup edits, and the submissions that stand."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import Organization, User
from pglab.addenda.models import Addendum
from pglab.cohorts.models import ChallengeArea
from pglab.core.db import Entity, choice, one_of
from pglab.documents.models import Document
from pglab.proposals.states import ProposalStatus
from pglab.rfps.models import DocumentSlot, FormQuestion, Rfp, RfpVersion


class Proposal(Entity):
    """One organization's answer to one challenge area of an RFP. `version` counts every change of the draft.

    `submission_number` is the submission that stands (0: none) and `submitted_version` the draft it was made from, so
    a higher `version` means unsent changes.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("organization_id", "challenge_area_id"),
        CheckConstraint(one_of("status", ProposalStatus), name="status_known"),
        CheckConstraint("(status = 'draft') = (submission_number = 0)", name="submitted_iff_numbered"),
        CheckConstraint("(submission_number = 0) = (submitted_version IS NULL)", name="submitted_version_known"),
        CheckConstraint("version > 0 AND submission_number >= 0", name="counters_real"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"), index=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    challenge_area_id: Mapped[UUID] = mapped_column(ForeignKey("challenge_areas.id"))
    status: Mapped[ProposalStatus] = mapped_column(choice(ProposalStatus), default=ProposalStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    submission_number: Mapped[int] = mapped_column(default=0)
    submitted_version: Mapped[int | None]
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
        return self.submitted_version is not None and self.version > self.submitted_version


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
    """The draft's file in one document slot."""

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("proposal_id", "slot_id"), Index("ix_attachments_document", "document_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("document_slots.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    attached_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    attached_at: Mapped[datetime]

    slot: Mapped[DocumentSlot] = relationship()
    document: Mapped[Document] = relationship()


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


class Submission(Entity):
    """What the City received: a numbered, signed, canonical package. Never changed; the last on-time one counts."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("proposal_id", "number"),
        UniqueConstraint("submitted_by_id", "idempotency_key"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("length(sha256) = 64", name="hash_whole"),
        CheckConstraint("length(idempotency_key) BETWEEN 8 AND 64", name="key_real"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    number: Mapped[int]
    received_at: Mapped[datetime]
    rfp_version_id: Mapped[UUID] = mapped_column(ForeignKey("rfp_versions.id"))
    draft_version: Mapped[int]
    manifest: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(88))
    key_id: Mapped[str] = mapped_column(String(32))
    submitted_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    idempotency_key: Mapped[str] = mapped_column(String(64))

    proposal: Mapped[Proposal] = relationship()
    rfp_version: Mapped[RfpVersion] = relationship()
    submitted_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return f"{self.proposal.reference} submission {self.number}"

    @property
    def sealed_rfp_id(self) -> UUID:
        return self.proposal.rfp_id


class SubmittedDocument(Entity):
    """Which stored file belongs to which submission and slot: the path a reader takes to a file."""

    __tablename__ = "submitted_documents"
    __table_args__ = (
        UniqueConstraint("submission_id", "slot_id"),
        Index("ix_submitted_documents_document", "document_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"))
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("document_slots.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))

    slot: Mapped[DocumentSlot] = relationship(lazy="joined")
    document: Mapped[Document] = relationship(lazy="joined")


class Refusal(Entity):
    """A try to submit that came too late: when, against which deadline, the hash of what was tried, signed."""

    __tablename__ = "refusals"
    __table_args__ = (
        UniqueConstraint("refused_user_id", "idempotency_key"),
        CheckConstraint("received_at > closes_at", name="late_indeed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), index=True)
    received_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    statement: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(88))
    key_id: Mapped[str] = mapped_column(String(32))
    refused_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    idempotency_key: Mapped[str] = mapped_column(String(64))

    proposal: Mapped[Proposal] = relationship()

    def __str__(self) -> str:
        return f"{self.proposal.reference} late try"

    @property
    def sealed_rfp_id(self) -> UUID:
        return self.proposal.rfp_id


class Opening(Entity):
    """The opening of an RFP's proposals, asked for by one person and carried out by another, after the deadline."""

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("opened_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(opened_at IS NULL) = (opened_by_id IS NULL)", name="opened_by_somebody"),
        CheckConstraint("(opened_at IS NULL) = (merkle_root IS NULL)", name="opened_with_root"),
        CheckConstraint("(opened_at IS NULL) = (submissions IS NULL)", name="opened_with_count"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"), unique=True)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime | None]
    merkle_root: Mapped[str | None] = mapped_column(String(64))
    submissions: Mapped[int | None]

    rfp: Mapped[Rfp] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    opened_by: Mapped[User | None] = relationship(foreign_keys=[opened_by_id])

    def __str__(self) -> str:
        return f"Opening of {self.rfp.reference}"


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
