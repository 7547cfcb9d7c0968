"""The answers everyone reads: newest edition first, searched and filtered in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, TextualSelect, column, func, or_, select, text
from sqlalchemy.orm import aliased

from pglab.core.clock import EASTERN
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.questions.models import PublishedAnswer
from pglab.questions.states import Topic

PER_PAGE = 50

ANSWER_TEXTS = """
    SELECT 'answer' AS kind, 'Cohort ' || cohorts.number || ', question ' || answers.number || ': '
            || left(answers.question, 100) || CASE WHEN length(answers.question) > 100 THEN '…' ELSE '' END AS title,
        answers.question || ' ' || answers.answer AS body,
        '/cohorts/' || cohorts.number || '/questions/' || answers.number AS path
    FROM published_answers AS answers
    JOIN rfps ON rfps.id = answers.rfp_id JOIN cohorts ON cohorts.id = rfps.cohort_id
    WHERE answers.edition = (SELECT max(edition) FROM published_answers AS editions
        WHERE editions.rfp_id = answers.rfp_id AND editions.number = answers.number)
"""


@dataclass(frozen=True)
class Wanted:
    """What the reader looks for. Without anything it is everything."""

    words: str = ""
    topic: Topic | None = None
    area_slug: str | None = None
    since: date | None = None


@dataclass(frozen=True)
class Answered:
    """A question with its answer as it reads now, and when it was answered first."""

    answer: PublishedAnswer
    first_published_at: datetime

    @property
    def is_corrected(self) -> bool:
        """Whether this edition replaces an earlier one."""
        return self.answer.edition > 1


@dataclass(frozen=True)
class AnswerPage:
    """One page of a list of answers, and how many the whole list has."""

    rows: Sequence[Answered]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages the list has; an empty one has one."""
        return max(1, -(-self.total // PER_PAGE))


def list_answers(rfp_id: UUID, wanted: Wanted = Wanted(), *, page: int = 1) -> AnswerPage:
    """The answers of a call, newest first, fifty a page, each as its newest edition; in one statement."""
    query = _latest(rfp_id).add_columns(func.count().over()).where(*_conditions(wanted))
    newest_first = query.order_by(PublishedAnswer.published_at.desc(), PublishedAnswer.number.desc())
    found = db.session.execute(newest_first.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    if not found and page > 1:
        raise NotFoundError("This list has fewer pages.")
    return AnswerPage([Answered(row[0], row[1]) for row in found], found[0][2] if found else 0, page)


def list_for_area(rfp_id: UUID, slug: str, *, limit: int = 10) -> list[Answered]:
    """The newest answers about one challenge."""
    query = _latest(rfp_id).where(PublishedAnswer.area_slug == slug)
    newest = query.order_by(PublishedAnswer.published_at.desc(), PublishedAnswer.number.desc()).limit(limit)
    return [Answered(row[0], row[1]) for row in db.session.execute(newest)]


def get_editions(rfp_id: UUID, number: int) -> list[PublishedAnswer]:
    """One answer with all its editions, the newest first."""
    query = select(PublishedAnswer).where(PublishedAnswer.rfp_id == rfp_id, PublishedAnswer.number == number)
    found = list(db.session.scalars(query.order_by(PublishedAnswer.edition.desc())))
    if not found:
        raise NotFoundError(f"There is no answer with the number {number} in this cohort.")
    return found


def answer_texts() -> TextualSelect:
    """Kind, title, text and address of every published answer as it reads now, for the search of the whole site."""
    return text(ANSWER_TEXTS).columns(*(column(name, String) for name in ("kind", "title", "body", "path")))


def last_number(rfp_id: UUID) -> int:
    """The number of the answer that was published last; 0 before the first."""
    highest = select(func.max(PublishedAnswer.number)).where(PublishedAnswer.rfp_id == rfp_id)
    return db.session.scalar(highest) or 0


def _latest(rfp_id: UUID) -> Select[PublishedAnswer, datetime]:
    """Each answer as its newest edition, beside the time of its first."""
    every = aliased(PublishedAnswer)
    same = (every.rfp_id == PublishedAnswer.rfp_id) & (every.number == PublishedAnswer.number)
    newest = select(func.max(every.edition)).where(same).scalar_subquery()
    first = select(func.min(every.published_at, type_=PublishedAnswer.published_at.type)).where(same).scalar_subquery()
    return select(PublishedAnswer, first).where(PublishedAnswer.rfp_id == rfp_id, PublishedAnswer.edition == newest)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.words:
        found.append(_says(wanted.words))
    if wanted.area_slug:
        found.append(PublishedAnswer.area_slug == wanted.area_slug)
    elif wanted.topic:
        found.append(PublishedAnswer.topic == wanted.topic)
    if wanted.since:
        found.append(PublishedAnswer.published_at >= datetime.combine(wanted.since, time(0), EASTERN))
    return found


def _says(words: str) -> ColumnElement[bool]:
    """The answer holds these words in any form of theirs, or this very piece of text, or has this number."""
    whole = func.lower(PublishedAnswer.question + " " + PublishedAnswer.answer)
    number = int(words) if words.isascii() and words.isdigit() and len(words) < 6 else 0
    return or_(
        PublishedAnswer.words.bool_op("@@")(func.websearch_to_tsquery("english", words)),
        func.strpos(whole, words.lower()) > 0,
        PublishedAnswer.number == number,
    )
