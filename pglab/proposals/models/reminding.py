"""Of what a team was reminded, and for which deadline."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.core.db import Entity, choice, one_of
from pglab.proposals.models.draft import Proposal


class ReminderKind(StrEnum):
    """The moments of a deadline at which a team hears of it: a draft two days and four hours before, unsent changes a
    day before, and a draft that was never submitted a little after."""

    TWO_DAYS = "two_days"
    FOUR_HOURS = "four_hours"
    UNSENT = "unsent"
    CLOSED = "closed"


class Reminder(Entity):
    """A team was reminded. A deadline that moves is another one, so its team hears again; nobody hears twice."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("proposal_id", "kind", "closes_at"),
        CheckConstraint(one_of("kind", ReminderKind), name="kind_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    kind: Mapped[ReminderKind] = mapped_column(choice(ReminderKind))
    closes_at: Mapped[datetime]
    reminded_at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship()
