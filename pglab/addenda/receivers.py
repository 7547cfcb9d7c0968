"""What the acts of two people say of themselves on the page of all cohorts."""

from datetime import datetime
from typing import cast

from pglab.accounts.models import User
from pglab.addenda import policy, queries
from pglab.core.clock import official_now
from pglab.outages.models import Outage
from pglab.rfps.queries import Attention, attention_asked
from pglab.web.filters import et_short, plural


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


@attention_asked.connect
def name_outages_near_a_deadline(_sender: object, *, viewer: User) -> list[Attention]:
    """Whoever may ask for a later deadline sees each outage in the last day before one, until somebody asked for it or
    the proposals are opened."""
    if not policy.may_prepare(viewer):
        return []
    now = official_now()
    return [
        Attention(
            title=f"Outage of {span_words(each.outage)} shortly before the deadline of cohort {each.cohort}",
            owner="Program",
            since=f"ended {et_short(each.outage.ended_at)}",
            consequence="startups may have lost this time; the deadline can move until the proposals are opened",
            action=(
                "Ask for a later deadline",
                f"/manage/cohorts/{each.cohort}/deadline-extension?outage={each.outage.id}",
            ),
            color="red" if now > each.closes_at else "",
            cohort=each.cohort,
        )
        for each in queries.list_unanswered_outages(now)
    ]


def span_words(outage: Outage) -> str:
    """How long it took: “16 minutes”, “2 hours 5 minutes”."""
    minutes = max(1, -(-int((cast(datetime, outage.ended_at) - outage.started_at).total_seconds()) // 60))
    hours, rest = divmod(minutes, 60)
    return " ".join(plural(count, unit) for count, unit in ((hours, "hour"), (rest, "minute")) if count)
