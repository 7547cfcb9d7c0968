"""Telling every team of a call what changed for it. Done by the worker; a job that runs twice tells nobody twice."""

from uuid import UUID

from sqlalchemy import select

from pglab.addenda.models import Addendum, Cancellation
from pglab.core.db import db
from pglab.outages.queries import NEAR, get_outage
from pglab.proposals import notices, queries
from pglab.proposals.models import Clarification, Proposal, Submission, Withdrawal
from pglab.proposals.states import ProposalStatus
from pglab.questions.services import take_news
from pglab.rfps.models import Rfp
from pglab.rfps.queries import get_amendment


def tell_submitted(submission_id: UUID) -> None:
    """Owe the team the receipt of a submission. Not done while submitting, so that a large team keeps nobody waiting
    at the deadline, and a mail that cannot be written takes no submission with it."""
    notices.tell_submitted(db.session.get_one(Submission, submission_id))


def tell_teams_of_addendum(addendum_id: UUID) -> None:
    """Owe each team the addendum (N10) or the new deadline (N11). A deadline that a later addendum has moved on since
    is left to the notice of that one, so that no mail names a deadline that no longer stands."""
    addendum = db.session.get_one(Addendum, addendum_id)
    rfp = addendum.rfp
    if addendum.number is None or (addendum.moves_deadline and addendum.closes_at != rfp.closes_at):
        return
    amendment = get_amendment(rfp, addendum.number)
    for proposal in list_concerned(rfp):
        notices.tell_addendum(proposal, addendum, amendment)


def tell_teams_of_cancellation(cancellation_id: UUID) -> None:
    """Owe each team the news that the call is cancelled."""
    cancellation = db.session.get_one(Cancellation, cancellation_id)
    for proposal in list_concerned(cancellation.rfp):
        notices.tell_cancelled(proposal, cancellation)


def list_concerned(rfp: Rfp) -> list[Proposal]:
    """Every proposal of the call, draft, submitted or withdrawn. Only the worker sees them before the opening."""
    return list(db.session.scalars(select(Proposal).where(Proposal.rfp_id == rfp.id).order_by(Proposal.reference)))


def tell_teams_of_outage(outage_id: UUID) -> None:
    """Owe each team that has not submitted the news of an outage in the last day before its deadline (N51), once it is
    over: whether the deadline moves is decided by the City, and told by the notice of that."""
    outage = get_outage(outage_id)
    if outage.ended_at is None:
        return
    near = Rfp.closes_at.between(outage.started_at, outage.ended_at + NEAR) & Rfp.opened_at.is_(None)
    drafts = select(Proposal).join(Rfp, Rfp.id == Proposal.rfp_id).where(near, Rfp.cancelled_at.is_(None))
    for proposal in db.session.scalars(drafts.where(Proposal.status == ProposalStatus.DRAFT)):
        notices.tell_outage(proposal, outage)


def tell_answers(rfp_id: UUID) -> int:
    """Tell every applicant of a call which questions were answered since they were told last, in one mail (N9).

    Returns how many answers it told of. Done by the worker, so that who published cannot learn who applies.
    """
    rfp = db.session.get_one(Rfp, rfp_id)
    answers = take_news(rfp)
    if answers:
        for person, proposal in queries.list_applicants(rfp.id):
            notices.tell_answers(person, proposal, answers)
    return len(answers)


def tell_readers_of_withdrawal(withdrawal_id: UUID) -> None:
    """After the opening: the program (N16) and whoever was given the proposal to read (N26) learn of a withdrawal."""
    withdrawal = db.session.get_one(Withdrawal, withdrawal_id)
    if withdrawal.after_opening:
        notices.tell_program_of_withdrawal(withdrawal, queries.list_readers(withdrawal.proposal))


def tell_readers_of_answer(clarification_id: UUID) -> None:
    """The program and whoever was given the proposal to read learn that a clarification was answered (N26)."""
    asked = db.session.get_one(Clarification, clarification_id)
    notices.tell_program_of_answer(asked, queries.list_readers(asked.proposal))
