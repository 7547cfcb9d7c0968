"""Telling every team of a call what changed for it. Done by the worker; a job that runs twice tells nobody twice."""

from uuid import UUID

from sqlalchemy import select

from pglab.addenda.models import Addendum, Cancellation
from pglab.core.db import db
from pglab.proposals import notices, queries
from pglab.proposals.models import Proposal
from pglab.questions.services import take_news
from pglab.rfps.models import Rfp
from pglab.rfps.queries import get_amendment


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
    """Every proposal of the call, draft or submitted. Only the worker sees them before the opening."""
    return list(db.session.scalars(select(Proposal).where(Proposal.rfp_id == rfp.id).order_by(Proposal.reference)))


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
