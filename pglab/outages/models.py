"""The log of outages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.clock import EASTERN
from pglab.core.db import Entity

SUMMARY_LENGTH = 300


class Outage(Entity):
    """A time during which something did not work, in words for everyone. Without an end it still goes on."""

    __tablename__ = "outages"
    __table_args__ = (
        CheckConstraint("ended_at > started_at", name="ends_after_start"),
        CheckConstraint("started_at <= noted_at", name="noted_after_start"),
        CheckConstraint(f"length(summary) BETWEEN 1 AND {SUMMARY_LENGTH}", name="summary_given"),
    )

    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(String(SUMMARY_LENGTH))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)

    noted_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return f"Outage of {self.started_at.astimezone(EASTERN):%Y-%m-%d %H:%M}"
