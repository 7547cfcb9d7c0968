"""When a cohort is complete: nobody declares it, the last payment makes it so."""

from sqlalchemy import exists, select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.awards.models import Decision
from pglab.awards.states import DecisionStatus, Outcome
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.payments.models import Installment, PaymentRequest, Stipend
from pglab.payments.states import RequestStatus
from pglab.pilots.models import Pilot
from pglab.proposals.models import Proposal
from pglab.rfps.models import Rfp
from pglab.rfps.services import stamp_completed


def complete_if_paid(rfp: Rfp, *, actor: User) -> None:
    """Stamp the cohort complete once no award is open and every installment of every pilot is paid.

    Asked as the last step of each recorded payment, with the RFP held: of two last payments the later one sees both.
    """
    call = db.session.execute(
        select(Rfp).where(Rfp.id == rfp.id).with_for_update(of=Rfp).execution_options(populate_existing=True)
    ).scalar_one()
    if call.completed_at is None and not _has_open_awards(call) and not _has_unpaid_installments(call):
        stamp_completed(call, at=official_now())
        record("rfp.completed", call, actor=actor)


def _has_open_awards(rfp: Rfp) -> bool:
    """Whether an award still waits for its answer or for its pilot."""
    piloted = exists().where(Pilot.decision_id == Decision.id)
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Decision.proposal_id == Proposal.id,
                    Proposal.rfp_id == rfp.id,
                    Decision.outcome == Outcome.AWARD,
                    Decision.status != DecisionStatus.DECLINED,
                    ~piloted,
                )
            )
        )
    )


def _has_unpaid_installments(rfp: Rfp) -> bool:
    paid = exists().where(PaymentRequest.installment_id == Installment.id, PaymentRequest.status == RequestStatus.PAID)
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Installment.stipend_id == Stipend.id,
                    Stipend.pilot_id == Pilot.id,
                    Pilot.cohort_id == rfp.cohort_id,
                    ~paid,
                )
            )
        )
    )
