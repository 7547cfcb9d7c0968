"""What the people of one team tell each other while they draft: which section is done, and who should look at what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity
from pglab.proposals.models.draft import Proposal
from pglab.rfps.models import FormSection


class SectionCheck(Entity):
    """What somebody answered last when asked whether a section is completed. It helps the team; a proposal can be
    submitted without."""

    __tablename__ = "section_checks"
    __table_args__ = (UniqueConstraint("proposal_id", "section_id"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("form_sections.id"))
    done: Mapped[bool]
    checked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    checked_at: Mapped[datetime]

    checked_by: Mapped[User] = relationship()


class ReviewRequest(Entity):
    """Somebody asked a teammate to review a section, or, without a section, to submit the proposal.

    The note is the team's own, like an answer: it is read on the page, and no mail carries it.
    """

    __tablename__ = "review_requests"
    __table_args__ = (
        CheckConstraint("asked_by_id <> asked_of_id", name="of_somebody_else"),
        CheckConstraint("done_at >= asked_at", name="done_after_it_was_asked"),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), index=True)
    section_id: Mapped[UUID | None] = mapped_column(ForeignKey("form_sections.id"))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_of_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    note: Mapped[str] = mapped_column(String(1000), default="")
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()
    section: Mapped[FormSection | None] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    asked_of: Mapped[User] = relationship(foreign_keys=[asked_of_id])
