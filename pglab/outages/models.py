"""The log of outages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.clock import EASTERN
from pglab.core.db import Base, Entity, choice, one_of
from pglab.outages.states import Part

SUMMARY_LENGTH = 300


class Outage(Entity):
    """A time during which something did not work, in words for everyone. Without an end it still goes on."""

    __tablename__ = "outages"
    __table_args__ = (
        CheckConstraint("ended_at > started_at", name="ends_after_start"),
        CheckConstraint("started_at <= noted_at", name="noted_after_start"),
        CheckConstraint(f"length(summary) BETWEEN 1 AND {SUMMARY_LENGTH}", name="summary_given"),
        CheckConstraint("part IN ('site', 'files')", name="part_known"),
        CheckConstraint("(part IS NULL) = (noted_by_id IS NOT NULL)", name="noted_by_somebody_or_itself"),
        Index("uq_outages_part_going_on", "part", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(String(SUMMARY_LENGTH))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    # What fell silent, where the site noticed by itself; such an outage was noted by nobody.
    part: Mapped[Part | None] = mapped_column(choice(Part))
    version: Mapped[int] = mapped_column(default=1)

    noted_by: Mapped[User | None] = relationship()

    def __str__(self) -> str:
        return f"Outage of {self.started_at.astimezone(EASTERN):%Y-%m-%d %H:%M}"


class Heartbeat(Base):
    """When a part of the site last gave a sign of life, by the clock of the machine it runs on."""

    __tablename__ = "heartbeats"
    __table_args__ = (CheckConstraint(one_of("part", Part), name="part_known"),)

    part: Mapped[Part] = mapped_column(choice(Part), primary_key=True)
    seen_at: Mapped[datetime]
