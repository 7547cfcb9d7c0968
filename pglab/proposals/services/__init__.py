"""What may be done with a proposal: draft it, submit it, open all of them, say who may read one."""

from pglab.proposals.services.acknowledging import acknowledge_addenda
from pglab.proposals.services.drafting import (
    attach_file,
    file_rule,
    remove_file,
    save_answers,
    start_proposal,
    upload_purpose,
)
from pglab.proposals.services.opening import ask_opening, confirm_opening, proposals_opened
from pglab.proposals.services.readers import grant_reading, revoke_reading
from pglab.proposals.services.submitting import submit_proposal
from pglab.proposals.services.telling import tell_answers, tell_teams_of_addendum, tell_teams_of_cancellation

__all__ = [
    "acknowledge_addenda",
    "ask_opening",
    "attach_file",
    "confirm_opening",
    "file_rule",
    "grant_reading",
    "proposals_opened",
    "remove_file",
    "revoke_reading",
    "save_answers",
    "start_proposal",
    "submit_proposal",
    "tell_answers",
    "tell_teams_of_addendum",
    "tell_teams_of_cancellation",
    "upload_purpose",
]
