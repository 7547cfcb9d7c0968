"""What somebody reads of the questions they asked themselves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, Integer, Text, column, func, select

from pglab.core.db import db
from pglab.questions.states import NUMBERED, QuestionStatus


@dataclass(frozen=True)
class OwnQuestion:
    """A question as its asker sees it; who writes its answer, and what is written so far, is not theirs to know."""

    cohort: int
    asked_text: str
    asked_at: datetime
    status: str
    number: int | None
    same_as_number: int | None
    closed_reason: str
    answers_due_at: datetime

    @property
    def answer(self) -> int | None:
        """The number under which the answer is public."""
        return self.same_as_number or (self.number if self.status in NUMBERED else None)

    @property
    def standing(self) -> tuple[str, str]:
        """Where it stands, and in which color."""
        if self.same_as_number:
            return f"Answered by Q{self.same_as_number}", "green"
        if self.answer:
            return f"Published as Q{self.answer}", "green"
        return ("Not answered", "gray") if self.status == QuestionStatus.DECLINED else ("Received", "blue")


def list_own() -> list[OwnQuestion]:
    """The confirmed questions from the confirmed address of whoever is signed in, the newest first.

    The database knows who looks, and gives each their own.
    """
    instant = DateTime(timezone=True)
    own = func.viewer_questions().table_valued(
        column("cohort", Integer),
        column("asked_text", Text),
        column("asked_at", instant),
        column("status", Text),
        column("answer_number", Integer),
        column("same_as_number", Integer),
        column("closed_reason", Text),
        column("answers_due_at", instant),
    )
    return [OwnQuestion(*row) for row in db.session.execute(select(own))]
