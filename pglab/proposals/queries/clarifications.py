"""What was asked about a proposal after the opening and what was answered, for those who may see the proposal."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, Select, and_, bindparam, literal, select
from sqlalchemy.orm import contains_eager, joinedload

from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.core.text import count_words
from pglab.documents.models import Document
from pglab.documents.states import WITHHELD
from pglab.proposals.models import (
    Clarification,
    ClarificationAnswer,
    ClarificationItem,
    ClarificationResponse,
    Proposal,
    Submission,
)
from pglab.proposals.queries.drafts import too_long
from pglab.proposals.states import ClarificationStatus, ProposalStatus
from pglab.rfps.forms import misfit
from pglab.rfps.models import FormQuestion, Rfp

REMINDED_BEFORE = timedelta(hours=24)


@dataclass(frozen=True)
class ClarifiedItem:
    """One thing that was asked, and the answer to it if there is one."""

    item: ClarificationItem
    answer: ClarificationAnswer | None


@dataclass(frozen=True)
class ClarificationView:
    """One clarification with all that was asked and answered."""

    clarification: Clarification
    response: ClarificationResponse | None
    items: list[ClarifiedItem]

    @property
    def file(self) -> ClarifiedItem | None:
        """The file that was asked for; there is one at most."""
        return next((each for each in self.items if each.item.slot is not None), None)

    @property
    def document(self) -> Document | None:
        """The file that was sent."""
        return self.file.answer.document if self.file and self.file.answer else None


def list_clarifications(proposal: Proposal, *, answered: bool = False) -> list[ClarificationView]:
    """The clarifications of a proposal the viewer may see, in order, in one statement; only the `answered` ones for
    those who score."""
    rows = db.session.execute(_clarifications(), {"proposal_id": proposal.id})
    found: dict[UUID, ClarificationView] = {}
    for item, answer, response in rows:
        asked = item.clarification
        if answered and asked.status is not ClarificationStatus.ANSWERED:
            continue
        view = found.setdefault(asked.id, ClarificationView(asked, response, []))
        view.items.append(ClarifiedItem(item, answer))
    return list(found.values())


@cache
def _clarifications() -> Select[ClarificationItem, ClarificationAnswer, ClarificationResponse]:
    return (
        select(ClarificationItem, ClarificationAnswer, ClarificationResponse)
        .join(ClarificationItem.clarification)
        .outerjoin(ClarificationResponse, ClarificationResponse.clarification_id == Clarification.id)
        .outerjoin(ClarificationAnswer, ClarificationAnswer.item_id == ClarificationItem.id)
        .options(
            contains_eager(ClarificationItem.clarification).joinedload(Clarification.asked_by),
            joinedload(ClarificationItem.question),
            joinedload(ClarificationItem.slot),
            joinedload(ClarificationAnswer.document),
            joinedload(ClarificationResponse.sent_by),
        )
        .where(Clarification.proposal_id == bindparam("proposal_id"))
        .order_by(Clarification.number, ClarificationItem.position)
        .execution_options(populate_existing=True)
    )


def get_clarification(proposal: Proposal, number: int) -> ClarificationView:
    """One clarification of a proposal the viewer has already been allowed to see."""
    for view in list_clarifications(proposal):
        if view.clarification.number == number:
            return view
    raise NotFoundError(f"{proposal.reference} has no clarification {number}.")


def get_clarified_file(proposal: Proposal, number: int, *, answered: bool = False) -> Document:
    """The file that was sent in answer to one clarification."""
    for view in list_clarifications(proposal, answered=answered):
        if view.clarification.number == number and view.document is not None:
            return view.document
    raise NotFoundError("There is no such file.")


def received_answers(submission: Submission) -> dict[str, str]:
    """What was received, by the question as it was asked then: the answer to a clarification stands beside it."""
    sections = json.loads(submission.manifest)["sections"]
    return {each["question"]: each["answer"] for section in sections for each in section["answers"]}


def answer_problem(question: FormQuestion, text: str) -> str:
    """What is wrong with the answer to a question that was asked again; empty when nothing is. None may be blank."""
    if not text:
        return f"{'Select' if question.answers else 'Enter'} {question.name}"
    words = count_words(text)
    if question.word_limit is not None and words > question.word_limit:
        return too_long(question.name, question.word_limit, words)
    return misfit(question, text)


def waiting_by_proposal(proposals: Iterable[Proposal], now: datetime) -> dict[UUID, Clarification]:
    """Of each of these proposals the clarification that is due first and can still be answered."""
    found = db.session.scalars(
        select(Clarification)
        .join(Clarification.proposal)
        .join(Proposal.rfp)
        .where(Clarification.proposal_id.in_([each.id for each in proposals]), Clarification.due_at >= now, _waiting())
        .order_by(Clarification.due_at.desc(), Clarification.number.desc())
    )
    return {each.proposal_id: each for each in found}


def list_overdue_clarifications(now: datetime) -> list[Clarification]:
    """What was to be answered by now and was not, the oldest first, wherever an answer would still matter."""
    return list(db.session.scalars(_of_standing().where(Clarification.due_at < now).order_by(Clarification.due_at)))


def list_clarifications_to_remind_of(now: datetime) -> list[UUID]:
    """Which clarifications are due within a day, were asked before that, and whose team was not reminded yet."""
    return list(db.session.scalars(_of_standing().where(*_to_remind(now)).with_only_columns(Clarification.id)))


def find_clarification_to_remind_of(clarification_id: UUID, now: datetime) -> Clarification | None:
    """The clarification if its team is still to be reminded: it may have been answered, and its time lengthened."""
    return db.session.scalar(_of_standing().where(Clarification.id == clarification_id, *_to_remind(now)))


def _to_remind(now: datetime) -> list[ColumnElement[bool]]:
    return [
        Clarification.due_at > now,
        Clarification.due_at <= now + REMINDED_BEFORE,
        Clarification.asked_at <= Clarification.due_at - literal(REMINDED_BEFORE, Interval()),
        Clarification.reminded_for.is_distinct_from(Clarification.due_at),
    ]


def _of_standing() -> Select[Clarification]:
    return (
        select(Clarification)
        .join(Clarification.proposal)
        .join(Proposal.rfp)
        .options(contains_eager(Clarification.proposal).contains_eager(Proposal.rfp))
        .where(_waiting())
    )


def _waiting() -> ColumnElement[bool]:
    """Asked about a proposal that stands, in a call that is not decided."""
    return and_(
        Clarification.status == ClarificationStatus.ASKED,
        Proposal.status == ProposalStatus.SUBMITTED,
        Rfp.decided_at.is_(None),
        Rfp.cancelled_at.is_(None),
    )


def is_withheld(document: Document) -> bool:
    """Whether nobody can read this file, so that a clean copy is to be asked for."""
    return document.verdict in WITHHELD
