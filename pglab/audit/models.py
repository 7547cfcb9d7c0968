"""The audit log. The database numbers, stamps and chains each entry; nothing can change or remove one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from pglab.core.db import Base


class AuditEvent(Base):
    """One thing that happened to one subject. `seq`, `at`, `prev_hash`, `hash` and `xact` are set by the database."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject_id_xact", "subject_id", "xact"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, server_default=text("0"))
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"), index=True)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(80), index=True)
    subject_type: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[UUID]
    subject: Mapped[str] = mapped_column(String(200))
    sealed_rfp_id: Mapped[UUID | None] = mapped_column(ForeignKey("rfps.id"), index=True)
    change: Mapped[str] = mapped_column(Text, default="{}")
    reason: Mapped[str] = mapped_column(Text, default="")
    prev_hash: Mapped[str] = mapped_column(String(64), server_default="")
    hash: Mapped[str] = mapped_column(String(64), server_default="")
    xact: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  (SQLAlchemy reads this mapping, nobody changes it)


class AccessLogEntry(Base):
    """One read of something sealed or personal by somebody other than its owner."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"), index=True)
    viewer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    subject_type: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[UUID] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(80))
