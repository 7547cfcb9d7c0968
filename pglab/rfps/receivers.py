"""What a draft that waits for its second person says of itself on the page of all cohorts."""

from pglab.accounts.models import User
from pglab.core.clock import official_now
from pglab.rfps import policy, queries
from pglab.rfps.queries import Attention, attention_asked
from pglab.web.filters import et_short


@attention_asked.connect
def name_drafts_to_publish(_sender: object, *, viewer: User) -> list[Attention]:
    """Whoever can be the second person sees every cohort that waits to be published; late once it should be public."""
    now = official_now()
    return [
        Attention(
            title=f"Cohort {rfp.cohort.number} waits for a second person to publish it",
            owner=f"Asked by {preparer.name}",
            since=f"meant to be public {et_short(rfp.publish_at)}",
            consequence="nobody outside sees it before",
            action=("Check and publish", f"/manage/cohorts/{rfp.cohort.number}/publication"),
            color="red" if rfp.publish_at <= now else "",
            cohort=rfp.cohort.number,
        )
        for rfp, preparer in queries.list_in_review()
        if policy.may_publish(viewer, rfp, preparer=preparer)
    ]
