"""What proposals do when something happens to their call: the worker tells every team, for whoever caused it may not
even learn which proposals there are."""

from typing import Any

from pglab.accounts.models import Organization, User
from pglab.accounts.services import member_leaves
from pglab.addenda.models import Addendum, Cancellation
from pglab.addenda.services import addendum_issued, cohort_cancelled
from pglab.core.clock import official_now
from pglab.core.workdays import next_digest
from pglab.outbox.services import defer
from pglab.proposals import policy, queries, services
from pglab.proposals.models import Clarification
from pglab.questions.services import answers_published
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Attention, attention_asked
from pglab.web.filters import et_short


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


@member_leaves.connect
def end_requests(organization: Organization, *, user: User, actor: User, **_rest: Any) -> None:
    """Who leaves a team leaves nothing open in it: what they asked, and what was asked of them, is withdrawn."""
    services.end_requests(organization, user, actor=actor)


@attention_asked.connect
def name_overdue_clarifications(_sender: object, *, viewer: User) -> list[Attention]:
    """Program managers see each clarification that was not answered in time, until they give more time or take it
    back."""
    if not viewer.has_staff_role(*policy.CLARIFIERS):
        return []
    return [_overdue(asked) for asked in queries.list_overdue_clarifications(official_now())]


def _overdue(asked: Clarification) -> Attention:
    reference = asked.proposal.reference
    return Attention(
        title=f"Clarification {asked.number} on {reference} is overdue",
        owner="Program managers",
        since=f"was due {et_short(asked.due_at)}",
        consequence="the proposal is judged as it was received",
        action=("Decide", f"/manage/proposals/{reference}/clarifications/{asked.number}"),
        color="red",
        cohort=asked.proposal.rfp.cohort.number,
    )
