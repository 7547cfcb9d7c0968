"""Reminding teams of a deadline. The worker looks every few minutes; each team is a transaction of its own, so that the
mails of many never hold up somebody who submits."""

from uuid import UUID

from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.outbox.services import defer
from pglab.proposals import notices, queries
from pglab.proposals.models import Reminder, ReminderKind


def plan_reminders() -> int:
    """Have each team reminded that is due now, of a deadline or of a clarification; how many. What is planned already
    is not planned again."""
    due = queries.list_due_reminders(official_now())
    for proposal_id, kind in due:
        name = f"proposals.remind:{proposal_id}:{kind}"
        defer("proposals.remind", only_one=name, proposal_id=proposal_id, kind=kind.value)
    asked = queries.list_clarifications_to_remind_of(official_now())
    for clarification_id in asked:
        name = f"proposals.remind_of_clarification:{clarification_id}"
        defer("proposals.remind_of_clarification", only_one=name, clarification_id=clarification_id)
    return len(due) + len(asked)


def remind(proposal_id: UUID, kind: ReminderKind) -> int:
    """Remind one team if that is still due; how many mails that were. A second run for the same deadline finds that it
    was done, and two at once are told apart by the database."""
    now = official_now()
    proposal = queries.find_due(proposal_id, kind, now)
    if proposal is None:
        return 0
    told = notices.tell_reminder(proposal, kind, now)
    db.session.add(Reminder(proposal_id=proposal.id, kind=kind, closes_at=proposal.rfp.closes_at, reminded_at=now))
    record("proposal.reminded", proposal, actor=None, after={"kind": kind.value, "mails": told})
    return told


def remind_of_clarification(clarification_id: UUID) -> int:
    """Remind one team, once, that its answer is due within a day; how many mails that were."""
    asked = queries.find_clarification_to_remind_of(clarification_id, official_now())
    if asked is None:
        return 0
    told = notices.tell_clarification_due(asked)
    asked.reminded_for = asked.due_at
    record("clarification.reminded", asked, actor=None, after={"mails": told})
    return told
