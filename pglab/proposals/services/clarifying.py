"""Asking a startup about its opened proposal: only what is named may be answered, until a time that only grows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, StateError, require
from pglab.proposals import notices, policy
from pglab.proposals.models import Clarification, ClarificationItem, Proposal
from pglab.proposals.services.answering import lock_draft
from pglab.proposals.services.manifest import instant
from pglab.proposals.states import CLARIFICATION_WORKFLOW, ClarificationEvent, ProposalStatus
from pglab.rfps.models import DocumentSlot, FormQuestion, Rfp

CLARIFIERS = "Only a program manager asks for a clarification."
STAMPS = ("opened_at", "decided_at", "cancelled_at")


def ask_clarification(
    proposal: Proposal,
    *,
    text: str,
    questions: Sequence[FormQuestion],
    slot: DocumentSlot | None,
    due_at: datetime,
    actor: User,
) -> Clarification:
    """Ask the startup about these questions of the form and, at most, one file, to be answered until `due_at`.

    Nothing else unlocks, and what was received stays as it is. The whole team is told at once (N18). Refused before
    the opening, after the release of decisions, for a proposal that was withdrawn, beside `due_at` when that has
    passed, and beside `questions` when nothing is named.
    """
    require(actor.has_staff_role(*policy.CLARIFIERS), CLARIFIERS)
    lock_call(proposal)
    now = official_now()
    lock_draft(proposal)
    refuse_unless_standing(proposal)
    if due_at <= now:
        raise RuleError("The due time must be in the future", "due_at")
    if not questions and slot is None:
        raise RuleError("Select at least one question or a document", "questions")
    counted = select(func.count()).where(Clarification.proposal_id == proposal.id)
    asked = Clarification(
        proposal=proposal,
        number=(db.session.scalar(counted) or 0) + 1,
        text=text,
        asked_by=actor,
        asked_at=now,
        due_at=due_at,
    )
    db.session.add(asked)
    db.session.flush()
    things: list[FormQuestion | DocumentSlot] = [*questions, *([slot] if slot else [])]
    items = [item_about(asked, position, thing) for position, thing in enumerate(things, start=1)]
    db.session.add_all(items)
    record(
        "clarification.asked",
        asked,
        actor=actor,
        after={"items": len(items), "file": bool(slot), "due": instant(due_at)},
    )
    notices.tell_clarification_asked(asked, items)
    return asked


def item_about(asked: Clarification, position: int, thing: FormQuestion | DocumentSlot) -> ClarificationItem:
    """One thing that may be answered."""
    item = ClarificationItem(clarification=asked, position=position)
    if isinstance(thing, FormQuestion):
        item.question = thing
    else:
        item.slot = thing
    return item


def give_more_time(asked: Clarification, *, due_at: datetime, actor: User) -> None:
    """Let the startup answer until later, also when its time is over; never until earlier. The team is told."""
    require(actor.has_staff_role(*policy.CLARIFIERS), CLARIFIERS)
    lock_clarification(asked)
    refuse_unless_standing(asked.proposal)
    if due_at <= asked.due_at:
        raise RuleError(
            "The new due time must be later than the present one. Time is given, never taken away.", "due_at"
        )
    if due_at <= official_now():
        raise RuleError("The due time must be in the future", "due_at")
    CLARIFICATION_WORKFLOW.fire(asked, ClarificationEvent.GIVE_MORE_TIME)
    before, asked.due_at = asked.due_at, due_at
    record(
        "clarification.lengthened", asked, actor=actor, before={"due": instant(before)}, after={"due": instant(due_at)}
    )
    notices.tell_more_time(asked)


def take_back_clarification(asked: Clarification, *, actor: User) -> None:
    """The program no longer needs the answer. What was asked stays to read; the team is told."""
    require(actor.has_staff_role(*policy.CLARIFIERS), CLARIFIERS)
    lock_clarification(asked)
    now = official_now()
    CLARIFICATION_WORKFLOW.fire(asked, ClarificationEvent.TAKE_BACK)
    asked.taken_back_at, asked.taken_back_by_id = now, actor.id
    record("clarification.taken_back", asked, actor=actor)
    notices.tell_clarification_taken_back(asked)


def lock_call(proposal: Proposal) -> None:
    """Keep the release of decisions and a cancellation out until we commit."""
    db.session.refresh(proposal.rfp, STAMPS, with_for_update={"read": True, "of": Rfp})


def lock_clarification(asked: Clarification) -> None:
    """In the order of a submit: the call shared, then the draft, then what was asked, as an answer or a later due time
    in flight left it."""
    lock_call(asked.proposal)
    lock_draft(asked.proposal)
    db.session.refresh(asked, ["status", "due_at"], with_for_update={"of": Clarification})


def refuse_unless_standing(proposal: Proposal) -> None:
    """An answer matters between the opening and the decisions, and only while the proposal stands."""
    call = proposal.rfp
    if call.cancelled_at is not None:
        raise GoneError("This call was cancelled. Its proposals are no longer read.")
    if call.opened_at is None:
        raise StateError("This proposal is sealed. Nothing is asked about it before the opening.")
    if call.decided_at is not None:
        raise GoneError("The decisions are released, so clarifications are over.")
    if proposal.status is not ProposalStatus.SUBMITTED:
        raise GoneError("This proposal was withdrawn, so nothing is asked about it any more.")
