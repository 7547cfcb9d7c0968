"""What proposals do when an official change is issued: the worker tells every team, for whoever issues may not even
learn which proposals there are."""

from typing import Any

from pglab.addenda.models import Addendum, Cancellation
from pglab.addenda.services import addendum_issued, cohort_cancelled
from pglab.outbox.services import defer
from pglab.rfps.models import Rfp


@addendum_issued.connect
def tell_teams_of_addendum(_rfp: Rfp, *, addendum: Addendum, **_rest: Any) -> None:
    """Every team with a draft or a submission learns of it (N10, N11), at any hour: the deadline counts."""
    defer("proposals.tell_addendum", addendum_id=addendum.id)


@cohort_cancelled.connect
def tell_teams_of_cancellation(_rfp: Rfp, *, cancellation: Cancellation, **_rest: Any) -> None:
    """Every team with a draft or a submission learns that the call is cancelled, and why."""
    defer("proposals.tell_cancelled", cancellation_id=cancellation.id)
