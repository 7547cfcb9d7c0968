"""Answering a clarification: stamped on arrival, only what was asked, once, signed as everything the City receives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.adapters.signing import sign
from pglab.audit.services import record
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, StateError, require
from pglab.documents.models import Document, Upload
from pglab.documents.services import SentFile, receive_document
from pglab.outbox.services import defer
from pglab.proposals import policy, queries
from pglab.proposals.models import Clarification, ClarificationAnswer, ClarificationItem, ClarificationResponse
from pglab.proposals.queries import ClarificationView
from pglab.proposals.services.attaching import file_rule
from pglab.proposals.services.clarifying import lock_clarification, refuse_unless_standing
from pglab.proposals.services.manifest import instant
from pglab.proposals.states import CLARIFICATION_WORKFLOW, ClarificationEvent, ClarificationStatus
from pglab.rfps.models import DocumentSlot
from pglab.web.filters import et_seconds

ONLY_REPRESENTATIVES_ANSWER = "Only an authorized representative can answer for the startup."
YOU_SENT = "You already sent it. We received your answer {}, and that is what counts."
COLLEAGUE_SENT = "A colleague has answered this already. What they sent is what counts."


def clarification_purpose(asked: Clarification, slot: DocumentSlot) -> str:
    """What an upload in parts is bound to: it can answer this clarification and go nowhere else."""
    return f"clarification {asked.id} {slot.id}"


def answer_clarification(
    view: ClarificationView, *, texts: Mapping[UUID, str], given: SentFile | Upload | None, actor: User
) -> ClarificationResponse:
    """Send the answer to everything that was asked (`texts` by item), or refuse it; it cannot be changed afterwards.

    It arrived when this began, and the due time is still in time, to the microsecond: a large file may take as long
    as it takes. Effects: the signed response with its answers beside the submission, which stays as it was; one log
    entry; a job that tells the program and the evaluators who may read the proposal (N26). 410 after the due time,
    409 when a colleague answered first, 422 beside the field that is missing or wrong.
    """
    asked = view.clarification
    require(policy.may_submit(actor, asked.proposal), ONLY_REPRESENTATIVES_ANSWER)
    arrived = official_now()
    refuse_late(asked, arrived, actor)
    answers = [(each.item, _text(each.item, texts)) for each in view.items if each.item.question is not None]
    document = None
    if view.file is not None and view.file.item.slot is not None:
        rule = file_rule(view.file.item.slot)
        document = receive_document(given, rule, actor=actor, sealed_rfp_id=asked.proposal.rfp_id)
    lock_clarification(asked)
    refuse_late(asked, arrived, actor)
    refuse_unless_standing(asked.proposal)
    response = _sign(asked, arrived, [*_said(answers), *_sent(view, document)], actor)
    db.session.add(response)
    db.session.flush()
    CLARIFICATION_WORKFLOW.fire(asked, ClarificationEvent.ANSWER)
    db.session.add_all(
        ClarificationAnswer(clarification_id=asked.id, item_id=item.id, text=text) for item, text in answers
    )
    if document is not None and view.file is not None:
        db.session.add(
            ClarificationAnswer(clarification_id=asked.id, item_id=view.file.item.id, document_id=document.id)
        )
    record("clarification.answered", asked, actor=actor, after={"sha256": response.sha256})
    defer("proposals.tell_clarified", clarification_id=asked.id)
    return response


def refuse_late(asked: Clarification, at: datetime, actor: User) -> None:
    """409 when it was answered, in words of their own for the one who did; 410 when it was taken back or arrived after
    it was due, whatever else is wrong with it."""
    if asked.status is ClarificationStatus.ANSWERED:
        received = select(ClarificationResponse).where(ClarificationResponse.clarification_id == asked.id)
        made = db.session.scalars(received).one()
        own = made.sent_by_id == actor.id
        raise StateError(YOU_SENT.format(et_seconds(made.received_at)) if own else COLLEAGUE_SENT)
    if asked.status is ClarificationStatus.TAKEN_BACK:
        raise GoneError("The program managers no longer need this answer. There is nothing to send.")
    if asked.is_overdue(at):
        raise GoneError(
            f"This arrived {et_seconds(at, precise=True)}. It was due {et_seconds(asked.due_at, precise=True)}, so it "
            "can’t be accepted. Ask the program managers whether they still need it; they can give you more time."
        )


def _text(item: ClarificationItem, texts: Mapping[UUID, str]) -> str:
    text = texts.get(item.id, "")
    problem = queries.answer_problem(item.question, text) if item.question else ""
    if problem:
        raise RuleError(problem, f"answer_{item.position}")
    return text


def _said(answers: list[tuple[ClarificationItem, str]]) -> list[dict[str, Any]]:
    return [{"question": item.label, "answer": text} for item, text in answers]


def _sent(view: ClarificationView, document: Document | None) -> list[dict[str, Any]]:
    if document is None or view.file is None:
        return []
    described = {
        "slot": view.file.item.label,
        "name": document.filename,
        "size": document.size,
        "pages": document.pages,
        "media_type": document.media_type,
        "sha256": document.sha256,
    }
    return [described]


def _sign(asked: Clarification, arrived: datetime, answers: list[dict[str, Any]], actor: User) -> ClarificationResponse:
    statement = canonical_json(
        {
            "type": "pglab-clarification",
            "format": 1,
            "reference": asked.proposal.reference,
            "number": asked.number,
            "rfp": asked.proposal.rfp.reference,
            "submission": asked.proposal.submission_number,
            "asked_at": instant(asked.asked_at),
            "asked": asked.text,
            "due_at": instant(asked.due_at),
            "received_at": instant(arrived),
            "sent_by": actor.name,
            "answers": answers,
        }
    )
    signature = sign(statement)
    return ClarificationResponse(
        clarification=asked,
        received_at=arrived,
        due_at=asked.due_at,
        statement=statement.decode(),
        sha256=sha256_hex(statement),
        signature=signature.value,
        key_id=signature.key_id,
        sent_by=actor,
    )
