"""What was received: submissions with their files, and signed refusals of late ones."""

import json
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity
from pglab.documents.models import Document
from pglab.proposals.models.draft import Proposal
from pglab.rfps.models import DocumentSlot, RfpVersion

CLOSE_CALL = timedelta(minutes=1)


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
    def close_call(self) -> bool:
        """Whether it arrived within a minute of the deadline it was judged by: then thousandths of a second are told.
        The deadline is the one in the receipt; an extension later changes nothing."""
        judged_by = datetime.fromisoformat(json.loads(self.manifest)["closes_at"])
        return judged_by - self.received_at <= CLOSE_CALL

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
