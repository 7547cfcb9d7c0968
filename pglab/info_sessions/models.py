"""Sessions and who has a place. Only the hash of the link that travels in mails is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.core.db import Entity
from pglab.rfps.models import Rfp

TITLE_LENGTH, PLACE_LENGTH, REASON_LENGTH, LINK_LENGTH = 120, 300, 500, 500
MOST_PLACES = 10_000


class InfoSession(Entity):
    """One session of a call. `version` counts its changes: calendars that hold it go by that number."""

    __tablename__ = "info_sessions"
    __table_args__ = (
        UniqueConstraint("rfp_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("capacity > 0", name="capacity_positive"),
        CheckConstraint("place <> '' OR join_link <> ''", name="somewhere"),
        CheckConstraint("(cancelled_at IS NOT NULL) = (cancel_reason <> '')", name="cancelled_for_a_reason"),
        CheckConstraint("title <> '' AND title !~ '[\\r\\n]'", name="title_one_line"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    join_link: Mapped[str] = mapped_column(String(LINK_LENGTH), default="")
    capacity: Mapped[int | None]
    recording_url: Mapped[str] = mapped_column(String(LINK_LENGTH), default="")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    published_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reminded_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")

    rfp: Mapped[Rfp] = relationship(lazy="joined")

    def __str__(self) -> str:
        return f"{self.rfp.reference}, information session {self.number}"

    @property
    def where(self) -> str:
        """Where it is, for everyone: the link to join is for who has a place."""
        return self.place or "Online"


class SessionPlace(Entity):
    """Somebody typed this name and address; it is a place once the link in the mail is used, until it is given up."""

    __tablename__ = "session_places"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("email !~ '[\\r\\n]' AND name !~ '[\\r\\n]'", name="one_line"),
        CheckConstraint("given_up_at IS NULL OR confirmed_at IS NOT NULL", name="had_before_given_up"),
        Index("ix_session_places_session_id", "session_id"),
        Index(
            "uq_session_places_mailbox",
            "session_id",
            "email_key",
            unique=True,
            postgresql_where=text("confirmed_at IS NOT NULL AND given_up_at IS NULL"),
        ),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("info_sessions.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(255))
    email_key: Mapped[str] = mapped_column(String(255))
    token_hash: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]

    session: Mapped[InfoSession] = relationship(lazy="joined")

    @property
    def is_held(self) -> bool:
        """Whether this is a place that counts."""
        return self.confirmed_at is not None and self.given_up_at is None
