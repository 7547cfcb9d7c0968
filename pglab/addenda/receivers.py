"""What the acts of two people say of themselves on the page of all cohorts."""

from pglab.accounts.models import User
from pglab.addenda import policy, queries
from pglab.rfps.queries import Attention, attention_asked
from pglab.web.filters import et_short


@attention_asked.connect
def name_waiting_acts(_sender: object, *, viewer: User) -> list[Attention]:
    """Whoever can be the second person sees every addendum, later deadline and cancellation that waits."""
    if not policy.may_return(viewer):
        return []
    return [
        Attention(
            title=f"{waiting.what} of cohort {waiting.cohort} waits for a second person",
            owner=f"Asked by {waiting.asked_by}",
            since=f"since {et_short(waiting.since)}",
            consequence="nothing changes before",
            action=("Look at it", waiting.path),
            cohort=waiting.cohort,
        )
        for waiting in queries.list_waiting()
    ]
