"""The question as it was asked, which only program staff read, and the answers that everyone reads."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity, choice, one_of
from pglab.questions.states import CLOSED, NUMBERED, TO_READ, QuestionStatus, Topic
from pglab.rfps.models import Rfp

ABOUT_A_CHALLENGE = "(topic = 'challenge') = (area_slug IS NOT NULL)"


def among(states: Iterable[QuestionStatus]) -> str:
    """The SQL that asks for one of these states."""
    return "status IN (" + ", ".join(f"'{state.value}'" for state in states) + ")"


class Question(Entity):
    """A question somebody asked, its asker's address, and the draft of its answer. Sealed: program staff only.

    What was asked never changes. `wording` is how the question will read in public; `version` counts its drafts.
    """

    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint(one_of("status", QuestionStatus), name="status_known"),
        CheckConstraint(one_of("topic", Topic), name="topic_known"),
        CheckConstraint(ABOUT_A_CHALLENGE, name="challenge_named"),
        CheckConstraint("length(asked_text) > 0 AND length(asker_email) > 0", name="asked_something"),
        CheckConstraint("(status = 'unconfirmed') = (confirmed_at IS NULL)", name="unconfirmed_until_confirmed"),
        CheckConstraint(f"({among(NUMBERED)}) = (number IS NOT NULL)", name="numbered_once_published"),
        CheckConstraint(
            f"({among(CLOSED)}) = (closed_at IS NOT NULL) AND ({among(CLOSED)}) = (closed_by_id IS NOT NULL)",
            name="closed_by_somebody",
        ),
        CheckConstraint("(status = 'already_answered') = (same_as_number IS NOT NULL)", name="points_to_an_answer"),
        CheckConstraint("status <> 'declined' OR length(closed_reason) > 0", name="declined_with_reason"),
        CheckConstraint(
            f"NOT ({among((*TO_READ, QuestionStatus.PUBLISHED))})"
            " OR (length(wording) > 0 AND length(answer) > 0 AND drafted_by_id IS NOT NULL)",
            name="drafted_before_read",
        ),
        UniqueConstraint("rfp_id", "number"),
        Index("ix_questions_rfp_id_status", "rfp_id", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    status: Mapped[QuestionStatus] = mapped_column(choice(QuestionStatus))
    version: Mapped[int] = mapped_column(default=1)
    asker_email: Mapped[str] = mapped_column(String(255))
    asked_text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    area_slug: Mapped[str | None] = mapped_column(String(80))
    wording: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    drafted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    drafted_at: Mapped[datetime | None]
    returned_because: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[int | None]
    same_as_number: Mapped[int | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str] = mapped_column(Text, default="")

    rfp: Mapped[Rfp] = relationship(lazy="joined")
    drafted_by: Mapped[User | None] = relationship(foreign_keys=[drafted_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])

    def __str__(self) -> str:
        return f"Question about {self.rfp.reference}"


class PublishedAnswer(Entity):
    """One edition of an official answer, under the number of its question. Never changed: a correction is a newer
    edition. It holds nothing of who asked."""

    __tablename__ = "published_answers"
    __table_args__ = (
        CheckConstraint(one_of("topic", Topic), name="topic_known"),
        CheckConstraint(ABOUT_A_CHALLENGE, name="challenge_named"),
        CheckConstraint("number > 0 AND edition > 0", name="counted_from_one"),
        CheckConstraint("length(question) > 0 AND length(answer) > 0", name="says_something"),
        CheckConstraint("drafted_by_id <> published_by_id", name="read_by_a_second_person"),
        UniqueConstraint("rfp_id", "number", "edition"),
        Index("ix_published_answers_words", "words", postgresql_using="gin"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), index=True)
    number: Mapped[int]
    edition: Mapped[int]
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    area_slug: Mapped[str | None] = mapped_column(String(80))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    asked_at: Mapped[datetime]
    published_at: Mapped[datetime]
    drafted_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    published_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))

    def __str__(self) -> str:
        return f"Answer {self.number}"

    @property
    def title(self) -> str:
        """The question in one short line, for lists and mails."""
        line = " ".join(self.question.split())
        return line if len(line) <= 90 else line[:90].rpartition(" ")[0].rstrip(".,;:") + "…"


class ToldAnswer(Entity):
    """Applicants have been told of this answer, in the one news of a day. Never changed."""

    __tablename__ = "told_answers"

    answer_id: Mapped[UUID] = mapped_column(ForeignKey("published_answers.id"), unique=True)
    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    told_at: Mapped[datetime]
