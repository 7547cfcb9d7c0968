"""Reading pilots: the ones a person may see, their milestones with what was handed in, and what comes next."""

from pglab.pilots.queries.milestones import (
    HandedIn,
    MilestoneView,
    days_late,
    find_installment_amount,
    get_milestone,
    get_version,
    list_handed_in,
    list_milestones,
    review_due_on,
    view_milestone,
)
from pglab.pilots.queries.people import get_champion, hosts_pilots, list_members, list_staff, takes_part
from pglab.pilots.queries.pilots import (
    find_pilot_of,
    get_agreement,
    get_award,
    get_cohort,
    get_pilot,
    list_awards_without_pilot,
    list_cohort_pilots,
    list_history,
    list_pilots,
    list_public_pilots,
)
from pglab.pilots.queries.steps import Step, next_step

__all__ = [
    "HandedIn",
    "MilestoneView",
    "Step",
    "days_late",
    "find_installment_amount",
    "find_pilot_of",
    "get_agreement",
    "get_award",
    "get_champion",
    "get_cohort",
    "get_milestone",
    "get_pilot",
    "get_version",
    "hosts_pilots",
    "list_awards_without_pilot",
    "list_cohort_pilots",
    "list_handed_in",
    "list_history",
    "list_members",
    "list_milestones",
    "list_pilots",
    "list_public_pilots",
    "list_staff",
    "next_step",
    "review_due_on",
    "takes_part",
    "view_milestone",
]
