"""Whom the worker has to remind now, and of what. Nobody else may learn which drafts there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, and_, exists, literal, select

from pglab.core.db import db
from pglab.proposals.models import Answer, Attachment, Proposal, Reminder, ReminderKind
from pglab.proposals.queries.drafts import Draft, problems_of
from pglab.proposals.states import ProposalStatus
from pglab.rfps.models import Rfp

# Whoever changed the draft a moment ago is at work on it and needs no mail about it.
AT_WORK = timedelta(minutes=30)


@dataclass(frozen=True)
class Window:
    """From when until when, counted from the deadline, a reminder may be sent: a worker that was down for a while does
    it late, but not after the next one is due, and not days later."""

    begins: timedelta
    ends: timedelta


WINDOWS = {
    ReminderKind.TWO_DAYS: Window(timedelta(hours=-48), timedelta(hours=-4)),
    ReminderKind.UNSENT: Window(timedelta(hours=-24), timedelta(hours=-4)),
    ReminderKind.FOUR_HOURS: Window(timedelta(hours=-4), timedelta(0)),
    ReminderKind.CLOSED: Window(timedelta(minutes=15), timedelta(hours=24)),
}


def list_due_reminders(now: datetime) -> list[tuple[UUID, ReminderKind]]:
    """Which proposals to remind of what, and were not yet."""
    due = []
    for kind in WINDOWS:
        found = db.session.scalars(select(Proposal.id).join(Proposal.rfp).where(*_due(kind, now)))
        due += [(proposal_id, kind) for proposal_id in found]
    return due


def find_due(proposal_id: UUID, kind: ReminderKind, now: datetime) -> Proposal | None:
    """The proposal if it is still to be reminded: it may have been submitted, and the deadline may have moved."""
    found = select(Proposal).join(Proposal.rfp).where(Proposal.id == proposal_id, *_due(kind, now))
    return db.session.scalar(found)


def _due(kind: ReminderKind, now: datetime) -> list[ColumnElement[bool]]:
    """The deadline of a call that was not cancelled is in the window, and the team was not reminded for it yet."""
    window = WINDOWS[kind]
    told = exists().where(
        Reminder.proposal_id == Proposal.id, Reminder.kind == kind, Reminder.closes_at == Rfp.closes_at
    )
    return [
        Rfp.cancelled_at.is_(None),
        Rfp.closes_at <= now - window.begins,
        Rfp.closes_at > now - window.ends,
        _concerned(kind, now),
        ~told,
    ]


def _concerned(kind: ReminderKind, now: datetime) -> ColumnElement[bool]:
    """A draft that was there when the moment came (who starts later was told the deadline then); for unsent changes, a
    submission whose draft moved on and rests."""
    if kind is not ReminderKind.UNSENT:
        moment = Rfp.closes_at + literal(WINDOWS[kind].begins, Interval())
        return and_(Proposal.status == ProposalStatus.DRAFT, Proposal.started_at <= moment)
    at_work = exists().where(Answer.proposal_id == Proposal.id, Answer.edited_at > now - AT_WORK)
    adding = exists().where(Attachment.proposal_id == Proposal.id, Attachment.attached_at > now - AT_WORK)
    changed = Proposal.version > Proposal.submitted_version
    return and_(Proposal.status == ProposalStatus.SUBMITTED, changed, ~at_work, ~adding)


def parts_left(draft: Draft) -> list[str]:
    """What of a draft is still to finish, by the names of its parts: sections of the form, files, addenda."""
    sections = {section.slug: section.title for section in draft.sections}
    slots = {slot.slug: slot.title for slot in draft.slots}
    left: dict[str, None] = {}
    for problem in problems_of(draft):
        if problem.addendum:
            left[f"Addendum {problem.addendum}: read and acknowledge it"] = None
        else:
            left[sections[problem.section] if problem.section else slots[problem.slot or ""]] = None
    return list(left)
