"""Who is told what about a question. Mail to the asker goes to the mailbox alone and is erased here once it is sent;
no mail carries what somebody asked, nor who asked it."""

from sqlalchemy import select

from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.core.db import db
from pglab.outbox.services import owe
from pglab.questions import policy
from pglab.questions.models import PublishedAnswer, Question
from pglab.web.filters import et_date


def send_link(question: Question, path: str) -> None:
    """The link by which the asker shows that the mailbox is theirs."""
    _tell_asker(
        question,
        "question_link",
        f"Confirm your question about Cohort {_number(question)}",
        template="questions/confirm",
        path=path,
        answers_by=et_date(question.rfp.answers_due_at),
    )


def say_received(question: Question) -> None:
    """The asker learns that the question is in, and by when answers are published (N8)."""
    _tell_asker(
        question,
        "question_received",
        f"We got your question (Cohort {_number(question)})",
        template="questions/received",
        answers_by=et_date(question.rfp.answers_due_at),
    )


def say_answered(question: Question, answer: PublishedAnswer) -> None:
    """The asker learns at once where the answer stands, or that it was corrected (N9)."""
    corrected = answer.edition > 1
    _tell_asker(
        question,
        "question_answered",
        f"{'A corrected answer' if corrected else 'Your question is answered'} (Cohort {_number(question)})",
        template="questions/answered",
        number=answer.number,
        corrected=corrected,
    )


def say_answered_already(question: Question) -> None:
    """The asker learns which answer is also theirs."""
    _tell_asker(
        question,
        "question_answered_already",
        f"Your question is answered (Cohort {_number(question)})",
        template="questions/answered_already",
        number=question.same_as_number,
    )


def say_declined(question: Question) -> None:
    """The asker learns that no answer will be published, and why."""
    _tell_asker(
        question,
        "question_declined",
        f"We can’t answer your question (Cohort {_number(question)})",
        template="questions/declined",
        reason=question.closed_reason,
    )


def ask_second_reader(question: Question, writer: User) -> None:
    """Whoever could publish learns that an answer waits to be read."""
    for person in readers():
        if person.person_id != writer.person_id:
            owe(
                "answer_to_read",
                person,
                subject=f"Action needed: read an answer (Cohort {_number(question)})",
                template="questions/to_read",
                about=question.rfp,
                cohort=_number(question),
                writer=writer.name,
            )


def say_returned(question: Question, actor: User) -> None:
    """Whoever wrote the answer learns that it came back, unless they took it back themselves."""
    writer = db.session.get(User, question.drafted_by_id) if question.drafted_by_id else None
    if writer is not None and writer.id != actor.id:
        owe(
            "answer_returned",
            writer,
            subject=f"An answer came back to you (Cohort {_number(question)})",
            template="questions/returned",
            about=question.rfp,
            cohort=_number(question),
            question=question,
            actor=actor.name,
        )


def readers() -> list[User]:
    """Everyone who may be a second reader."""
    query = select(User).join(StaffRoleGrant, StaffRoleGrant.user_id == User.id)
    query = query.where(StaffRoleGrant.role.in_([StaffRole(role) for role in policy.READERS]), User.active)
    return list(db.session.scalars(query.distinct()))


def _number(question: Question) -> int:
    return question.rfp.cohort.number


def _tell_asker(question: Question, kind: str, subject: str, *, template: str, **context: object) -> None:
    """One private mail to the address that asked, whether it has an account or not."""
    owe(
        kind,
        question.asker_email,
        subject=subject,
        template=template,
        private=True,
        cohort=_number(question),
        **context,
    )
