"""What payments do when something happens in a pilot."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.core.db import db
from pglab.payments import services
from pglab.pilots.models import Milestone, Pilot
from pglab.pilots.services import pilot_started
from pglab.proposals.models import Proposal
from pglab.rfps.models import InstallmentTemplate


@pilot_started.connect
def promise_stipend(pilot: Pilot, *, milestones: Sequence[Milestone], actor: User, **_rest: Any) -> None:
    """A started pilot is promised its stipend in the installments of the RFP, in the same transaction."""
    rfp = select(Proposal.rfp_id).where(Proposal.id == pilot.decision.proposal_id).scalar_subquery()
    amounts = db.session.scalars(
        select(InstallmentTemplate.amount_cents)
        .where(InstallmentTemplate.rfp_id == rfp)
        .order_by(InstallmentTemplate.position)
    ).all()
    services.promise_stipend(pilot, milestones, amounts, actor=actor)
