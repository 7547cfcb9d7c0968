"""Asking: anyone may, in time, from a mailbox that is shown to be theirs. No account is needed."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from pglab.accounts.models import User
from pglab.accounts.queries import email_key
from pglab.accounts.services import count_try, hashed
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, NotFoundError, StateError, refuse
from pglab.questions import notices, policy, queries
from pglab.questions.models import Question
from pglab.questions.states import QUESTION_WORKFLOW, QuestionEvent, QuestionStatus, Topic
from pglab.rfps.models import Rfp
from pglab.rfps.states import Phase
from pglab.web.filters import et_date, et_long

LINK_WORKS_FOR = timedelta(hours=24)
FORGOTTEN_AFTER = timedelta(days=2)
# One mailbox cannot be flooded with links, nor the inbox by one mailbox.
MAILBOX_LIMITS = ((10, timedelta(days=1)),)


@dataclass(frozen=True)
class Asked:
    """What somebody asks: the text as they wrote it, and what it is about (a challenge by its slug)."""

    text: str
    topic: Topic
    area_slug: str | None = None


def ask_question(rfp: Rfp, asked: Asked, *, email: str, actor: User | None) -> Question:
    """Take a question. From a signed-in person's own confirmed mailbox it waits for an answer at once (N8); from any
    other it counts once the link that is mailed there is opened, which may also be after the last day to ask.

    The log says that somebody asked, never who. GoneError (410) once the call takes no questions any more.
    """
    now = official_now()
    if not policy.takes_questions(rfp, now):
        raise GoneError(why_closed(rfp, now))
    _check_about(asked)
    count_try(MAILBOX_LIMITS, "question", email_key(email))
    known = actor is not None and actor.confirmed_at is not None and actor.email_key == email_key(email)
    token = "" if known else secrets.token_urlsafe(32)
    question = Question(
        id=uuid4(),
        rfp=rfp,
        status=QuestionStatus.WAITING if known else QuestionStatus.UNCONFIRMED,
        version=1,
        asker_email=email,
        asked_text=asked.text,
        asked_at=now,
        link_hash=hashed(token) if token else None,
        confirmed_at=now if known else None,
        topic=asked.topic,
        area_slug=asked.area_slug,
    )
    db.session.add(question)
    db.session.flush()
    record("question.asked" if known else "question.sent", question, actor=None)
    if known:
        notices.say_received(question)
    else:
        notices.send_link(question, f"/questions/confirmation/{token}")
    return question


def why_closed(rfp: Rfp, now: datetime) -> str:
    """Why no question is taken now, with the dates of the call."""
    phase = rfp.phase(now)
    if phase is Phase.CANCELLED:
        return "This call was cancelled, so it takes no questions."
    if phase in (Phase.PREPARING, Phase.UPCOMING):
        return f"Questions can be asked from {et_long(rfp.publish_at)}."
    due = et_date(rfp.answers_due_at)
    answers = f"All answers will be posted by {due}." if now <= rfp.answers_due_at else f"They were answered by {due}."
    return f"Questions closed {et_long(rfp.questions_due_at)}. {answers}"


def _check_about(asked: Asked) -> None:
    if (asked.topic is Topic.CHALLENGE) != (asked.area_slug is not None):
        refuse("Select what your question is about", "about")


def read_link(token: str) -> Question:
    """The question behind a mailed link, whatever became of it."""
    return _known(queries.find_by_link(hashed(token)))


def link_expires_at(question: Question) -> datetime:
    """The last instant at which the question can be confirmed."""
    return question.asked_at + LINK_WORKS_FOR


def confirm_question(token: str) -> Question:
    """The mailbox is shown to be the asker's own: the question waits for an answer from now on (N8)."""
    question, now = _known(queries.find_by_link(hashed(token), lock=True)), official_now()
    if question.status is not QuestionStatus.UNCONFIRMED:
        raise StateError("This question is confirmed already. You get a mail when it is answered.")
    if now > link_expires_at(question):
        raise GoneError(f"This link worked until {et_long(link_expires_at(question))}. Ask again if you can.")
    QUESTION_WORKFLOW.fire(question, QuestionEvent.CONFIRM)
    question.confirmed_at = now
    db.session.flush()
    record("question.asked", question, actor=None)
    notices.say_received(question)
    return question


def _known(question: Question | None) -> Question:
    if question is None:
        raise NotFoundError("This link isn’t complete, or its question is no longer kept. Copy the whole link.")
    return question


def remove_unconfirmed() -> int:
    """Forget questions whose link nobody opened for two days: they were never asked. Returns how many."""
    stale = queries.list_unconfirmed_before(official_now() - FORGOTTEN_AFTER)
    for question in stale:
        record("question.forgotten", question, actor=None)
        db.session.delete(question)
    db.session.flush()
    return len(stale)
