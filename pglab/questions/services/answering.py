"""Answering: one person writes, a second reads. What is being read is not changed; a stale save overwrites nothing."""

import re
from dataclasses import dataclass

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, NotFoundError, RuleError, StateError, refuse, require
from pglab.questions import notices, policy, queries
from pglab.questions.models import Question
from pglab.questions.states import (
    QUESTION_WORKFLOW,
    TO_READ,
    TO_WRITE,
    QuestionEvent,
    Topic,
)
from pglab.web.filters import et_long

EMAIL_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.\w")
ONLY_WRITERS = "Program managers write answers. You can read them as the second person."


class StaleDraftError(StateError):
    """Somebody else saved this draft after the page was opened."""


@dataclass(frozen=True)
class Draft:
    """An answer being written: what it is about, how the question will read in public, and the answer."""

    topic: Topic
    area_slug: str | None
    wording: str
    answer: str


def save_draft(question: Question, draft: Draft, *, version: int | None, actor: User) -> Question:
    """Keep a draft. StaleDraftError when somebody saved since the page was opened; then nothing is changed."""
    mine = _to_write(question, version, actor)
    _write(mine, draft, actor)
    record("question.drafted", mine, actor=actor, after={"draft": mine.version})
    return mine


def send_to_second_reader(question: Question, draft: Draft, *, version: int | None, actor: User) -> Question:
    """Hand the finished draft to a second person, who publishes or returns it. Who sends it stands as its writer.

    Refused while the question still carries an email address: everyone would read who asked.
    """
    mine = _to_write(question, version, actor)
    if not draft.answer:
        refuse("Enter the answer", "answer")
    if EMAIL_ADDRESS.search(draft.wording):
        refuse("Take the email address out of the question. It may tell everyone who asked.", "wording")
    refuse_after_last_day(mine)
    _write(mine, draft, actor)
    mine.returned_because = ""
    QUESTION_WORKFLOW.fire(mine, QuestionEvent.SEND_TO_SECOND_READER)
    record("question.sent_to_second_reader", mine, actor=actor, after={"draft": mine.version})
    notices.ask_second_reader(mine, actor)
    return mine


def return_draft(question: Question, *, reason: str, actor: User) -> None:
    """Give an answer back to be changed, or take back one's own, with what has to change; its writer is told."""
    require(policy.may_read(actor))
    mine = queries.lock_question(question)
    QUESTION_WORKFLOW.fire(mine, QuestionEvent.RETURN)
    mine.returned_because = reason
    mine.version += 1
    record("question.returned", mine, actor=actor)
    notices.say_returned(mine, actor)


def decline_question(question: Question, *, reason: str, actor: User) -> None:
    """Close a question that is no question about the call (advertising, abuse). The asker is told the reason."""
    mine = _to_write(question, None, actor)
    _close(mine, QuestionEvent.DECLINE, actor)
    mine.closed_reason = reason
    record("question.declined", mine, actor=actor)
    notices.say_declined(mine)


def point_to_answer(question: Question, *, number: int, actor: User) -> None:
    """Answer by pointing to an answer that is public already. The asker is told where it stands."""
    mine = _to_write(question, None, actor)
    try:
        queries.get_editions(mine.rfp_id, number)
    except NotFoundError as error:
        raise RuleError("Enter the number of an answer that is published", "number") from error
    _close(mine, QuestionEvent.POINT_TO_AN_ANSWER, actor)
    mine.same_as_number = number
    record("question.pointed_to_an_answer", mine, actor=actor, after={"answer": number})
    notices.say_answered_already(mine)


def start_correction(question: Question, *, actor: User) -> None:
    """Begin a newer edition of a published answer. The old one stays public, and stays for good."""
    require(actor.has_staff_role(*policy.WRITERS), ONLY_WRITERS)
    mine = queries.lock_question(question)
    refuse_after_last_day(mine)
    QUESTION_WORKFLOW.fire(mine, QuestionEvent.CORRECT)
    mine.version += 1
    record("question.correction_begun", mine, actor=actor)


def drop_correction(question: Question, *, actor: User) -> None:
    """Give up a correction that was begun; what is published stays as it is."""
    mine = _to_write(question, None, actor)
    newest = queries.get_editions(mine.rfp_id, mine.number or 0)[0]
    QUESTION_WORKFLOW.fire(mine, QuestionEvent.DROP_THE_CORRECTION)
    mine.wording, mine.answer, mine.drafted_by_id = newest.question, newest.answer, newest.drafted_by_id
    mine.topic, mine.area_slug = newest.topic, newest.area_slug
    mine.version += 1
    record("question.correction_dropped", mine, actor=actor)


def refuse_after_last_day(question: Question) -> None:
    """RuleError once the last day for answers has passed."""
    if official_now() > question.rfp.answers_due_at:
        raise RuleError(
            f"The last day for answers was {et_long(question.rfp.answers_due_at)}. Issue an addendum instead.", "answer"
        )


def _to_write(question: Question, version: int | None, actor: User) -> Question:
    require(actor.has_staff_role(*policy.WRITERS), ONLY_WRITERS)
    mine = queries.lock_question(question)
    if mine.status in TO_READ:
        raise StateError("This answer is with its second reader. Return it first, then change it.")
    if mine.status not in TO_WRITE:
        raise StateError("This question is closed. Open it again to see how.")
    if version is not None and version != mine.version:
        raise StaleDraftError("Somebody else saved this answer since you opened it.")
    if not policy.may_draft(actor, mine):
        raise AccessDeniedError(ONLY_WRITERS)
    return mine


def _write(question: Question, draft: Draft, actor: User) -> None:
    if (draft.topic is Topic.CHALLENGE) != (draft.area_slug is not None):
        refuse("Select what the question is about", "about")
    now = official_now()
    question.topic, question.area_slug = draft.topic, draft.area_slug
    question.wording, question.answer = draft.wording, draft.answer
    question.drafted_by_id, question.drafted_at = actor.id, now
    question.version += 1
    db.session.flush()


def _close(question: Question, event: QuestionEvent, actor: User) -> None:
    now = official_now()  # asked first: asking writes down what has been changed so far
    QUESTION_WORKFLOW.fire(question, event)
    question.closed_by_id, question.closed_at = actor.id, now
    question.version += 1
