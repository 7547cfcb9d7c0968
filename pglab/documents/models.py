"""Stored files and what is known of them. A file's row is written once, when its bytes already lie in the store."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity, choice, one_of
from pglab.documents.states import ScanVerdict, UploadOutcome

MAX_BYTES = 25_000_000
FILENAME_LENGTH = 255
PART_BYTES = 5 * 1024 * 1024


class DocumentScan(Entity):
    """One answer of the malware scanner about one file. The latest counts; without any the file is being checked."""

    __tablename__ = "document_scans"
    __table_args__ = (
        CheckConstraint(one_of("verdict", ScanVerdict), name="verdict_known"),
        Index("ix_document_scans_document_id_checked_at", "document_id", "checked_at"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    verdict: Mapped[ScanVerdict] = mapped_column(choice(ScanVerdict))
    # What the scanner calls what it found ("Win.Trojan.X"), for the program's own people.
    finding: Mapped[str] = mapped_column(String(200), default="")
    checked_at: Mapped[datetime] = mapped_column(default=func.official_now())


class Document(Entity):
    """One file as it was received. The file name is for display only; nothing is looked up or served by it.

    `sealed_rfp_id` is set for a proposal's file, so that the log does not tell of it before the opening. `verdict` is
    the latest answer of the malware scan, None while it is still to come.
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

    verdict: Mapped[ScanVerdict | None] = column_property(
        select(DocumentScan.verdict)
        .where(DocumentScan.document_id == id)
        .order_by(DocumentScan.checked_at.desc(), DocumentScan.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    uploaded_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return f"File {self.sha256[:8]}"


class DocumentPage(Entity):
    """One page of a proposal's file as it is shown: a picture in the store, and the text the page holds.

    Drawn once by the worker from a file that may be read. A page that could not be drawn has no picture.
    """

    __tablename__ = "document_pages"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint(
            "num_nonnulls(image_key, sha256, size, width, height) IN (0, 5)", name="picture_whole_or_missing"
        ),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int]
    image_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="")
    drawn_at: Mapped[datetime] = mapped_column(default=func.official_now())


class Upload(Entity):
    """A file on its way: its parts go from the browser straight to the store, and only what is taken becomes a
    Document. Bound to one person and one purpose (the slot or milestone it was begun for)."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint(f"size > 0 AND size <= {MAX_BYTES}", name="size_allowed"),
        CheckConstraint(one_of("outcome", UploadOutcome), name="outcome_known"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended_with_outcome"),
        Index("ix_uploads_started_by_id_started_at", "started_by_id", "started_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    purpose: Mapped[str] = mapped_column(String(120))
    filename: Mapped[str] = mapped_column(String(FILENAME_LENGTH))
    size: Mapped[int] = mapped_column(BigInteger)
    # Made by the browser of the file's first and last bytes: tells whether the same file was chosen to go on with.
    fingerprint: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(64), unique=True)
    store_upload_id: Mapped[str] = mapped_column(String(200))
    started_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime] = mapped_column(default=func.official_now())
    ended_at: Mapped[datetime | None]
    outcome: Mapped[UploadOutcome | None] = mapped_column(choice(UploadOutcome))

    def part_sizes(self) -> list[int]:
        """The sizes of its parts in order: all alike but the last."""
        whole, rest = divmod(self.size, PART_BYTES)
        return [PART_BYTES] * whole + ([rest] if rest else [])
