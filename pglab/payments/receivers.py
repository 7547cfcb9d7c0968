"""What payments do when something happens in a pilot."""

from collections.abc import Sequence
from typing import Any

from pglab.accounts.models import User
from pglab.payments import services
from pglab.pilots.models import Milestone, Pilot
from pglab.pilots.services import pilot_started
from pglab.rfps.queries import list_installments


@pilot_started.connect
def promise_stipend(pilot: Pilot, *, milestones: Sequence[Milestone], actor: User, **_rest: Any) -> None:
    """A started pilot is promised its stipend in the installments of the RFP, in the same transaction."""
    amounts = [part.amount_cents for part in list_installments(pilot.decision.proposal.rfp_id)]
    services.promise_stipend(pilot, milestones, amounts, actor=actor)
