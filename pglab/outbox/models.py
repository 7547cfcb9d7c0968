"""Notices and the mails that carry them."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.core.db import Entity, choice, one_of
from pglab.outbox.states import EmailState

SUBJECT_LENGTH = 120


class Notice(Entity):
    """Something one person was told. A private one (a sign-in or reset link) lives in the mail only.

    `sealed_rfp_id` is set when it tells of a proposal: staff never count it, for many a proposal is never opened.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("subject !~ '[\\r\\n]' AND length(subject) > 0", name="subject_one_line"),
        CheckConstraint("private OR user_id IS NOT NULL", name="has_reader"),
        Index("ix_notices_user_id_created_at", "user_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    body_text: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(String(80), default="")
    private: Mapped[bool] = mapped_column(default=False)
    sealed_rfp_id: Mapped[UUID | None] = mapped_column(ForeignKey("rfps.id"))
    created_at: Mapped[datetime] = mapped_column(default=func.official_now())
    read_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return self.subject


class Email(Entity):
    """The mail of one notice: where it goes, under which Message-ID, and how far it got."""

    __tablename__ = "emails"
    __table_args__ = (
        CheckConstraint(one_of("state", EmailState), name="state_known"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_iff_sent_at"),
        CheckConstraint("tries >= 0", name="tries_counted"),
        CheckConstraint("to_address !~ '[\\r\\n]'", name="address_one_line"),
        Index("ix_emails_queued", "created_at", postgresql_where=text("state = 'queued'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"), unique=True)
    to_address: Mapped[str] = mapped_column(String(255))
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    state: Mapped[EmailState] = mapped_column(choice(EmailState), default=EmailState.QUEUED)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=func.official_now())
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(300), default="")
    # Where mail programs stop a subscription with one click; empty on mail that nobody subscribed to.
    unsubscribe_path: Mapped[str] = mapped_column(String(300), default="", server_default="")
    # The one thing that is ever attached: the date the mail is about, as a calendar file.
    calendar: Mapped[str] = mapped_column(Text, default="", server_default="")

    notice: Mapped[Notice] = relationship(lazy="joined")
