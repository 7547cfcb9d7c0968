"""What waits for one person, and what does not and why."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pglab.accounts.models import User
from pglab.payments import policy
from pglab.payments.policy import Hindrance
from pglab.payments.queries.facts import Facts, list_facts
from pglab.payments.queries.people import list_signers, names_of, payee_people, who_could_approve
from pglab.payments.states import RequestStatus, Stage

REASONS = {
    Hindrance.PREPARED: "You prepared it",
    Hindrance.APPROVED_BEFORE: "You were the first approver",
    Hindrance.PAYEE: "You belong to the startup that is paid",
}


@dataclass
class Queue:
    """One person's money work: requests to approve, approved ones to record, installments to request, the rest."""

    to_approve: list[Facts] = field(default_factory=list)
    to_record: list[Facts] = field(default_factory=list)
    to_prepare: list[Facts] = field(default_factory=list)
    not_mine: list[tuple[Facts, str]] = field(default_factory=list)
    blocked: list[Facts] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many things wait for this person."""
        return len(self.to_approve) + len(self.to_record) + len(self.to_prepare)


def queue_of(viewer: User, now: datetime) -> Queue:
    """Everything unpaid, sorted by whether this person can act on it now; with the names of those who could if not."""
    queue, everything = Queue(), list_facts(None, now)
    signers = list_signers()
    payees = payee_people({each.organization.id for each in everything})
    for facts in everything:
        payee = payees[facts.organization.id]
        if facts.live is None:
            _place_unrequested(queue, facts, viewer)
        elif facts.live.status is RequestStatus.WAITING:
            _place_waiting(queue, facts, viewer, payee, who_could_approve(facts, signers, payee))
        elif facts.live.status is RequestStatus.APPROVED:
            _place_approved(
                queue, facts, viewer, payee, [s for s in signers if policy.may_record(s, facts.live, payee)]
            )
    return queue


def _place_unrequested(queue: Queue, facts: Facts, viewer: User) -> None:
    if facts.missing and facts.accepted:
        queue.blocked.append(facts)
    elif not facts.missing and policy.may_prepare(viewer):
        queue.to_prepare.append(facts)
    elif not facts.missing:
        queue.not_mine.append((facts, "A program manager prepares the request."))


def _place_waiting(queue: Queue, facts: Facts, viewer: User, payee: Collection[UUID], able: list[User]) -> None:
    request = facts.live
    if request is None or viewer.id in {person.id for person in able}:
        queue.to_approve.append(facts)
        return
    why = policy.hindrance(viewer, request, facts.approvals, payee)
    stage = policy.next_stage(request, facts.approvals)
    reason = REASONS.get(why) if why else None
    who = f"Waiting for {names_of(able, 'or')}." if able else "Blocked: no one else can approve this right now."
    queue.not_mine.append((facts, f"{reason or _turn(stage)}. {who}"))


def _place_approved(queue: Queue, facts: Facts, viewer: User, payee: Collection[UUID], able: list[User]) -> None:
    if facts.live and policy.may_record(viewer, facts.live, payee):
        queue.to_record.append(facts)
    else:
        who = names_of(able, "or") or "a finance officer who did not prepare it"
        queue.not_mine.append((facts, f"With the Controller. {who} records the payment."))


def _turn(stage: Stage) -> str:
    return "The program approves first" if stage is Stage.PROGRAM else "Finance approves now"
