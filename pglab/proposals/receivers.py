"""What proposals do when something happens to their call: the worker tells every team, for whoever caused it may not
even learn which proposals there are."""

from typing import Any

from pglab.addenda.models import Addendum, Cancellation
from pglab.addenda.services import addendum_issued, cohort_cancelled
from pglab.core.clock import official_now
from pglab.core.workdays import next_digest
from pglab.outbox.services import defer
from pglab.questions.services import answers_published
from pglab.rfps.models import Rfp


@addendum_issued.connect
def tell_teams_of_addendum(_rfp: Rfp, *, addendum: Addendum, **_rest: Any) -> None:
    """Every team with a draft or a submission learns of it (N10, N11), at any hour: the deadline counts."""
    defer("proposals.tell_addendum", addendum_id=addendum.id)


@cohort_cancelled.connect
def tell_teams_of_cancellation(_rfp: Rfp, *, cancellation: Cancellation, **_rest: Any) -> None:
    """Every team with a draft or a submission learns that the call is cancelled, and why."""
    defer("proposals.tell_cancelled", cancellation_id=cancellation.id)


@answers_published.connect
def plan_news_of_answers(rfp: Rfp, **_rest: Any) -> None:
    """Applicants are told at the next 8 a.m. of a business day, once for all answers until then (N9)."""
    now = official_now()
    defer(
        "proposals.tell_answers",
        later=next_digest(now) - now,
        only_one=f"proposals.tell_answers:{rfp.id}",
        rfp_id=rfp.id,
    )
