"""Stored files. A row is written once, when the bytes already lie in the store."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from pglab.core.db import Entity

MAX_BYTES = 25_000_000
FILENAME_LENGTH = 255


class Document(Entity):
    """One file as it was received. The file name is for display only; nothing is looked up or served by it.

    `sealed_rfp_id` is set for a proposal's file, so that the log does not tell of it before the opening.
    """

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint(f"size > 0 AND size <= {MAX_BYTES}", name="size_allowed"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="hash_whole"),
        CheckConstraint("pages > 0", name="pages_positive"),
        CheckConstraint("media_type IN ('application/pdf', 'image/png', 'image/jpeg')", name="type_allowed"),
    )

    # Random, not by time: that a document exists is private.
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(60))
    pages: Mapped[int]
    filename: Mapped[str] = mapped_column(String(FILENAME_LENGTH))
    storage_key: Mapped[str] = mapped_column(String(64), unique=True)
    uploaded_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    sealed_rfp_id: Mapped[UUID | None] = mapped_column(ForeignKey("rfps.id"))
    received_at: Mapped[datetime] = mapped_column(default=func.official_now())

    def __str__(self) -> str:
        return f"File {self.sha256[:8]}"
