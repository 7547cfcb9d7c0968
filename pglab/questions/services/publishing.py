"""Publication by a second person: numbered without a gap, several at once as one news, and never changed afterwards."""

from collections.abc import Sequence

from blinker import Signal
from sqlalchemy import func, select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, StateError, require
from pglab.core.ids import uuid7
from pglab.questions import notices, policy, queries
from pglab.questions.models import PublishedAnswer, Question, ToldAnswer
from pglab.questions.services.answering import StaleDraftError, refuse_after_last_day
from pglab.questions.states import QUESTION_WORKFLOW, TO_READ, QuestionEvent
from pglab.rfps.models import Rfp
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind
from pglab.web.filters import listed, plural

# Heard by those who know whom a call's answers concern (N9): `rfp`, and the answers just published.
answers_published = Signal()
YOUR_OWN = "You wrote this answer, so someone else must publish it: another program manager or a director."


def publish_answers(rfp: Rfp, read: Sequence[tuple[Question, int]], *, actor: User) -> list[PublishedAnswer]:
    """Publish what a second person has read: each question with the version of its draft they saw.

    All or none. Effects: the next numbers in the order of asking, or a newer edition under the old number; each asker
    is told at once (N9); one news for all of them.
    """
    require(policy.may_read(actor))
    if not read:
        raise StateError("There is no answer to publish. Open the list again.")
    take_turn(rfp)
    taken = sorted((_check(question, seen, actor) for question, seen in read), key=lambda each: each.asked_at)
    published = [_publish(question, actor) for question in taken]
    for question, answer in zip(taken, published, strict=True):
        notices.say_answered(question, answer)
    _announce(rfp, published)
    answers_published.send(rfp, answers=published)
    return published


def _announce(rfp: Rfp, published: list[PublishedAnswer]) -> None:
    """One news, however many answers: with one it leads to it, with several to the list. A corrected answer is called
    that, for whoever relied on it."""
    number = rfp.cohort.number
    page = f"/cohorts/{number}/questions"
    announce(
        NewsKind.ANSWERS,
        rfp.cohort,
        title=f"{_counted(published)} about PGH Lab Cohort {number}",
        summary=f"Question {published[0].number}: {published[0].title}" if len(published) == 1 else _named(published),
        path=f"{page}/{published[0].number}" if len(published) == 1 else page,
    )


def _counted(published: list[PublishedAnswer]) -> str:
    """`2 new answers`, `1 corrected answer`, `2 new answers and 1 corrected`."""
    corrected = sum(answer.edition > 1 for answer in published)
    new = len(published) - corrected
    if not corrected:
        return plural(new, "new answer")
    return f"{plural(new, 'new answer')} and {corrected} corrected" if new else plural(corrected, "corrected answer")


def _named(published: list[PublishedAnswer]) -> str:
    new = [str(answer.number) for answer in published if answer.edition == 1]
    corrected = [str(answer.number) for answer in published if answer.edition > 1]
    said = [_sentence(new, "was answered", "were answered"), _sentence(corrected, "was corrected", "were corrected")]
    return " ".join(filter(None, said))


def _sentence(numbers: list[str], one: str, many: str) -> str:
    if not numbers:
        return ""
    return f"Question {numbers[0]} {one}." if len(numbers) == 1 else f"Questions {listed(numbers)} {many}."


def take_turn(rfp: Rfp) -> None:
    """Wait until nobody else publishes answers of this call: the next number is the next one for everybody."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"answers of {rfp.id}", 0))))


def _check(question: Question, seen: int, actor: User) -> Question:
    mine = queries.lock_question(question)
    if mine.status not in TO_READ or mine.version != seen:
        raise StaleDraftError("One of these answers has changed since you opened it. Read it again.")
    if mine.drafted_by is None or not policy.may_publish(actor, mine, drafter=mine.drafted_by):
        raise AccessDeniedError(YOUR_OWN)
    refuse_after_last_day(mine)
    return mine


def _publish(question: Question, actor: User) -> PublishedAnswer:
    before = queries.get_editions(question.rfp_id, question.number)[0] if question.number else None
    number = question.number or queries.last_number(question.rfp_id) + 1
    answer = PublishedAnswer(
        id=uuid7(),
        rfp_id=question.rfp_id,
        question_id=question.id,
        number=number,
        edition=before.edition + 1 if before else 1,
        topic=question.topic,
        area_slug=question.area_slug,
        question=question.wording,
        answer=question.answer,
        words=func.to_tsvector("english", question.wording + " " + question.answer),
        asked_at=question.asked_at,
        published_at=official_now(),
        drafted_by_id=question.drafted_by_id,
        published_by_id=actor.id,
    )
    db.session.add(answer)
    db.session.flush()
    QUESTION_WORKFLOW.fire(question, QuestionEvent.PUBLISH)
    question.number = number
    question.version += 1
    writer = question.drafted_by.name if question.drafted_by else ""
    record("question.answered", question, actor=actor, after={"answer": number, "drafted_by": writer})
    return answer


def take_news(rfp: Rfp) -> list[PublishedAnswer]:
    """The answers that applicants have not been told of yet; from now on they count as told."""
    untold = queries.find_news_of(rfp.id)
    now = official_now()
    db.session.add_all(ToldAnswer(answer_id=answer.id, rfp_id=rfp.id, told_at=now) for answer in untold)
    if untold:
        record("rfp.answers_told", rfp, actor=None, after={"answers": len(untold)})
    return untold
