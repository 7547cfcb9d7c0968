"""What a startup keeps from the public in a file: the mark, its signed statement, and a redacted copy."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity
from pglab.documents.models import Document

PAGES_NAMED_LENGTH = 200


class ConfidentialityMark(Entity):
    """This file of a draft holds trade secrets or confidential proprietary information: on which pages, and why.

    It belongs to the file, so it goes wherever the file goes in this proposal: to another slot, to two, away and back.
    A file that replaces it is not marked. The statement is signed by an authorized representative; changing what it
    says takes the signature away.
    """

    __tablename__ = "confidentiality_marks"
    __table_args__ = (
        UniqueConstraint("proposal_id", "document_id"),
        CheckConstraint("(signed_by_id IS NULL) = (signed_at IS NULL)", name="signed_by_somebody"),
        CheckConstraint("redacted_document_id <> document_id", name="redacted_is_another_file"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    pages_named: Mapped[str] = mapped_column(String(PAGES_NAMED_LENGTH))
    reason: Mapped[str] = mapped_column(Text)
    marked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    marked_at: Mapped[datetime]
    signed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    signed_at: Mapped[datetime | None]
    # A copy without what is confidential, for whoever asks the City for the proposal.
    redacted_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"), index=True)

    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])
    redacted_document: Mapped[Document | None] = relationship(foreign_keys=[redacted_document_id])


class SubmittedMark(Entity):
    """The same of one slot of a submission, as it was received. Never changed."""

    __tablename__ = "submitted_marks"
    __table_args__ = (UniqueConstraint("submission_id", "slot_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"))
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("document_slots.id"))
    pages_named: Mapped[str] = mapped_column(String(PAGES_NAMED_LENGTH))
    reason: Mapped[str] = mapped_column(Text)
    signed_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    signed_at: Mapped[datetime]
    redacted_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"), index=True)

    signed_by: Mapped[User] = relationship(foreign_keys=[signed_by_id])
    redacted_document: Mapped[Document | None] = relationship(foreign_keys=[redacted_document_id])
