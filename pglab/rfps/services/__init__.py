"""What may be done with an RFP: build it from the sample plan, change the draft, publish it, stamp its stages."""

from pglab.rfps.services.building import NewCohort, create_cohort
from pglab.rfps.services.publishing import find_obstacles, publish_rfp, return_to_draft, send_for_review
from pglab.rfps.services.stages import stamp_decided, stamp_opened, stamp_panel

__all__ = [
    "NewCohort",
    "create_cohort",
    "find_obstacles",
    "publish_rfp",
    "return_to_draft",
    "send_for_review",
    "stamp_decided",
    "stamp_opened",
    "stamp_panel",
]
