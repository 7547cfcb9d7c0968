"""What those who answer read: the questions as they were asked, by age, and which of them look alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import joinedload

from pglab.accounts.models import User
from pglab.audit.models import AuditEvent
from pglab.cohorts.models import Cohort
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.questions import policy
from pglab.questions.models import PublishedAnswer, Question, ToldAnswer
from pglab.questions.states import CLOSED, TO_READ, TO_WRITE, QuestionStatus
from pglab.rfps.models import Rfp

NO_SUCH = "There is no such question."
MOST_CLOSED = 100

# Words shared, in any form of theirs, over the words of the shorter text.
ALIKE = text("""
WITH asked AS (SELECT tsvector_to_array(to_tsvector('english', :words)) AS words),
others AS (
    SELECT number, NULL::uuid AS question_id, question AS words FROM published_answers AS answers
    WHERE rfp_id = :rfp_id AND question_id <> :own AND edition = (
        SELECT max(edition) FROM published_answers WHERE rfp_id = :rfp_id AND number = answers.number)
    UNION ALL
    SELECT NULL, id, asked_text FROM questions
    WHERE rfp_id = :rfp_id AND id <> :own AND status IN ('waiting', 'in_review')
),
compared AS (
    SELECT number, question_id, others.words, theirs, asked.words AS ours, (
        SELECT count(*) FROM unnest(asked.words) AS word WHERE word = ANY (theirs)) AS shared
    FROM others, asked, LATERAL tsvector_to_array(to_tsvector('english', others.words)) AS theirs
)
SELECT number, question_id, words FROM compared
WHERE shared >= 2 AND shared * 2 >= least(cardinality(ours), cardinality(theirs))
ORDER BY shared::float / least(cardinality(ours), cardinality(theirs)) DESC, shared DESC, number, question_id LIMIT 3
""")


@dataclass(frozen=True)
class Alike:
    """A question that looks like another: a published one by its number, or one that waits."""

    number: int | None
    question_id: UUID | None
    words: str


@dataclass(frozen=True)
class Backlog:
    """What waits in one cohort: questions for an answer, answers for a second reader, and the oldest of each."""

    cohort: int
    answers_due_at: datetime
    waiting: int
    oldest_at: datetime | None
    to_read: int
    oldest_sent_at: datetime | None


def get_question(cohort: int, question_id: UUID, *, viewer: User) -> Question:
    """One question as it was asked, for those who answer. For anybody else, and until it is confirmed, it is none."""
    query = select(Question).join(Question.rfp).join(Rfp.cohort)
    here = query.where(Question.id == question_id, Cohort.number == cohort)
    found = db.session.scalar(here.options(joinedload(Question.drafted_by), joinedload(Question.closed_by)))
    if found is None or not policy.may_read(viewer) or found.status is QuestionStatus.UNCONFIRMED:
        raise NotFoundError(NO_SUCH)
    return found


def lock_question(question: Question) -> Question:
    """Wait for whoever else is changing this question, and see it as they left it."""
    query = select(Question).where(Question.id == question.id).with_for_update(of=Question)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFoundError(NO_SUCH)
    return found


def find_by_link(link_hash: str, *, lock: bool = False) -> Question | None:
    """The question whose link was mailed under this hash: whoever holds the link may see it until the request ends."""
    db.session.execute(text("SELECT set_config('pglab.question_link', :hash, true)"), {"hash": link_hash})
    query = select(Question).where(Question.link_hash == link_hash)
    if lock:
        query = query.with_for_update(of=Question).execution_options(populate_existing=True)
    return db.session.scalar(query)


def list_open(rfp_id: UUID) -> list[Question]:
    """What waits for an answer or for a second reader, the oldest first."""
    query = select(Question).where(Question.rfp_id == rfp_id, Question.status.in_([*TO_WRITE, *TO_READ]))
    oldest_first = query.options(joinedload(Question.drafted_by)).order_by(Question.confirmed_at, Question.id)
    return list(db.session.scalars(oldest_first))


def list_closed(rfp_id: UUID) -> list[Question]:
    """What was closed without an answer of its own, the newest first."""
    query = select(Question).where(Question.rfp_id == rfp_id, Question.status.in_(CLOSED))
    newest = query.options(joinedload(Question.closed_by)).order_by(Question.closed_at.desc(), Question.id)
    return list(db.session.scalars(newest.limit(MOST_CLOSED)))


def list_backlogs() -> list[Backlog]:
    """How much waits in each cohort, in one statement. A correction being written keeps nobody waiting."""
    waiting, reading = Question.status == QuestionStatus.WAITING, Question.status.in_(TO_READ)
    oldest = func.min(Question.confirmed_at, type_=Question.confirmed_at.type).filter(waiting)
    sent = func.min(Question.drafted_at, type_=Question.drafted_at.type).filter(reading)
    due = Rfp.answers_due_at
    counts = select(Cohort.number, due, func.count().filter(waiting), oldest, func.count().filter(reading), sent)
    by_cohort = (
        counts.select_from(Question).join(Rfp, Rfp.id == Question.rfp_id).join(Cohort, Cohort.id == Rfp.cohort_id)
    )
    open_ones = by_cohort.where(waiting | reading).group_by(Cohort.number, due).order_by(Cohort.number)
    return [Backlog(*row) for row in db.session.execute(open_ones)]


def list_alike(question: Question) -> Sequence[Alike]:
    """Up to three questions of the same call that share at least half of the words that matter, the likest first."""
    asked = {"words": question.asked_text, "rfp_id": question.rfp_id, "own": question.id}
    return [Alike(*row) for row in db.session.execute(ALIKE, asked)]


def history_of(question: Question) -> list[AuditEvent]:
    """Who did what with the question, the newest first."""
    query = select(AuditEvent).where(AuditEvent.subject_id == question.id)
    return list(db.session.scalars(query.order_by(AuditEvent.seq.desc())))


def list_unconfirmed_before(at: datetime) -> list[Question]:
    """Questions sent before an instant whose link nobody has opened."""
    never = (Question.status == QuestionStatus.UNCONFIRMED, Question.asked_at < at)
    return list(db.session.scalars(select(Question).where(*never).with_for_update(of=Question)))


def find_news_of(rfp_id: UUID) -> list[PublishedAnswer]:
    """The answers of a call that applicants have not been told of yet, in order."""
    told = select(ToldAnswer.id).where(ToldAnswer.answer_id == PublishedAnswer.id).exists()
    query = select(PublishedAnswer).where(PublishedAnswer.rfp_id == rfp_id, ~told)
    return list(db.session.scalars(query.order_by(PublishedAnswer.published_at, PublishedAnswer.number)))
