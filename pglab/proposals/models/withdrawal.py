"""That a proposal was taken back, and that this was undone: signed like everything the City receives."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity, choice, one_of
from pglab.proposals.models.draft import Proposal
from pglab.proposals.states import WithdrawalKind


class Withdrawal(Entity):
    """A representative took the last submission back, or took that back again. Never changed: undoing is a second row.

    `after_opening` tells whether the proposal stays in the opened set, which nobody can change any more.
    """

    __tablename__ = "withdrawals"
    __table_args__ = (
        UniqueConstraint("proposal_id", "number"),
        CheckConstraint(one_of("kind", WithdrawalKind), name="kind_known"),
        CheckConstraint("number > 0 AND submission_number > 0", name="numbers_positive"),
        CheckConstraint("length(sha256) = 64", name="hash_whole"),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    number: Mapped[int]
    kind: Mapped[WithdrawalKind] = mapped_column(choice(WithdrawalKind))
    received_at: Mapped[datetime]
    after_opening: Mapped[bool]
    submission_number: Mapped[int]
    why: Mapped[str] = mapped_column(String(1000))
    statement: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(88))
    key_id: Mapped[str] = mapped_column(String(32))
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))

    proposal: Mapped[Proposal] = relationship()
    made_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return f"{self.proposal.reference} withdrawal {self.number}"

    @property
    def sealed_rfp_id(self) -> UUID:
        return self.proposal.rfp_id
