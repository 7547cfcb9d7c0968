"""Messages and their answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.contact.states import MessageState, Topic
from pglab.core.db import Entity, choice, one_of

TEXT_LENGTH = 5000


class Message(Entity):
    """What somebody wrote to the program; it never changes. `about` is a reference they gave, `page` an address."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint(one_of("topic", Topic), name="topic_known"),
        CheckConstraint(one_of("state", MessageState), name="state_known"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {TEXT_LENGTH}", name="text_given"),
        CheckConstraint("(state = 'closed') = (closed_because <> '')", name="closed_with_reason"),
        Index("ix_messages_state_received_at", "state", "received_at"),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(255))
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    about: Mapped[str] = mapped_column(String(40), default="")
    page: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(Text)
    sent_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    received_at: Mapped[datetime]
    state: Mapped[MessageState] = mapped_column(choice(MessageState), default=MessageState.WAITING)
    closed_because: Mapped[str] = mapped_column(String(300), default="")

    replies: Mapped[list["Reply"]] = relationship(order_by="Reply.sent_at", viewonly=True)

    def __str__(self) -> str:
        return self.reference


class Reply(Entity):
    """An answer to a message, as it was mailed. Never changed."""

    __tablename__ = "replies"
    __table_args__ = (CheckConstraint(f"length(text) BETWEEN 1 AND {TEXT_LENGTH}", name="text_given"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    sent_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime]

    sent_by: Mapped[User] = relationship(lazy="joined")
